"""What was announced and not done, on the page of a review."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews import actions
from reviews.models import Obligation, Review
from reviews.obligation_transitions import Task, owe
from tests.make import make_scenario
from tests.reviews.browser import page, recent
from tests.reviews.make import act, sequence

pytestmark = pytest.mark.django_db

SAID = "Rates of zone 4 are wrong: I copy rates to rates_old, correct zone 4 and drop the copy."
NOT_DONE = "Announced, and not done"
LEFT = "On shop-db this was left behind: {}. Take it away, or say why it stays."


def used() -> Review:
    """Return the review of an access under which a copy was made and a rate corrected."""
    review = recent(make_scenario(expected_objects=["rates*"]), justification=SAID)
    act(review.grant, "create", statement="CREATE TABLE rates_old AS SELECT * FROM rates")
    act(review.grant, "update", statement="UPDATE rates SET rate = 12 WHERE zone = 4")
    return review


def leave(review: Review, thing: str) -> None:
    """Owe that somebody takes away what was left behind."""
    task = Task(
        kind=Obligation.Kind.CLEAR_UP, text=LEFT.format(thing), owner=review.grant.holder,
        due_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip
    owe(review.grant.request, task=task, entry_seq=1, at=timezone.now())


def shown(review: Review) -> str:
    """Return the page of a review after all was read that was done."""
    sequence(timezone.now())
    text: str = page("rita", review.get_absolute_url()).content.decode()
    return text


class TestUndone:
    def test_what_was_announced_and_not_done_stands_beside_what_was(self) -> None:
        review = used()
        table = shown(review).partition('aria-labelledby="declared"')[2].partition("</table>")[0]
        assert "“drop the copy”" in table
        assert NOT_DONE in table

        act(review.grant, "drop", "rates_old")
        assert NOT_DONE not in shown(review)

    def test_what_failed_was_not_done(self) -> None:
        review = used()
        act(review.grant, "drop", "rates_old", result="42501")
        assert NOT_DONE in shown(review)

    def test_it_stands_at_what_was_left_behind_where_that_is_the_same(self) -> None:
        review = used()
        leave(review, "table rates_old")
        notice = shown(review).partition("Left to put right:")[2].partition("</p>")[0]
        assert f"{NOT_DONE}: “drop the copy”." in notice

    def test_what_else_was_left_behind_is_not_what_was_announced(self) -> None:
        review = used()
        leave(review, "role rates_reader")
        text = shown(review)
        notice = text.partition("Left to put right:")[2].partition("</p>")[0]
        assert "rates_reader" in notice
        assert NOT_DONE not in notice
        assert NOT_DONE in text

    def test_nothing_is_said_where_nothing_at_all_was_done(self) -> None:
        text = shown(recent(make_scenario(), justification=SAID))
        assert "No action is on the record" in text
        assert NOT_DONE not in text

    def test_nothing_is_said_where_not_all_that_was_done_was_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        review = used()
        assert NOT_DONE in shown(review)
        monkeypatch.setattr(actions, "SHOWN", 1)
        monkeypatch.setattr(actions, "FOLDED", 0)
        assert NOT_DONE not in shown(review)
