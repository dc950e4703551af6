"""Answers to a request: approve, deny, offer less; and who may give them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Part
from breakglass import policy, transitions
from breakglass.models import Decision, Grant, Request
from core.errors import BadInput, NotAllowed, WrongState
from targets.models import Door
from tests.make import (
    NOON,
    StepOf,
    make_group,
    make_request,
    make_scenario,
    make_target,
    make_user,
    voice,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


class TestApprove:
    def test_starts_the_access(self) -> None:
        request = make_request(make_scenario())

        transitions.approve(request, voice=voice("bob"), at=LATER)

        grant = Grant.objects.get()
        assert grant.starts_at == LATER
        assert grant.ends_at == LATER + timedelta(minutes=30)
        assert grant.is_live(LATER)
        assert Door.objects.for_grant(grant.pk).count() == 1
        assert {"decision.approved", "request.approved", "grant.activated"} <= set(kinds())

    def test_schedules_a_later_start(self) -> None:
        start = NOON + timedelta(hours=2)
        request = make_request(make_scenario(), starts_at=start)

        transitions.approve(request, voice=voice("bob"), at=LATER)

        grant = Grant.objects.get()
        assert grant.status == Grant.Status.SCHEDULED
        assert not grant.is_live(LATER)
        assert not Door.objects.exists()

    def test_nobody_decides_on_their_own_request(self) -> None:
        scenario = make_scenario()
        make_group("Database team", make_user("ada"))
        request = make_request(scenario)

        with pytest.raises(NotAllowed, match="their own request"):
            transitions.approve(request, voice=voice("ada"), at=LATER)

        assert kinds()[-1] == "access.refused"

    def test_nor_on_what_they_filed_for_another(self) -> None:
        scenario = make_scenario()
        make_group("Database team", make_user("eve"))
        from_phone = transitions.submit(
            scenario,
            by=make_user("eve"),
            person=make_user("ada"),
            ask=transitions.Ask(
                targets=list(scenario.targets.all()), justification="x" * 30, minutes=10
            ),
            at=NOON,
        )

        with pytest.raises(NotAllowed, match="their own request"):
            transitions.approve(from_phone, voice=voice("eve"), at=LATER)

    def test_a_mail_address_changes_nothing(self) -> None:
        """Trap 2: the same person under another address is still the same person."""
        scenario = make_scenario()
        ada = make_user("ada")
        make_group("Database team", ada)
        request = make_request(scenario)
        ada.email = "someone.else@example.com"
        ada.save()

        with pytest.raises(NotAllowed, match="their own request"):
            transitions.approve(request, voice=transitions.Voice(by=ada), at=LATER)

    def test_a_stranger_is_refused(self) -> None:
        request = make_request(make_scenario())

        with pytest.raises(NotAllowed, match="Only Database team"):
            transitions.approve(request, voice=voice("mallory"), at=LATER)

    def test_a_stranger_is_refused_before_their_words_are_read(self) -> None:
        request = make_request(make_scenario())
        longer = transitions.Offer(minutes=600, targets=[])

        with pytest.raises(NotAllowed, match="Only Database team"):
            transitions.deny(request, voice=voice("mallory", ""), at=LATER)
        with pytest.raises(NotAllowed, match="Only Database team"):
            transitions.counter(request, voice=voice("mallory"), offer=longer, at=LATER)

    def test_a_superuser_is_a_stranger_too(self) -> None:
        request = make_request(make_scenario())
        root = make_user("root", is_superuser=True, is_staff=True)

        with pytest.raises(NotAllowed):
            transitions.approve(request, voice=transitions.Voice(by=root), at=LATER)

    def test_one_person_cannot_say_yes_twice(self) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(database, quorum=2)]))
        transitions.approve(request, voice=voice("bob"), at=LATER)

        with pytest.raises(NotAllowed, match="decided on this already"):
            transitions.approve(request, voice=voice("bob"), at=LATER)

        assert not Grant.objects.exists()

    def test_a_quorum_of_two_needs_two(self) -> None:
        database = make_group("Database team", make_user("bob"), make_user("carl"))
        request = make_request(make_scenario(steps=[StepOf(database, quorum=2)]))

        transitions.approve(request, voice=voice("bob"), at=LATER)
        transitions.approve(request, voice=voice("carl"), at=LATER)

        assert Grant.objects.get().is_live(LATER)

    def test_a_person_in_two_groups_satisfies_one_step_only(self) -> None:
        """Trap 3."""
        one = make_group("One", make_user("bob"))
        two = make_group("Two", make_user("bob"), make_user("mia"))
        request = make_request(make_scenario(steps=[StepOf(one), StepOf(two)]))
        transitions.approve(request, voice=voice("bob"), at=LATER)

        with pytest.raises(NotAllowed, match="decided on this already"):
            transitions.approve(request, voice=voice("bob"), at=LATER)

        transitions.approve(request, voice=voice("mia"), at=LATER)
        assert Grant.objects.exists()

    def test_a_later_step_waits_for_its_turn(self) -> None:
        one = make_group("One", make_user("bob"))
        two = make_group("Two", make_user("mia"))
        scenario = make_scenario(steps=[StepOf(one, escalate_after=10), StepOf(two)])
        request = make_request(scenario)

        with pytest.raises(NotAllowed, match="You are asked on 02 Nov, 12:10 UTC"):
            transitions.approve(request, voice=voice("mia"), at=LATER)

        transitions.approve(request, voice=voice("mia"), at=NOON + timedelta(minutes=10))
        request.refresh_from_db()
        assert request.state == Request.State.PENDING

    def test_a_stand_in_may_answer_after_the_silence_without_any_sweep(self) -> None:
        one = make_group("One", make_user("bob"))
        leads = make_group("Leads", make_user("olga"))
        scenario = make_scenario(
            steps=[StepOf(one, escalate_after=10), StepOf(leads, stands_in=True)]
        )
        request = make_request(scenario)

        transitions.approve(request, voice=voice("olga"), at=NOON + timedelta(minutes=10))

        assert Grant.objects.get().is_live(NOON + timedelta(minutes=10))

    def test_is_refused_after_the_window_though_no_sweep_has_run(self) -> None:
        request = make_request(make_scenario(answer_within=30))

        with pytest.raises(WrongState, match="has lapsed"):
            transitions.approve(request, voice=voice("bob"), at=NOON + timedelta(minutes=30))

    def test_is_refused_while_the_requester_is_frozen(self) -> None:
        request = make_request(make_scenario())
        responder = make_user("dana")
        make_group("Responders", responder, part=Part.RESPONDER)
        transitions.freeze(by=responder, person=make_user("ada"), reason="Odd queries.", at=NOON)

        with pytest.raises(WrongState, match="Ada is frozen"):
            transitions.approve(request, voice=voice("bob"), at=LATER)

        assert not Decision.objects.exists()


@pytest.mark.parametrize("verb", ["withdraw", "deny", "lapse", "approve"])
def test_a_decided_request_says_so(verb: str) -> None:
    """Trap 4: each verb looks at the current state, not at the page's."""
    request = make_request(make_scenario())
    stale = Request.objects.get(pk=request.pk)
    end = {
        "withdraw": lambda: transitions.withdraw(request, by=make_user("ada"), at=LATER),
        "deny": lambda: transitions.deny(request, voice=voice("carl", "No."), at=LATER),
        "lapse": lambda: transitions.lapse(request, at=NOON + timedelta(minutes=240)),
        "approve": lambda: transitions.approve(request, voice=voice("carl"), at=LATER),
    }
    end[verb]()

    with pytest.raises(WrongState, match="already"):
        transitions.approve(stale, voice=voice("bob"), at=LATER)
    with pytest.raises(WrongState, match="already"):
        transitions.withdraw(stale, by=make_user("ada"), at=LATER)


class TestDeny:
    def test_ends_the_request(self) -> None:
        request = make_request(make_scenario())

        request = transitions.deny(request, voice=voice("bob", "Use the replica."), at=LATER)

        assert request.state == Request.State.DENIED
        assert not Grant.objects.exists()

    def test_needs_a_reason(self) -> None:
        request = make_request(make_scenario())

        with pytest.raises(BadInput, match="Say why"):
            transitions.deny(request, voice=voice("bob", " "), at=LATER)

    def test_by_a_stranger_is_refused(self) -> None:
        request = make_request(make_scenario())

        with pytest.raises(NotAllowed):
            transitions.deny(request, voice=voice("mallory", "No."), at=LATER)


class TestCounter:
    def test_waits_for_the_requester(self) -> None:
        request = make_request(make_scenario())

        decision = _offer(request, minutes=10)

        assert decision.request.state == Request.State.COUNTERED

    def test_accepting_counts_as_the_yes_of_who_offered(self) -> None:
        request = make_request(make_scenario())
        _offer(request, minutes=10, read_only=True)

        transitions.accept_counter(request, by=make_user("ada"), at=LATER)

        grant = Grant.objects.get()
        assert grant.ends_at - grant.starts_at == timedelta(minutes=10)
        assert grant.read_only

    def test_fewer_targets(self) -> None:
        targets = [make_target(), make_target("billing-db")]
        request = make_request(make_scenario(targets=targets))
        _offer(request, minutes=30, targets=targets[:1])

        transitions.accept_counter(request, by=make_user("ada"), at=LATER)

        assert [target.slug for target in Grant.objects.get().targets.all()] == ["shop-db"]

    def test_declining_lets_the_request_wait_again(self) -> None:
        request = make_request(make_scenario())
        _offer(request, minutes=10)

        request = transitions.decline_counter(request, by=make_user("ada"), at=LATER)

        assert request.state == Request.State.PENDING
        transitions.approve(request, voice=voice("bob"), at=LATER)
        assert Grant.objects.get().request.minutes == 30

    def test_only_the_requester_answers(self) -> None:
        request = make_request(make_scenario())
        _offer(request, minutes=10)

        with pytest.raises(NotAllowed, match="Only the person who asked"):
            transitions.accept_counter(request, by=make_user("carl"), at=LATER)

    def test_a_second_step_is_still_needed_after_an_accepted_offer(self) -> None:
        one = make_group("One", make_user("bob"))
        two = make_group("Two", make_user("mia"))
        request = make_request(make_scenario(steps=[StepOf(one), StepOf(two)]))
        _offer(request, minutes=10)

        request = transitions.accept_counter(request, by=make_user("ada"), at=LATER)

        assert request.state == Request.State.PENDING
        transitions.approve(request, voice=voice("mia"), at=LATER)
        assert Grant.objects.get().request.minutes == 10

    def test_of_several_limits_the_strictest_holds(self) -> None:
        """The scenario allows 30 minutes, the first approver 20, the second 15."""
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("mia"))
        request = make_request(make_scenario(steps=[StepOf(one), StepOf(two)]))
        _offer(request, minutes=20, read_only=True)
        transitions.accept_counter(request, by=make_user("ada"), at=LATER)

        with pytest.raises(BadInput, match="Offer 1 min to 20"):
            _offer(request, by="mia", minutes=25, read_only=True)
        with pytest.raises(BadInput, match="an offer cannot allow more"):
            _offer(request, by="mia", minutes=10)
        _offer(request, by="mia", minutes=15, read_only=True)
        transitions.accept_counter(request, by=make_user("ada"), at=LATER)

        grant = Grant.objects.get()
        assert grant.ends_at - grant.starts_at == timedelta(minutes=15)
        assert grant.read_only

    @pytest.mark.parametrize(
        ("terms", "sentence"),
        [
            ({"minutes": 31}, "Offer 1 min to 30"),
            ({"minutes": 0}, "Offer 1 min to 30"),
            ({"minutes": 30}, "what was asked for"),
            ({"minutes": 10, "targets": []}, "some of the targets"),
        ],
    )
    def test_more_or_the_same_is_no_offer(self, terms: dict[str, Any], sentence: str) -> None:
        request = make_request(make_scenario())

        with pytest.raises(BadInput, match=sentence):
            _offer(request, **terms)


def test_the_page_shows_the_sentence_that_the_verb_raises() -> None:
    request = make_request(make_scenario())
    why = policy.why_not_decide(request, by=make_user("mallory"), at=LATER)

    with pytest.raises(NotAllowed) as raised:
        transitions.approve(request, voice=voice("mallory"), at=LATER)

    assert str(raised.value) == why


def _offer(request: Request, *, by: str = "bob", **terms: Any) -> Decision:
    values: dict[str, Any] = {"targets": list(request.targets.all()), **terms}
    offer = transitions.Offer(**values)
    return transitions.counter(request, voice=voice(by, "Less will do."), offer=offer, at=LATER)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "maybe"},
        {"kind": "counter"},
        {"minutes": 10},
        {"answer": "accepted"},
        {"answered_at": NOON},
    ],
)
def test_database_refuses_an_impossible_decision(fields: dict[str, Any]) -> None:
    request = make_request(make_scenario())
    transitions.approve(request, voice=voice("bob"), at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(**fields)
