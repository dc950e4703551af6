"""Reviews and findings in the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.models import Gravity, Review
from tests.breakglass.api import call
from tests.make import make_scenario, make_user
from tests.reviews.make import (
    judge,
    make_carla,
    make_cast,
    make_finding,
    make_review,
    make_strict_review,
    taken,
)

pytestmark = pytest.mark.django_db


def recent() -> Review:
    """Return a review that is due since a minute ago."""
    return make_review(at=timezone.now() - timedelta(minutes=21))


class TestLists:
    @pytest.mark.parametrize(
        ("name", "sees"), [("rita", 1), ("carla", 1), ("otto", 1), ("ada", 0), ("mallory", 0)]
    )
    def test_hold_what_the_caller_may_see(self, name: str, sees: int) -> None:
        make_finding(recent(), at=timezone.now())
        make_cast()

        assert len(call(name, "reviews").json()["items"]) == sees
        assert len(call(name, "findings").json()["items"]) == sees

    def test_show_a_review_as_it_is(self) -> None:
        review = recent()

        item = call("rita", "reviews").json()["items"][0]

        assert (item["id"], item["state"]) == (str(review.pk), "due")
        assert (item["case"], item["reviewer"]) == (review.grant.request.case, None)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=due", 1),
            ("state=closed", 0),
            ("overdue=true", 0),
            ("scenario=production-outage", 1),
            ("scenario=drill", 0),
            ("verdict=misuse", 0),
        ],
    )
    def test_are_filtered(self, query: str, found: int) -> None:
        recent()

        assert len(call("rita", f"reviews?{query}").json()["items"]) == found

    def test_can_stand_as_on_the_page_what_waits_and_the_gravest_first(self) -> None:
        now = timezone.now()
        scenario = make_scenario(max_concurrent=9)
        closed, slight, grave, doubtful = (
            make_review(scenario, at=now - timedelta(minutes=minutes))
            for minutes in (90, 80, 70, 60)
        )
        assert judge(taken(closed, at=now), at=now).state == "closed"
        for review, gravity in (
            (slight, Gravity.SLIGHT), (grave, Gravity.GRAVE), (doubtful, Gravity.DOUBTFUL),
        ):  # fmt: skip
            Review.objects.filter(pk=review.pk).update(gravity=gravity)

        first = call("rita", "reviews?sort=urgent&limit=2").json()
        last = call("rita", first["next"].partition("/api/v1/")[2]).json()

        assert [each["gravity"] for each in first["items"]] == ["grave", "doubtful"]
        assert [each["id"] for each in last["items"]] == [str(slight.pk)]
        assert len(call("rita", "reviews").json()["items"]) == 4

    def test_are_filtered_by_what_was_done_and_by_time_closed_ones_too(self) -> None:
        now = timezone.now()
        scenario = make_scenario(max_concurrent=9)
        closed, old, grave, slight = (
            make_review(scenario, at=now - timedelta(days=days)) for days in (3, 9, 2, 1)
        )
        judge(taken(closed, at=now), at=now)
        for review, gravity in ((closed, Gravity.UNEXPLAINED), (old, Gravity.GRAVE),
                                (grave, Gravity.GRAVE), (slight, Gravity.SLIGHT)):  # fmt: skip
            Review.objects.filter(pk=review.pk).update(gravity=gravity)
        since, until = (
            (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (5, 1)
        )

        for query, wanted in (
            ("gravity=grave_or_unexplained", [grave, closed, old]),
            (f"gravity=grave_or_unexplained&since={since}", [grave, closed]),
            (f"gravity=grave&until={until}", [grave, old]),
            ("gravity=slight", [slight]),
        ):
            items = call("rita", f"reviews?{query}").json()["items"]
            assert [each["id"] for each in items] == [str(each.pk) for each in wanted], query

    def test_are_filtered_by_person_and_case(self) -> None:
        finding = make_finding(recent(), at=timezone.now())
        assert finding.case is not None
        ada, eve = make_user("ada").pk, make_user("eve").pk

        assert len(call("rita", f"reviews?person={ada}").json()["items"]) == 1
        assert len(call("rita", f"reviews?person={eve}").json()["items"]) == 0
        path = f"findings?case={finding.case.case}&scenario=production-outage&state=open"
        assert len(call("rita", path).json()["items"]) == 1

    @pytest.mark.parametrize(
        "path", ["reviews?colour=red", "reviews?state=old", "reviews?cursor=x", "findings?x=1"]
    )
    def test_refuse_what_they_do_not_know(self, path: str) -> None:
        make_scenario()

        assert call("rita", path).status_code == 400

    def test_go_on_behind_a_cursor(self) -> None:
        scenario = make_scenario(max_concurrent=9)
        for _ in range(3):
            make_review(scenario)

        first = call("rita", "reviews?limit=2").json()
        second = call("rita", first["next"].partition("/api/v1/")[2]).json()

        assert [len(first["items"]), len(second["items"])] == [2, 1]
        assert second["next"] is None


class TestVerbs:
    def test_take_and_close(self) -> None:
        path = f"reviews/{recent().pk}"

        assert call("rita", f"{path}/start", {}).json()["state"] == "in_review"
        closed = call("rita", f"{path}/close", {"verdict": "justified"}).json()

        assert (closed["state"], closed["verdict"]) == ("closed", "justified")
        assert call("rita", path).json() == closed

    def test_a_strict_one_is_confirmed_by_another(self) -> None:
        review = make_strict_review(at=timezone.now() - timedelta(minutes=21))
        path = f"reviews/{review.pk}"
        call("rita", f"{path}/start", {})

        given = call("rita", f"{path}/close", {"verdict": "misuse", "comment": "Private."})
        assert given.json()["state"] == "in_review"

        assert call("rita", f"{path}/confirm", {}).status_code == 403
        assert call("rolf", f"{path}/confirm", {}).json()["second_reviewer"]["name"] == "Rolf"

    def test_refusals_have_their_status(self) -> None:
        path = f"reviews/{recent().pk}"
        make_carla()

        assert call("rita", f"{path}/close", {"verdict": "justified"}).status_code == 409
        call("rita", f"{path}/start", {})
        assert call("carla", f"{path}/close", {"verdict": "justified"}).status_code == 403
        assert call("rita", f"{path}/close", {"verdict": "misuse"}).status_code == 422
        assert call("rita", f"{path}/close", {"verdict": "fine"}).status_code == 422
        assert call("rita", f"{path}/start", {"by": "me"}).status_code == 422

    def test_what_one_may_not_see_is_not_there(self) -> None:
        path = f"reviews/{recent().pk}"

        assert call("mallory", path).status_code == 404
        assert call("mallory", f"{path}/start", {}).status_code == 404

    def test_a_token_for_looking_does_not_act(self) -> None:
        path = f"reviews/{recent().pk}/start"

        assert call("rita", path, {}, scope="read").status_code == 403
