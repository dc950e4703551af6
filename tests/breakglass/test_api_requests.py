"""Requests through the API: asking, and everything that is said about them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Part
from breakglass import transitions
from breakglass.models import Grant, Request
from tests.breakglass.api import asking, broken, call, pending
from tests.make import StepOf, make_group, make_scenario, make_target, make_user, voice
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=0)


class TestAsk:
    def test_makes_a_request_that_waits(self) -> None:
        answer = call("ada", "requests", asking())

        made = Request.objects.get()
        assert answer.status_code == 201
        assert answer.json() == {
            "id": str(made.pk),
            "state": "pending",
            "case": made.case,
            "grant": None,
        }
        assert actors("request.submitted") == [made.requester.ref]

    def test_breaking_the_glass_gives_a_grant_at_once(self) -> None:
        answer = call("ada", "requests", asking(urgency="break_glass"))

        assert answer.json()["state"] == "activated"
        assert answer.json()["grant"] == str(Grant.objects.get().pk)

    def test_keeps_a_start(self) -> None:
        start = timezone.now() + timedelta(hours=2)

        call("ada", "requests", asking(starts_at=start.isoformat()))

        assert Request.objects.get().starts_at == start

    @pytest.mark.parametrize("named", ["ADA@example.com", "id"])
    def test_asks_in_somebody_elses_name(self, named: str) -> None:
        ada = make_user("ada")

        answer = call(
            "eve", "requests", asking(on_behalf_of=str(ada.pk) if named == "id" else named)
        )

        made = Request.objects.get()
        assert answer.status_code == 201
        assert (made.requester, made.filed_by) == (ada, make_user("eve"))

    @pytest.mark.parametrize(
        "named", ["mallory@example.com", "00000000-0000-4000-8000-000000000000"]
    )
    def test_asks_for_nobody_who_may_not(self, named: str) -> None:
        make_user("mallory")

        answer = call("eve", "requests", asking(on_behalf_of=named))

        assert answer.status_code == 422
        assert f"Nobody called {named} may use" in answer.json()["detail"]
        assert "on_behalf_of" in answer.text

    def test_breaks_the_glass_for_nobody_else(self) -> None:
        body = asking(on_behalf_of="ada@example.com", urgency="break_glass")

        assert call("eve", "requests", body).status_code == 403

    def test_a_repeat_with_the_same_key_asks_once(self) -> None:
        body = asking(urgency="break_glass")

        first = call("ada", "requests", body, **{"Idempotency-Key": "k"})
        again = call("ada", "requests", body, **{"Idempotency-Key": "k"})

        assert first.json() == again.json()
        assert Request.objects.count() == Grant.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"scenario": "nonsense"}, "scenario"),
            ({"targets": ["nonsense"]}, "targets"),
            ({"targets": ["other-db"]}, "targets"),
            ({"targets": []}, "targets"),
            ({"targets": "shop-db"}, "targets"),
            ({"justification": "too short"}, "justification"),
            ({"justification": None}, "justification"),
            ({"minutes": 0}, "minutes"),
            ({"minutes": 61}, "minutes"),
            ({"minutes": 10**30}, "minutes"),
            ({"urgency": "panic"}, "urgency"),
            ({"starts_at": "2020-01-01T00:00:00Z"}, "starts_at"),
            ({"starts_at": "soon"}, "starts_at"),
            ({"intend": "typing error"}, "intend"),
        ],
    )
    def test_refuses_bad_input_with_a_sentence(self, fields: dict[str, Any], field: str) -> None:
        make_target("other-db")

        answer = call("ada", "requests", asking(**fields))

        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [field] or "targets.0" in answer.json()["errors"]
        assert not Request.objects.exists()

    @pytest.mark.parametrize("target", ["nonsense", "other-db"])
    def test_records_the_attempt_on_a_foreign_target(self, target: str) -> None:
        make_target("other-db")

        call("ada", "requests", asking(targets=[target]))

        assert kinds()[-1] == "access.refused"

    def test_refuses_a_person_without_eligibility(self) -> None:
        answer = call("mallory", "requests", asking())

        assert answer.status_code == 403
        assert "is open to Platform engineers" in answer.json()["detail"]
        assert kinds()[-1] == "access.refused"

    def test_refuses_what_may_not_start_before_approval(self) -> None:
        scenario = make_scenario(break_glass=False)

        answer = call("ada", "requests", asking(scenario, urgency="break_glass"))

        assert answer.status_code == 403
        assert "needs approval first" in answer.json()["detail"]

    def test_refuses_a_second_while_the_first_waits(self) -> None:
        pending()

        assert call("ada", "requests", asking()).status_code == 409

    def test_refuses_a_reading_token(self) -> None:
        answer = call("ada", "requests", asking(), scope="read")

        assert answer.status_code == 403
        assert not Request.objects.exists()


class TestLook:
    def test_shows_the_words_and_the_decisions(self) -> None:
        asked = pending()
        call("bob", f"requests/{asked.pk}/approve", {"comment": "Go."})

        shown = call("ada", f"requests/{asked.pk}").json()

        assert shown["state"] == "approved"
        assert shown["justification"] == asked.justification
        assert shown["grant"] == str(Grant.objects.get().pk)
        [decision] = shown["decisions"]
        assert (decision["kind"], decision["by"]["name"]) == ("approve", "Bob")
        assert (decision["comment"], decision["offer"]) == ("Go.", None)

    @pytest.mark.parametrize("name", ["ada", "bob", "rita", "dana"])
    def test_is_for_those_who_may_see_the_case(self, name: str) -> None:
        make_group("sre", make_user("dana"), part=Part.RESPONDER)

        assert call(name, f"requests/{pending().pk}").status_code == 200

    @pytest.mark.parametrize("name", ["eve", "mallory"])
    def test_is_hidden_from_others_and_their_attempt_recorded(self, name: str) -> None:
        answer = call(name, f"requests/{pending().pk}")

        assert answer.status_code == 404
        assert actors("access.refused") == [make_user(name).ref]

    def test_answers_404_for_nothing_without_a_word_in_the_record(self) -> None:
        answer = call("ada", "requests/00000000-0000-0000-0000-000000000000")

        assert answer.status_code == 404
        assert "access.refused" not in kinds()


class TestList:
    def test_shows_what_one_may_see(self) -> None:
        asked = pending()

        for name in ("ada", "bob"):
            [line] = call(name, "requests").json()["items"]
            assert line["id"] == str(asked.pk)
        assert call("eve", "requests").json() == {"items": [], "next": None}

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("state=pending", 1),
            ("state=denied", 0),
            ("urgency=normal&scenario=production-outage", 1),
            ("scenario=nothing", 0),
            ("mine=true", 0),
            ("mine=false", 1),
        ],
    )
    def test_filters(self, query: str, count: int) -> None:
        pending()

        assert len(call("bob", f"requests?{query}").json()["items"]) == count

    @pytest.mark.parametrize("query", ["stat=pending", "state=over", "mine=maybe", "limit=x"])
    def test_refuses_what_it_does_not_know(self, query: str) -> None:
        assert call("ada", f"requests?{query}").status_code == 400


class TestDecide:
    def test_approving_starts_the_access(self) -> None:
        asked = pending()

        shown = call("bob", f"requests/{asked.pk}/approve", {}).json()

        assert shown["state"] == "approved"
        assert Grant.objects.get().holder == asked.requester

    def test_denying_needs_a_reason(self) -> None:
        asked = pending()

        assert call("bob", f"requests/{asked.pk}/deny", {}).status_code == 422
        shown = call("bob", f"requests/{asked.pk}/deny", {"comment": "Use the replica."}).json()
        assert shown["state"] == "denied"

    @pytest.mark.parametrize("verb", ["approve", "deny", "ratify", "refuse"])
    @pytest.mark.parametrize("name", ["ada", "rita"])
    def test_refuses_whom_it_is_not_for(self, name: str, verb: str) -> None:
        asked = pending() if verb in ("approve", "deny") else broken().request

        answer = call(name, f"requests/{asked.pk}/{verb}", {"comment": "I want it."})

        assert answer.status_code == 403
        assert kinds()[-1] == "access.refused"

    @pytest.mark.parametrize(
        "verb", ["approve", "deny", "counter", "ratify", "refuse", "withdraw", "accept", "decline"]
    )
    def test_hides_somebody_elses_case(self, verb: str) -> None:
        body = {"minutes": 1} if verb == "counter" else {}

        assert call("eve", f"requests/{pending().pk}/{verb}", body).status_code == 404

    @pytest.mark.parametrize("verb", ["approve", "deny"])
    def test_refuses_what_is_decided(self, verb: str) -> None:
        asked = pending()
        transitions.withdraw(asked, by=asked.requester, at=timezone.now())

        answer = call("bob", f"requests/{asked.pk}/{verb}", {"comment": "Late."})

        assert answer.status_code == 409
        assert "already withdrawn" in answer.json()["detail"]

    def test_says_what_can_be_done_with_a_broken_glass_instead(self) -> None:
        answer = call("bob", f"requests/{broken().request.pk}/approve", {})

        assert answer.status_code == 409
        assert "it can only be ratified or refused" in answer.json()["detail"]

    def test_waits_for_the_second_step(self) -> None:
        bob, dan = make_user("bob"), make_user("dan")
        steps = [StepOf(make_group("Database team", bob)), StepOf(make_group("Management", dan))]
        make_scenario(steps=steps)
        asked = pending()

        assert call("dan", f"requests/{asked.pk}/approve", {}).status_code == 403
        assert call("bob", f"requests/{asked.pk}/approve", {}).json()["state"] == "pending"
        assert call("dan", f"requests/{asked.pk}/approve", {}).json()["state"] == "approved"


class TestCounter:
    def test_offers_less_and_the_requester_takes_it(self) -> None:
        asked = pending()

        offered = call("bob", f"requests/{asked.pk}/counter", {"minutes": 10}).json()
        taken = call("ada", f"requests/{asked.pk}/accept", {}).json()

        assert offered["state"] == "countered"
        assert offered["decisions"][0]["offer"]["minutes"] == 10
        assert (taken["state"], taken["minutes"]) == ("approved", 10)

    def test_the_requester_leaves_it(self) -> None:
        asked = pending()
        call("bob", f"requests/{asked.pk}/counter", {"minutes": 10, "read_only": True})

        left = call("ada", f"requests/{asked.pk}/decline", {}).json()

        assert (left["state"], left["minutes"]) == ("pending", asked.minutes)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "minutes"),
            ({"minutes": 31}, "minutes"),
            ({"minutes": 30}, "minutes"),
            ({"minutes": 5, "targets": []}, "targets"),
            ({"minutes": 5, "targets": ["other-db"]}, "targets"),
        ],
    )
    def test_refuses_what_is_not_less(self, body: dict[str, Any], field: str) -> None:
        make_target("other-db")

        answer = call("bob", f"requests/{pending().pk}/counter", body)

        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [field]

    def test_only_the_requester_answers(self) -> None:
        asked = pending()
        call("bob", f"requests/{asked.pk}/counter", {"minutes": 10})

        assert call("carl", f"requests/{asked.pk}/accept", {}).status_code == 403

    def test_without_an_offer_there_is_nothing_to_accept(self) -> None:
        assert call("ada", f"requests/{pending().pk}/accept", {}).status_code == 409


class TestRatify:
    def test_settles_it(self) -> None:
        asked = broken().request

        shown = call("bob", f"requests/{asked.pk}/ratify", {}).json()

        assert shown["ratification"] == "ratified"

    def test_refusing_revokes_what_is_open(self) -> None:
        grant = broken()

        body = {"comment": "There was no outage."}
        shown = call("bob", f"requests/{grant.request_id}/refuse", body).json()

        grant.refresh_from_db()
        assert shown["ratification"] == "refused"
        assert grant.status == "revoked"

    def test_needs_a_broken_glass(self) -> None:
        assert call("bob", f"requests/{pending().pk}/ratify", {}).status_code == 409


class TestWithdraw:
    def test_ends_ones_own(self) -> None:
        asked = pending()

        assert call("ada", f"requests/{asked.pk}/withdraw", {}).json()["state"] == "withdrawn"
        assert call("ada", f"requests/{asked.pk}/withdraw", {}).status_code == 409

    def test_is_for_the_requester(self) -> None:
        assert call("bob", f"requests/{pending().pk}/withdraw", {}).status_code == 403

    def test_takes_no_words(self) -> None:
        answer = call("ada", f"requests/{pending().pk}/withdraw", {"comment": "x"})

        assert answer.status_code == 422


def test_a_lapsed_request_is_over_by_the_clock() -> None:
    asked = pending(at=timezone.now() - timedelta(days=1))

    answer = call("bob", f"requests/{asked.pk}/approve", {})

    assert answer.status_code == 409
    assert "lapsed" in answer.json()["detail"]


def test_an_approver_of_another_scenario_stays_out() -> None:
    """Approvers act only within their scenarios, and see only those."""
    asked, others = pending(), make_group("Security", make_user("sam"))
    make_scenario("suspected-breach", steps=[StepOf(others)])

    assert call("sam", f"requests/{asked.pk}/approve", {}).status_code == 404
    assert transitions.approve(asked, voice=voice("bob"), at=timezone.now()).state == "approved"
