"""A question that several corners of a page put is asked once, and again for the next page."""

from django.http import HttpRequest

from core.once import once


def test_is_asked_once_for_each_request_and_each_question() -> None:
    asked: list[HttpRequest] = []

    @once
    def first(request: HttpRequest) -> int:
        asked.append(request)
        return len(asked)

    @once
    def second(request: HttpRequest) -> str:
        return f"not {first(request)}"

    page, following = HttpRequest(), HttpRequest()

    assert (first(page), second(page), first(page)) == (1, "not 1", 1)
    assert first(following) == 2
    assert asked == [page, following]


def test_nothing_is_an_answer_too() -> None:
    asked: list[HttpRequest] = []
    question, page = once(asked.append), HttpRequest()

    assert (question(page), question(page)) == (None, None)
    assert asked == [page]


def test_the_first_moment_counts() -> None:
    @once
    def moment(_: HttpRequest, at: int) -> int:
        return at

    page = HttpRequest()

    assert (moment(page, 1), moment(page, 2), moment(HttpRequest(), 3)) == (1, 1, 3)
