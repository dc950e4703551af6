"""Questions to the requester of a case, and their answers: verbs, pages and API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from breakglass import transitions
from breakglass.models import Question, Request
from core.errors import BadInput, NotAllowed, WrongState
from tests.breakglass import api
from tests.breakglass.browser import asked, broken, client, make_cast, queries, see, text
from tests.make import NOON, make_request, make_scenario, make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
WHY = "Why not on the copy?"


def asked_by(name: str = "bob", request: Request | None = None) -> Question:
    """Return a question of somebody to Ada."""
    request = request or make_request(make_scenario())
    return transitions.ask(request, by=make_user(name), text=f" {WHY} ", at=LATER)


def answered(question: Question, by: str = "ada") -> Question:
    """Return the question after somebody answered it."""
    return transitions.answer(question, by=make_user(by), text="The copy is an hour old.", at=LATER)


def _full_disk(*_: Any, **__: Any) -> None:
    raise OSError("disk full")


class TestAsk:
    @pytest.mark.parametrize("name", ["bob", "rita", "carla"])
    def test_those_who_decide_review_or_comply_ask(self, name: str) -> None:
        make_cast()
        question = asked_by(name, asked())
        assert (question.state, question.text) == ("open", WHY)
        assert kinds()[-1] == "question.asked"

    @pytest.mark.parametrize("name", ["eve", "dana", "mallory"])
    def test_others_do_not(self, name: str) -> None:
        make_cast()
        with pytest.raises(NotAllowed, match="Only those who decide or review"):
            asked_by(name, asked())
        assert kinds()[-1] == "access.refused"

    def test_nobody_asks_themselves(self) -> None:
        with pytest.raises(NotAllowed, match="you answer them"):
            asked_by("ada")

    def test_nor_does_who_is_switched_off(self) -> None:
        request = make_request(make_scenario())
        User.objects.filter(email="bob@example.com").update(is_active=False)
        with pytest.raises(NotAllowed, match="switched off"):
            asked_by("bob", request)

    def test_one_at_a_time_and_the_next_after_the_answer(self) -> None:
        question = asked_by()
        with pytest.raises(WrongState, match="waits for its answer"):
            asked_by("bob", question.case)
        asked_by("carl", question.case)
        answered(question)
        assert asked_by("bob", question.case).state == "open"

    @pytest.mark.parametrize("words", ["  ", "x" * 2001])
    def test_in_words(self, words: str) -> None:
        with pytest.raises(BadInput):
            transitions.ask(
                make_request(make_scenario()), by=make_user("bob"), text=words, at=LATER
            )

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        request = make_request(make_scenario())
        monkeypatch.setattr("audit.log.record", _full_disk)
        with pytest.raises(OSError, match="disk"):
            asked_by("bob", request)
        assert not Question.objects.exists()


class TestAnswer:
    def test_the_requester_answers(self) -> None:
        question = answered(asked_by())
        assert (question.state, question.answer) == ("answered", "The copy is an hour old.")
        assert kinds()[-1] == "question.answered"

    def test_so_does_who_filed_it_for_them(self) -> None:
        scenario = make_scenario()
        request = make_request(scenario)
        Request.objects.update(filed_by=make_user("eve"))
        assert answered(asked_by("bob", Request.objects.get(pk=request.pk)), by="eve")

    @pytest.mark.parametrize("name", ["bob", "rita", "eve"])
    def test_nobody_else(self, name: str) -> None:
        question = asked_by()
        with pytest.raises(NotAllowed, match="Only Ada answers this"):
            answered(question, by=name)

    def test_once(self) -> None:
        question = answered(asked_by())
        with pytest.raises(WrongState, match="Ada has answered this already"):
            answered(question)

    def test_in_words(self) -> None:
        with pytest.raises(BadInput, match="Write your answer"):
            transitions.answer(asked_by(), by=make_user("ada"), text=" ", at=LATER)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        question = asked_by()
        monkeypatch.setattr("audit.log.record", _full_disk)
        with pytest.raises(OSError, match="disk"):
            answered(question)
        question.refresh_from_db()
        assert question.state == "open"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "closed"},
        {"text": ""},
        {"state": "answered"},
        {"answer": "Because."},
        {"answered_at": NOON},
    ],
)
def test_database_refuses_an_impossible_question(fields: dict[str, Any]) -> None:
    question = asked_by()
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(**fields)


def test_database_refuses_a_second_open_one_and_an_answer_before_the_question() -> None:
    question = asked_by()
    again = {"case": question.case, "asked_by": question.asked_by, "asked_at": NOON, "text": "?"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(**again)
    answered(question)
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.update(answered_at=NOON)


class TestPages:
    """Asked where one decides, answered on the case, seen by all who see it."""

    def ask(self, name: str, request: Request, **fields: Any) -> Any:
        """Send a question from the page."""
        url = reverse("question-ask", args=[request.pk])
        return client(name).post(url, {"text": WHY, **fields})

    def test_an_approver_asks_while_deciding_and_comes_back(self) -> None:
        make_cast()
        request = asked()
        here = reverse("decision", args=[request.pk])
        assert "Ask Ada something" in text(see("bob", here))
        assert self.ask("bob", request, back=here)["Location"] == here
        page = text(see("bob", here))
        assert WHY in page
        assert "Ada has not answered yet." in page
        assert "Ask Ada something" not in page

    def test_its_address_leads_to_the_answer_of_whoever_gives_it_and_others_to_the_question(
        self,
    ) -> None:
        make_cast()
        request = asked()
        self.ask("rita", request)
        question = Question.objects.get()
        page, case = reverse("question", args=[question.pk]), request.get_absolute_url()
        field = f"answer_{question.pk.hex}_text"
        assert see("ada", page)["Location"] == f"{case}#{field}"
        assert f'id="{field}"' in text(see("ada", case))
        assert see("rita", page)["Location"] == f"{case}#questions"
        assert see("mallory", page).status_code == 404

    def test_it_waits_for_the_requester_until_they_answer(self) -> None:
        make_cast()
        request = asked()
        self.ask("rita", request)
        assert "Rita asks you about Case" in text(see("ada", "/"))
        question = Question.objects.get()
        url = reverse("question-answer", args=[question.pk])
        assert url in text(see("ada", request.get_absolute_url()))
        assert client("ada").post(url, {"text": "No copy."})["Location"].endswith("#questions")
        assert "asks you about" not in text(see("ada", "/"))
        assert "No copy." in text(see("rita", request.get_absolute_url()))

    @pytest.mark.parametrize(
        ("name", "fields", "status", "sentence"),
        [
            ("bob", {"text": ""}, 422, "Write what you want to say."),
            ("bob", {"text": "x" * 2001}, 422, "at most 2000 characters"),
            ("dana", {}, 403, "Only those who decide or review"),
            ("mallory", {}, 404, ""),
        ],
    )
    def test_a_question_that_is_not_taken_says_why(
        self, name: str, fields: dict[str, str], status: int, sentence: str
    ) -> None:
        make_cast()
        response = self.ask(name, asked(), **fields)
        assert response.status_code == status
        assert sentence in text(response)
        assert not Question.objects.exists()

    def test_a_second_question_comes_back_with_its_words(self) -> None:
        make_cast()
        request = asked()
        self.ask("bob", request)
        response = self.ask("bob", request, text="And why you?")
        assert response.status_code == 409
        assert "And why you?" in text(response)

    def test_a_page_without_a_question_shows_the_first_when_it_comes(self) -> None:
        make_cast()
        request = asked()
        here = request.get_absolute_url()
        live = f' data-live="case" data-from="{here}"'
        assert f'id="talk"{live}></div>' in text(see("ada", here))
        self.ask("bob", request)
        assert f'id="told"{live}' in text(see("ada", here))

    def test_a_refused_answer_is_not_drawn_over(self) -> None:
        make_cast()
        self.ask("bob", asked())
        url = reverse("question-answer", args=[Question.objects.get().pk])
        said = text(client("ada").post(url, {"text": "x" * 2001}))
        assert 'id="told">' in said

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "evil", ""])
    def test_comes_back_only_to_a_page_of_ours(self, back: str) -> None:
        make_cast()
        request = asked()
        location = self.ask("bob", request, back=back)["Location"]
        assert location == f"{request.get_absolute_url()}#questions"

    @pytest.mark.parametrize(
        ("name", "words", "status"),
        [("ada", "", 422), ("bob", "Me?", 403), ("eve", "Me?", 404), ("mallory", "Me?", 404)],
    )
    def test_an_answer_that_is_not_taken_says_why(self, name: str, words: str, status: int) -> None:
        make_cast()
        question = asked_by("bob", asked())
        url = reverse("question-answer", args=[question.pk])
        assert client(name).post(url, {"text": words}).status_code == status
        question.refresh_from_db()
        assert question.state == "open"

    def test_markup_in_words_is_words(self) -> None:
        make_cast()
        request = asked()
        self.ask("bob", request, text="<script>alert(1)</script>")
        assert "<script>alert" not in text(see("ada", request.get_absolute_url()))

    def test_the_responder_reads_but_has_no_form(self) -> None:
        make_cast()
        request = broken()
        self.ask("bob", request)
        page = text(see("dana", request.get_absolute_url()))
        assert WHY in page
        assert "Ask Ada something" not in page

    def test_a_question_that_does_not_exist_is_not_there(self) -> None:
        make_cast()
        url = reverse("question-answer", args=[make_user("ada").pk])
        assert client("ada").post(url, {"text": "?"}).status_code == 404


class TestApi:
    def test_asks_and_answers(self) -> None:
        request = api.pending()
        made = api.call("bob", f"requests/{request.pk}/questions", {"text": WHY, "about": 7})
        assert made.status_code == 201
        assert made.json()["about"] == 7
        path = f"questions/{made.json()['id']}/answer"
        assert api.call("bob", path, {"text": "Me."}).status_code == 403
        assert api.call("mallory", path, {"text": "Me."}).status_code == 404
        assert api.call("ada", path, {"text": "No copy."}).json()["answer"] == "No copy."
        assert api.call("ada", path, {"text": "No copy."}).status_code == 409
        case = api.call("bob", f"cases/{request.case}").json()
        assert [each["answer"] for each in case["questions"]] == ["No copy."]

    def test_one_that_does_not_exist_is_not_there(self) -> None:
        path = f"questions/{make_user('ada').pk}/answer"
        assert api.call("ada", path, {"text": "?"}).status_code == 404

    def test_a_repeat_with_the_same_key_asks_once(self) -> None:
        path, key = f"requests/{api.pending().pk}/questions", {"Idempotency-Key": "k"}
        first, again = (api.call("bob", path, {"text": WHY}, **key) for _ in range(2))
        assert first.json() == again.json()


def test_the_number_of_queries_does_not_grow_with_the_talk() -> None:
    make_cast()
    request = asked()
    question = asked_by("bob", request)
    rows = [
        Question(
            case=request, asked_by=question.asked_by, asked_at=NOON, text=WHY, state="answered",
            answered_by=request.requester, answered_at=timezone.now(), answer="So.",
        )
        for _ in range(9)
    ]  # fmt: skip
    counts = []
    for made in ([], rows):
        Question.objects.bulk_create(made)
        with queries() as found:
            see("bob", request.get_absolute_url())
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_admin_is_for_looking_only() -> None:
    make_cast()
    asked_by("bob", asked())
    make_user("root", is_staff=True, is_superuser=True)
    page = see("root", reverse("admin:breakglass_question_changelist"))
    assert page.status_code == 200
    assert "Add question" not in text(page)
