"""Whose turn it is and who answers for what, on pages and in the API."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from breakglass.models import GroupPermit, Permit
from core import zones
from reviews import assignment_transitions
from reviews.models import Finding, Review
from reviews.slots import reviews as slots
from tests.breakglass.api import call
from tests.make import make_group, make_user
from tests.reviews.browser import page, post, recent
from tests.reviews.make import make_carla, make_finding

pytestmark = pytest.mark.django_db


def assigned() -> Review:
    """Return a review that is Rita's turn; Rolf may review it, too."""
    review = assignment_transitions.assign(recent(), at=timezone.now())
    make_group("Reviewers", make_user("rolf"))
    return review


class TestTurn:
    def test_the_page_says_whose_it_is_to_each_reader(self) -> None:
        here = assigned().get_absolute_url()

        assert "It is your turn to review this." in page("rita", here).content.decode()
        text = page("rolf", here).content.decode()
        assert "It is Rita's turn; you may take it all the same." in text.replace("&#x27;", "'")
        assert "Give the turn to somebody else" not in text

    def test_whose_turn_it_is_gives_it_to_somebody_else(self) -> None:
        review = assigned()
        wrong = post("rita", "review-reassign", review, person="ada@example.com", reason="Away.")
        assert wrong.status_code == 422
        assert "cannot review this case" in wrong.content.decode()

        said = {"person": "rolf@example.com", "reason": "I am away."}
        assert post("rita", "review-reassign", review, **said)["Location"].startswith(
            review.get_absolute_url()
        )
        review.refresh_from_db()
        assert review.assignee == make_user("rolf")
        assert post("rita", "review-reassign", review, **said).status_code == 403

    def test_the_list_the_case_and_home_say_whose_it_is(self) -> None:
        review = assigned()

        assert "not taken yet" in page("rolf", reverse("reviews")).content.decode()
        mine = {name: page(name, reverse("reviews"), tab="mine") for name in ("rita", "rolf")}
        assert [len(found.context["page"].items) for found in mine.values()] == [1, 0]
        case = page("ada", review.grant.request.get_absolute_url()).content.decode()
        assert "It is Rita's turn" in case.replace("&#x27;", "'")
        home = [page(name, "/").content.decode() for name in ("rita", "rolf")]
        assert ["Review of Ada" in text for text in home] == [True, False]

    def test_a_lamp_is_red_where_nobody_is_there(self) -> None:
        review = recent()
        GroupPermit.objects.of(Permit.REVIEW).delete()
        assignment_transitions.assign(review, at=timezone.now())
        make_carla()

        assert [(lamp.tone, lamp.label) for lamp in slots.health()] == [
            ("danger", "Nobody can review")
        ]
        assert "nobody independent" in page("carla", reverse("reviews")).content.decode()
        text = page("carla", review.get_absolute_url()).content.decode()
        assert "all others had a part in it, or are away" in text

    def test_the_api_says_and_gives_it(self) -> None:
        review = assigned()
        path = f"reviews/{review.pk}"
        assert call("rita", path).json()["assignee"]["name"] == "Rita"

        given = {"person": f"{make_user('rolf').pk}", "reason": "I am away."}
        assert call("rolf", f"{path}/assign", given).status_code == 403
        assert call("rita", f"{path}/assign", given).json()["assignee"]["name"] == "Rolf"
        nobody = {**given, "person": f"{review.pk}"}
        assert call("rolf", f"{path}/assign", nobody).status_code == 422


class TestOwner:
    def test_is_named_with_the_finding(self) -> None:
        review, day = recent(), zones.today() + timedelta(days=3)
        said = {"kind": "other", "severity": "low", "text": "A dump.",
                "owner": "eve@example.com"}  # fmt: skip

        post("rita", "finding-new", review, **said, due=f"{day}")

        finding = Finding.objects.get()
        assert (finding.owner, finding.due_at) == (make_user("eve"), zones.day_end(day))

    def test_is_named_later_and_then_sees_it_on_home(self) -> None:
        finding = make_finding(recent(), at=timezone.now())
        day = zones.today() + timedelta(days=3)
        here = finding.get_absolute_url()
        assert page("eve", here).status_code == 404
        assert "Say who answers for it" in page("rita", here).content.decode()

        said = {"owner": "eve@example.com", "due": f"{day}"}
        assert post("rita", "finding-owner", finding, **said)["Location"] == here

        assert "You answer for a finding" in page("eve", "/").content.decode()
        assert "Eve, until" in page("eve", here).content.decode()
        assert "Eve, due" in page("rita", reverse("findings")).content.decode()
        item = call("rita", "findings").json()["items"][0]
        assert item["owner"]["name"] == "Eve"

    def test_what_is_wrong_stands_beside_its_field(self) -> None:
        finding = make_finding(recent(), at=timezone.now())

        late = post("rita", "finding-owner", finding, owner="eve@example.com", due="2020-01-01")
        assert late.status_code == 422
        assert "Choose a day that is not over." in late.content.decode()
        nobody = post("rita", "finding-owner", finding, owner="x", due="2020-01-01")
        assert "Write the name or address" in nobody.content.decode()
