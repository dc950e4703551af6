"""Obligations on pages and in the API: on the review, on Home, on the case, in their list."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core import zones
from reviews.models import Obligation
from reviews.slots import obligations as slots
from tests.breakglass.api import call
from tests.make import make_scenario, make_user
from tests.reviews.browser import CAST, page, post, recent
from tests.reviews.make import make_cast, make_obligation, make_review

pytestmark = pytest.mark.django_db


def due() -> Obligation:
    """Return an obligation of now."""
    return make_obligation(recent(), at=timezone.now())


def late() -> Obligation:
    """Return an obligation that is overdue since weeks."""
    then = timezone.now() - timedelta(days=60)
    return make_obligation(make_review(at=then), at=then + timedelta(hours=1))


class TestReview:
    def test_a_reviewer_writes_one_down_on_the_page_of_the_review(self) -> None:
        review = recent()
        here = review.get_absolute_url()
        text = page("rita", here).content.decode()
        assert "Say what has to be done before the case is sealed" in text
        day = zones.today() + timedelta(days=2)
        said = {"kind": "remove_key", "text": "The key of Ada on shop-web.", "due": f"{day}",
                "owner": "ada@example.com"}  # fmt: skip

        assert post("rita", "obligation-new", review, **said)["Location"] == f"{here}#obligations"

        task = Obligation.objects.get()
        assert (task.kind, task.owner) == ("remove_key", make_user("ada"))
        assert task.due_at == zones.day_end(day)
        assert task.get_absolute_url() in page("rita", here).content.decode()

    def test_what_is_wrong_stands_beside_its_field(self) -> None:
        review = recent()
        said = {"kind": "other", "text": "x", "due": "2020-01-01", "owner": "ada@example.com"}

        answer = post("rita", "obligation-new", review, **said)
        assert answer.status_code == 422
        assert "Choose a day that is not over." in answer.content.decode()
        answer = post("rita", "obligation-new", review, **{**said, "owner": "nobody"})
        assert "Write the name or address of somebody who is here." in answer.content.decode()

    def test_whoever_may_not_review_is_shown_no_form(self) -> None:
        review = recent()
        make_cast()

        text = page("otto", review.get_absolute_url()).content.decode()
        assert "Say what has to be done before the case is sealed" not in text


class TestPage:
    @pytest.mark.parametrize("name", CAST)
    def test_is_there_for_those_who_may_read_it(self, name: str) -> None:
        task = due()
        make_cast()

        sees = name in {"ada", "rita", "carla", "otto"}
        assert page(name, task.get_absolute_url()).status_code == (200 if sees else 404)

    def test_its_owner_says_that_it_is_done(self) -> None:
        task = due()
        text = page("ada", task.get_absolute_url()).content.decode()
        assert "It is done" in text
        assert "Waive it" not in text

        answer = post("ada", "obligation-done", task, evidence="Version 8, since noon.")
        assert answer["Location"] == task.get_absolute_url()
        text = page("ada", task.get_absolute_url()).content.decode()
        assert "“Version 8, since noon.”" in text
        assert "It is done" not in text

    def test_without_evidence_it_says_what_is_missing(self) -> None:
        answer = post("ada", "obligation-done", due(), evidence="")

        assert answer.status_code == 422
        assert "what shows it; it stands in the record" in answer.content.decode()

    def test_a_reviewer_waives_it_or_hands_it_on(self) -> None:
        task, day = due(), zones.today() + timedelta(days=9)
        said = {"owner": "eve@example.com", "due": f"{day}", "reason": "Ada is ill."}
        post("rita", "obligation-hand-on", task, **said)
        task.refresh_from_db()
        assert (task.owner, task.due_at) == (make_user("eve"), zones.day_end(day))

        post("rita", "obligation-waive", task, reason="It was a copy.")
        assert "Waived" in page("eve", task.get_absolute_url()).content.decode()

    def test_a_refusal_stands_on_the_page(self) -> None:
        answer = post("ada", "obligation-waive", due(), reason="Not now.")

        assert answer.status_code == 403
        assert "somebody else says whether" in answer.content.decode()


class TestList:
    @pytest.mark.parametrize(
        ("tab", "shown"),
        [("", 2), ("open", 2), ("mine", 0), ("overdue", 1), ("done", 0), ("all", 2)],
    )
    def test_shows_what_a_tab_says(self, tab: str, shown: int) -> None:
        make_scenario(max_concurrent=9)
        late()
        due()

        found = page("rita", reverse("obligations"), tab=tab)

        assert len(found.context["page"].items) == shown
        assert page("rita", reverse("obligations-sheet"), tab=tab).status_code == 200

    def test_says_what_it_does_not_know(self) -> None:
        for name in ("obligations", "obligations-sheet"):
            assert page("ada", reverse(name), colour="red").status_code == 400
        assert page("ada", reverse("obligations"), cursor="x").status_code == 400

    def test_its_file_holds_the_evidence(self) -> None:
        post("ada", "obligation-done", due(), evidence="Version 8.")

        text = page("rita", reverse("obligations-sheet"), tab="done").content.decode()
        assert "Rotate the secret" in text
        assert "Version 8." in text


class TestShared:
    def test_home_says_what_one_has_to_do_and_what_is_late(self) -> None:
        make_scenario(max_concurrent=9)
        late()
        due()

        text = page("ada", "/").content.decode()

        assert "Overdue: Rotate the secret" in text
        assert text.count("is sealed once it is done") == 2
        assert "is sealed once it is done" not in page("eve", "/").content.decode()

    def test_one_line_stands_for_those_without_room(self) -> None:
        review = recent()
        for _ in range(7):
            make_obligation(review, at=timezone.now())

        assert "2 more things to do" in page("ada", "/").content.decode()

    def test_the_case_shows_them(self) -> None:
        task = due()
        make_cast()

        case = task.case.get_absolute_url()
        assert "To do before the case is sealed" in page("ada", case).content.decode()
        assert "To do before the case is sealed" not in page("bob", case).content.decode()

    def test_a_lamp_says_whether_they_are_done_in_time(self) -> None:
        assert [lamp.tone for lamp in slots.health()] == ["ok"]
        late()
        assert [(lamp.tone, lamp.detail) for lamp in slots.health()] == [
            ("wait", "1 should be done")
        ]


class TestApi:
    def test_lists_and_ends_them(self) -> None:
        task = due()
        items = call("ada", "obligations?mine=true&state=open").json()["items"]
        assert [(item["id"], item["owner"]["name"]) for item in items] == [(str(task.pk), "Ada")]
        assert call("ada", "obligations?overdue=true").json()["items"] == []
        assert len(call("rita", f"obligations?case={task.case.case}").json()["items"]) == 1

        path = f"obligations/{task.pk}"
        assert call("mallory", path).status_code == 404
        assert call("ada", f"{path}/waive", {"reason": "Not now."}).status_code == 403
        assert call("ada", f"{path}/done", {}).status_code == 422
        done = call("ada", f"{path}/done", {"evidence": "Version 8."}).json()
        assert (done["state"], done["evidence"]) == ("done", "Version 8.")
        assert call("rita", f"{path}/waive", {"reason": "Not now."}).status_code == 409
        assert call("rita", path).json() == done
