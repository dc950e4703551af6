"""The life of a grant, and the panic switch."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from accounts.models import Part, User
from breakglass import transitions
from breakglass.models import Freeze, Grant, Request
from core.errors import BadInput, NotAllowed, WrongState
from targets.models import Door
from tests.make import (
    NOON,
    REASON,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
END = NOON + timedelta(minutes=30)


class TestClock:
    def test_opens_and_closes_without_any_sweep(self) -> None:
        _open_grant()

        assert Grant.objects.live(NOON).exists()
        assert not Grant.objects.live(NOON - timedelta(microseconds=1)).exists()
        assert not Grant.objects.live(END).exists()

    def test_a_scheduled_grant_opens_by_the_clock(self) -> None:
        grant = _scheduled()

        assert not Grant.objects.live(LATER).exists()
        assert Grant.objects.live(grant.starts_at).exists()


class TestExpire:
    def test_writes_down_what_the_clock_decided(self) -> None:
        grant = transitions.expire(_open_grant(), at=END)

        assert grant.status == Grant.Status.EXPIRED
        assert Door.objects.get().state == Door.State.CLOSING
        assert actors("grant.expired") == ["system:breakglass"]

    def test_refuses_while_it_is_live(self) -> None:
        with pytest.raises(WrongState, match="still live"):
            transitions.expire(_open_grant(), at=LATER)

    def test_happens_once(self) -> None:
        grant = _open_grant()
        transitions.expire(grant, at=END)

        with pytest.raises(WrongState, match="over: expired"):
            transitions.expire(grant, at=END)


class TestRelinquish:
    def test_ends_it_early(self) -> None:
        grant = transitions.relinquish(_open_grant(), by=make_user("ada"), at=LATER)

        assert (grant.status, grant.ended_at) == (Grant.Status.RELINQUISHED, LATER)

    def test_why_its_door_closes_is_recorded_in_english(self) -> None:
        with override("de"):
            transitions.relinquish(_open_grant(), by=make_user("ada"), at=LATER)

        assert [fact["why"] for fact in facts("door.closing")] == ["ended by its holder"]

    def test_is_for_the_holder(self) -> None:
        with pytest.raises(NotAllowed, match="Only the holder"):
            transitions.relinquish(_open_grant(), by=make_user("bob"), at=LATER)


class TestRevoke:
    @pytest.mark.parametrize("name", ["dana", "bob", "ada"])
    def test_by_responder_approver_or_holder(self, name: str) -> None:
        _responders()

        grant = transitions.revoke(
            _open_grant(), by=make_user(name), reason="Odd queries.", at=LATER
        )

        assert (grant.status, grant.end_reason) == (Grant.Status.REVOKED, "Odd queries.")

    def test_refuses_a_stranger_and_says_so_in_the_log(self) -> None:
        grant = _open_grant()

        with pytest.raises(NotAllowed, match="Only the holder, a responder"):
            transitions.revoke(grant, by=make_user("mallory"), reason="Odd queries.", at=LATER)

        grant.refresh_from_db()
        assert grant.status == Grant.Status.ACTIVE
        assert kinds()[-1] == "access.refused"

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        grant = _open_grant()
        monkeypatch.setattr("audit.log.record", _full_disk)

        with pytest.raises(OSError, match="disk"):
            transitions.revoke(grant, by=make_user("bob"), reason="Odd queries.", at=LATER)

        grant.refresh_from_db()
        assert grant.status == Grant.Status.ACTIVE


class TestActivate:
    def test_starts_what_was_scheduled(self) -> None:
        grant = _scheduled()

        grant = transitions.activate(grant, at=grant.starts_at)

        assert grant.status == Grant.Status.ACTIVE
        assert Door.objects.get().until == grant.ends_at

    def test_waits_for_its_time(self) -> None:
        with pytest.raises(WrongState, match="not waiting"):
            transitions.activate(_scheduled(), at=LATER)

    def test_a_late_sweep_does_not_extend_it(self) -> None:
        grant = _scheduled()
        end = grant.ends_at

        grant = transitions.activate(grant, at=end - timedelta(minutes=1))

        assert grant.ends_at == end


class TestMoreTime:
    def test_needs_a_new_decision(self) -> None:
        grant = _open_grant()

        request = _more(grant, 15)

        grant.refresh_from_db()
        assert grant.ends_at == END
        assert request.case == grant.request.case

    def test_moves_the_end_of_grant_and_door(self) -> None:
        grant = _open_grant()

        transitions.approve(_more(grant, 15), voice=voice("bob"), at=LATER)

        grant.refresh_from_db()
        assert grant.ends_at == END + timedelta(minutes=15)
        assert Door.objects.get().until == grant.ends_at

    def test_stays_within_the_cap(self) -> None:
        with pytest.raises(BadInput, match="at most 30 min more"):
            _more(_open_grant(), 31)

        assert kinds()[-1] == "access.refused"

    def test_is_for_the_holder(self) -> None:
        grant = _open_grant()

        with pytest.raises(NotAllowed, match="Only the holder"):
            transitions.ask_for_more_time(
                grant, by=make_user("eve"), minutes=5, justification=REASON, at=LATER
            )

    def test_is_over_when_the_access_is(self) -> None:
        grant = _open_grant()
        request = _more(grant, 15)
        transitions.relinquish(grant, by=make_user("ada"), at=LATER)

        with pytest.raises(WrongState, match="over"):
            transitions.approve(request, voice=voice("bob"), at=LATER)

        assert not Request.objects.undecided(LATER).filter(extends=grant).exists()

    def test_one_at_a_time(self) -> None:
        grant = _open_grant()
        _more(grant, 5)

        with pytest.raises(WrongState, match="asked for more time already"):
            _more(grant, 5)

    def test_its_own_refusal_leaves_the_access_as_it_is(self) -> None:
        grant = _open_grant()

        transitions.deny(_more(grant, 15), voice=voice("bob", "Enough."), at=LATER)

        grant.refresh_from_db()
        assert grant.is_live(LATER)


class TestOverlap:
    """Trap 6: ending one grant must not close the door of the other."""

    def test_each_grant_has_its_own_door(self) -> None:
        scenario = make_scenario(max_concurrent=2)
        first = make_broken_glass(scenario).grant
        second = make_broken_glass(scenario).grant

        transitions.relinquish(first, by=make_user("ada"), at=LATER)

        assert first.doors().get().state == Door.State.CLOSING
        assert second.doors().get().state == Door.State.OPENING


class TestFreeze:
    def test_of_a_person_revokes_theirs_and_keeps_them_out(self) -> None:
        grant, other = _open_grant(), make_broken_glass(by=make_user("eve")).grant

        _freeze(person=make_user("ada"))

        grant.refresh_from_db()
        other.refresh_from_db()
        assert grant.status == Grant.Status.REVOKED
        assert other.status == Grant.Status.ACTIVE
        with pytest.raises(NotAllowed, match="Ada is frozen"):
            make_broken_glass(at=LATER)

    def test_of_a_scenario(self) -> None:
        grant = _open_grant()

        _freeze(scenario=grant.scenario)

        with pytest.raises(NotAllowed, match="Production outage is frozen"):
            make_broken_glass(by=make_user("eve"), at=LATER)

    def test_of_everything(self) -> None:
        _open_grant()
        make_broken_glass(by=make_user("eve"))

        _freeze()

        assert not Grant.objects.standing().exists()
        with pytest.raises(NotAllowed, match="All access is frozen"):
            make_broken_glass(at=LATER)

    def test_is_for_responders(self) -> None:
        make_scenario()

        with pytest.raises(NotAllowed, match="Only a responder"):
            transitions.freeze(by=make_user("bob"), reason="Odd queries.", at=LATER)

    def test_needs_a_reason(self) -> None:
        for reason in (" ", "No.", "   No.       "):
            with pytest.raises(BadInput, match="Say why in at least 10 characters"):
                transitions.freeze(by=_responders(), reason=reason, at=LATER)
        assert not Freeze.objects.exists()

    def test_is_lifted_with_a_reason_which_a_kept_freeze_forgets(self) -> None:
        made = _freeze()

        with pytest.raises(BadInput, match="Say why in at least 10 characters"):
            transitions.lift(made, by=make_user("dana"), reason="No.", at=LATER)
        proposed = transitions.lift(made, by=make_user("dana"), reason="A mistake.", at=LATER)
        assert proposed.lift_reason == "A mistake."
        kept = transitions.keep(made, by=make_user("derek"), at=LATER)
        assert kept.lift_reason == ""

    def test_twice_is_once(self) -> None:
        _freeze()

        with pytest.raises(WrongState, match="frozen already"):
            _freeze()

    def test_two_people_lift_it(self) -> None:
        made = _freeze()
        transitions.lift(made, by=make_user("dana"), reason="All is well again.", at=LATER)

        with pytest.raises(NotAllowed, match="second responder"):
            transitions.lift(made, by=make_user("dana"), reason="All is well again.", at=LATER)

        assert Freeze.objects.standing().exists()
        transitions.lift(made, by=make_user("derek"), reason="All is well again.", at=LATER)
        assert not Freeze.objects.standing().exists()

    def test_nobody_lifts_their_own(self) -> None:
        responder = _responders()
        made = transitions.freeze(
            by=make_user("derek"), person=responder, reason="Odd queries.", at=LATER
        )

        with pytest.raises(NotAllowed, match="of themselves"):
            transitions.lift(made, by=responder, reason="All is well again.", at=LATER)

    @pytest.mark.parametrize("name", ["dana", "derek"])
    def test_the_first_takes_it_back_or_the_second_says_no(self, name: str) -> None:
        made = _freeze()
        transitions.lift(made, by=make_user("dana"), reason="All is well again.", at=LATER)

        kept = transitions.keep(made, by=make_user(name), at=LATER)

        assert (kept.lift_proposed_by, kept.lift_proposed_at) == (None, None)
        assert Freeze.objects.standing().exists()
        with pytest.raises(WrongState, match="Nobody proposes"):
            transitions.keep(made, by=make_user("derek"), at=LATER)
        again = transitions.lift(made, by=make_user("derek"), reason="All is well again.", at=LATER)
        assert again.lifted_at is None  # two people are needed anew

    def test_whoever_is_frozen_or_no_responder_keeps_nothing(self) -> None:
        responder = _responders()
        made = transitions.freeze(
            by=make_user("derek"), person=responder, reason="Odd queries.", at=LATER
        )
        transitions.lift(made, by=make_user("derek"), reason="All is well again.", at=LATER)

        with pytest.raises(NotAllowed, match="of themselves"):
            transitions.keep(made, by=responder, at=LATER)
        with pytest.raises(NotAllowed, match="Only a responder"):
            transitions.keep(made, by=make_user("bob"), at=LATER)

        made.refresh_from_db()
        assert made.lift_proposed_by == make_user("derek")

    def test_lifting_gives_nothing_back(self) -> None:
        grant = _open_grant()
        made = _freeze(person=make_user("ada"))
        transitions.lift(made, by=make_user("dana"), reason="All is well again.", at=LATER)
        transitions.lift(made, by=make_user("derek"), reason="All is well again.", at=LATER)

        grant.refresh_from_db()
        assert grant.status == Grant.Status.REVOKED


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "paused"},
        {"status": "expired"},
        {"ended_at": NOON},
        {"ends_at": NOON},
        {"status": "scheduled"},
        {"activated_at": None},
    ],
)
def test_database_refuses_an_impossible_grant(fields: dict[str, Any]) -> None:
    grant = _open_grant()

    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "sleeping"},
        {"state": "approved"},
        {"state": "activated", "decided_at": NOON},
        {"decided_at": NOON},
        {"minutes": 0},
        {"lapse_at": NOON},
        {"ratification": "pending"},
        {"ratification": "ratified"},
        {"ratify_by": NOON},
        {"ratified_at": NOON},
    ],
)
def test_database_refuses_an_impossible_request(fields: dict[str, Any]) -> None:
    request = make_request(make_scenario())

    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(**fields)


def _open_grant() -> Grant:
    return make_broken_glass(make_scenario()).grant


def _scheduled() -> Grant:
    request = make_request(make_scenario(), starts_at=NOON + timedelta(hours=1))
    transitions.approve(request, voice=voice("bob"), at=LATER)
    return Grant.objects.get()


def _more(grant: Grant, minutes: int) -> Request:
    return transitions.ask_for_more_time(
        grant, by=grant.holder, minutes=minutes, justification=REASON, at=LATER
    )


def _responders() -> User:
    make_group("Responders", make_user("dana"), make_user("derek"), part=Part.RESPONDER)
    return make_user("dana")


def _freeze(**what: Any) -> Freeze:
    return transitions.freeze(by=_responders(), reason="Looks odd.", at=LATER, **what)


def _full_disk(*_: object, **__: object) -> None:
    raise OSError("The disk is full.")
