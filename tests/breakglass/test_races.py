"""Real threads on a real PostgreSQL: exactly one wins, the others get a sentence."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Part
from audit.models import Entry, Pending
from audit.sequencer import run_once
from audit.verify import verify
from breakglass import transitions
from breakglass.models import Decision, Freeze, Grant, Request
from core.errors import DomainError
from tests.make import (
    NOON,
    StepOf,
    make_ask,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOON + timedelta(minutes=5)


def together(*verbs: Callable[[], object]) -> list[str]:
    """Run every verb at the same moment in a thread of its own; return what came of each."""
    barrier = threading.Barrier(len(verbs))
    outcomes: list[str] = []

    def run(verb: Callable[[], object]) -> None:
        connection.ensure_connection()  # nobody is late because they had to knock first
        try:
            barrier.wait(timeout=60)
            verb()
        except DomainError as refusal:
            outcomes.append(type(refusal).__name__)
        else:
            outcomes.append("done")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[verb]) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def test_two_approvers_at_the_same_instant_make_one_grant() -> None:
    request = make_request(make_scenario())
    bob, carl = voice("bob"), voice("carl")

    outcomes = together(
        lambda: transitions.approve(request, voice=bob, at=LATER),
        lambda: transitions.approve(request, voice=carl, at=LATER),
    )

    assert sorted(outcomes) == ["WrongState", "done"]
    assert Grant.objects.count() == 1
    assert kinds().count("grant.activated") == 1


def test_one_approver_pressing_twice_counts_once() -> None:
    pair = make_group("Pair", make_user("bob"), make_user("carl"))
    request = make_request(make_scenario(steps=[StepOf(pair, quorum=2)]))
    bob = voice("bob")

    outcomes = together(*[lambda: transitions.approve(request, voice=bob, at=LATER)] * 4)

    assert Counter(outcomes) == {"done": 1, "NotAllowed": 3}
    assert Decision.objects.count() == 1


def test_two_hundred_answers_to_one_request_give_one_outcome() -> None:
    request = make_request(make_scenario(answer_within=10))
    ada, bob, carl = make_user("ada"), voice("bob", "Yes."), voice("carl", "No.")
    late = NOON + timedelta(minutes=10)
    verbs: list[Callable[[], object]] = [
        lambda: transitions.approve(request, voice=bob, at=LATER),
        lambda: transitions.deny(request, voice=carl, at=LATER),
        lambda: transitions.withdraw(request, by=ada, at=LATER),
        lambda: transitions.lapse(request, at=late),
    ]

    outcomes = together(*verbs * 50)

    request.refresh_from_db()
    ends = {"request.approved", "decision.denied", "request.withdrawn", "request.lapsed"}
    assert Counter(outcomes) == {"done": 1, "WrongState": 199}
    assert request.state not in Request.OPEN
    assert len([kind for kind in kinds() if kind in ends]) == 1
    assert Grant.objects.count() == (request.state == Request.State.APPROVED)
    run_once(at=late)
    verdict = verify()
    assert (verdict.why, verdict.checked) == ("", Entry.objects.count())


def test_the_limit_of_open_grants_holds_against_haste() -> None:
    scenario = make_scenario(max_concurrent=1)
    ada = make_user("ada")
    ask = make_ask(scenario)

    outcomes = together(*[lambda: transitions.break_glass(scenario, by=ada, ask=ask, at=NOON)] * 6)

    assert Counter(outcomes) == {"done": 1, "WrongState": 5}
    assert Grant.objects.count() == 1


def test_no_access_slips_past_a_freeze() -> None:
    scenario = make_scenario()
    responder = make_user("dana")
    make_group("Responders", responder, part=Part.RESPONDER)
    people = [make_user(f"p{number}") for number in range(8)]
    make_group("Platform engineers", *people)
    ask = make_ask(scenario)

    def breaking(index: int) -> Callable[[], object]:
        return lambda: transitions.break_glass(scenario, by=people[index], ask=ask, at=NOON)

    together(
        *[breaking(index) for index in range(4)],
        lambda: transitions.freeze(by=responder, reason="Odd queries.", at=NOON),
        *[breaking(index) for index in range(4, 8)],
    )

    assert Freeze.objects.standing().exists()
    assert not Grant.objects.standing().exists()


def test_ending_it_from_all_sides_ends_it_once() -> None:
    grant = make_broken_glass(make_scenario()).grant
    ada, bob = make_user("ada"), make_user("bob")
    end = grant.ends_at
    refusal = voice("carl", "No.")

    outcomes = together(
        lambda: transitions.relinquish(grant, by=ada, at=LATER),
        lambda: transitions.revoke(grant, by=bob, reason="Odd queries.", at=LATER),
        lambda: transitions.expire(grant, at=end),
        lambda: transitions.refuse(grant.request, voice=refusal, at=LATER),
    )

    assert outcomes.count("done") in (1, 2)  # a refusal also settles the ratification
    ends = [
        kind for kind in kinds() if kind in ("grant.relinquished", "grant.revoked", "grant.expired")
    ]
    assert len(ends) == 1


def test_each_object_s_versions_are_dense() -> None:
    request = make_request(make_scenario())
    bob, carl = voice("bob"), voice("carl")
    together(
        lambda: transitions.approve(request, voice=bob, at=LATER),
        lambda: transitions.approve(request, voice=carl, at=LATER),
    )

    versions: dict[str, list[int]] = {}
    for row in Pending.objects.all():
        envelope = json.loads(bytes(row.envelope))
        versions.setdefault(envelope["obj"], []).append(envelope["ov"])

    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in versions.values())
