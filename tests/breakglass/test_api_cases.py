"""Cases and scenarios through the API."""

from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Part
from audit.sequencer import run_once
from breakglass import transitions
from tests.accounts.make import bearer
from tests.breakglass.api import broken, call, pending, send
from tests.make import make_group, make_request, make_scenario, make_user, voice
from tests.record import kinds

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=0)  # not a random one: processes that share the tests must agree on their names


class TestCases:
    def test_lists_originals_only(self) -> None:
        grant = broken()
        transitions.ask_for_more_time(
            grant, by=grant.holder, minutes=5, justification="x" * 30, at=timezone.now()
        )

        [line] = call("ada", "cases").json()["items"]

        assert line["case"] == grant.request.case
        assert line["grant"] == str(grant.pk)

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("live=true", 1),
            ("state=activated", 1),
            ("state=pending", 0),
            ("ratification=pending", 1),
            ("scenario=production-outage", 1),
            ("scenario=drill", 0),
            ("reference=INC-1", 1),
            ("reference=INC-2", 0),
            (f"requester={NOBODY}", 0),
        ],
    )
    def test_filters(self, query: str, count: int) -> None:
        broken(reference="INC-1")

        assert len(call("ada", f"cases?{query}").json()["items"]) == count

    def test_an_ended_case_is_not_live(self) -> None:
        grant = broken()
        transitions.relinquish(grant, by=grant.holder, at=timezone.now())

        assert not call("ada", "cases?live=true").json()["items"]

    @pytest.mark.parametrize("query", ["holder=ada", "requester=ada", "live=x", "cursor=x"])
    def test_refuses_what_it_does_not_know(self, query: str) -> None:
        assert call("ada", f"cases?{query}").status_code == 400

    def test_pages_by_cursor(self) -> None:
        people = make_user("ada"), make_user("eve")
        numbers = [make_request(by=each, at=timezone.now()).case for each in people]
        make_group("audit", make_user("elif"), part=Part.AUDITOR)
        client = bearer(make_user("elif"))

        first = send(client, "cases?limit=1").json()
        second = client.get(first["next"]).json()

        assert [page["items"][0]["case"] for page in (first, second)] == numbers[::-1]
        assert second["next"] is None

    def test_asks_the_database_as_often_however_many_there_are(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = bearer(make_user("bob"))
        for number in range(4):
            scenario = make_scenario(f"scenario-{number}")
            make_request(scenario, at=timezone.now())

        with django_assert_max_num_queries(12):
            assert len(send(client, "cases").json()["items"]) == 4


class TestCase:
    def test_is_everything_about_one_emergency(self) -> None:
        grant = broken()
        transitions.ask_for_more_time(
            grant, by=grant.holder, minutes=5, justification="x" * 30, at=timezone.now()
        )

        case = call("bob", f"cases/{grant.request.case}").json()

        assert [bool(each["extends"]) for each in case["requests"]] == [False, True]
        assert case["grant"]["id"] == str(grant.pk)

    def test_without_a_grant_says_so(self) -> None:
        assert call("ada", f"cases/{pending().case}").json()["grant"] is None

    def test_tells_what_the_record_says(self) -> None:
        asked = pending()
        transitions.deny(asked, voice=voice("bob", "Not today."), at=timezone.now())
        run_once(at=timezone.now())

        entries = call("ada", f"cases/{asked.case}").json()["entries"]

        assert [entry["kind"] for entry in entries] == ["request.submitted", "decision.denied"]
        assert entries[1]["actor"] == "Bob"
        assert "Not today." in entries[1]["sentence"]

    def test_of_somebody_else_is_hidden_and_the_attempt_recorded(self) -> None:
        assert call("eve", f"cases/{pending().case}").status_code == 404
        assert kinds()[-1] == "access.refused"

    @pytest.mark.parametrize("case", ["0", "99999999999999999999", "x"])
    def test_of_nobody_is_404(self, case: str) -> None:
        assert call("ada", f"cases/{case}").status_code == 404


class TestScenarios:
    def test_say_what_they_ask_for_and_whether_they_are_open(self) -> None:
        make_scenario()

        [mine] = call("ada", "scenarios").json()["items"]
        [theirs] = call("bob", "scenarios").json()["items"]

        assert mine["slug"] == "production-outage"
        assert mine["targets"] == [{"slug": "shop-db", "name": "shop-db"}]
        assert (mine["open_to_you"], theirs["open_to_you"]) == (True, False)

    def test_that_are_archived_are_not_there(self) -> None:
        make_scenario(archived_at=timezone.now())

        assert not call("ada", "scenarios").json()["items"]
        assert call("ada", "scenarios/production-outage/preflight").status_code == 404

    def test_preflight_says_who_can_decide(self) -> None:
        make_scenario()

        seen = call("ada", "scenarios/production-outage/preflight").json()

        assert seen["why_not"] is None
        assert [each["name"] for each in seen["asked"][0]["people"]] == ["Bob", "Carl"]

    def test_preflight_says_why_not(self) -> None:
        make_scenario()

        seen = call("mallory", "scenarios/production-outage/preflight").json()

        assert "Platform engineers" in seen["why_not"]


@pytest.mark.parametrize("path", ["requests", "cases", "cases/1", "scenarios", f"grants/{NOBODY}"])
def test_each_address_wants_a_person(client: Client, path: str) -> None:
    assert client.get(f"/api/v1/{path}").status_code == 401
