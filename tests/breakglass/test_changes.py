"""Four eyes: what weakens a control waits, another administrator decides, nobody decides alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from accounts.memberships import set_members
from accounts.models import Part
from accounts.parts import give_part
from audit import log
from breakglass import states, transitions
from breakglass.differences import differences
from breakglass.models import Permit, ProposedChange, Scenario
from breakglass.transitions import changes
from core.errors import BadInput, NotAllowed, WrongState
from tests.breakglass.changing import (
    LATER,
    WHY,
    accepted,
    administrators,
    attempted,
    mark,
    proposed,
    waiting,
)
from tests.breakglass.test_races import together
from tests.breakglass.test_states import forbidden
from tests.make import NOON, make_group, make_scenario, make_target, make_user
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db

State = ProposedChange.State
LATE = NOON + timedelta(days=15)


class TestPropose:
    def test_a_change_that_weakens_waits_and_nothing_is_changed(self) -> None:
        change = waiting()

        assert Scenario.objects.get().max_minutes == 60
        assert (change.state, change.version, change.name) == ("waiting", 1, "Production outage")
        assert change.weakenings == ["Access may last 4 h instead of 1 h."]
        assert kinds()[-1] == "change.proposed"
        assert facts("change.proposed")[0]["about"] == Scenario.objects.get().ref

    def test_what_does_not_weaken_takes_effect_at_once(self) -> None:
        mei, _noor = administrators("mei", "noor")
        scenario = make_scenario()

        attempted(scenario, lambda: Scenario.objects.update(max_minutes=45), by=mei)

        assert Scenario.objects.get().max_minutes == 45
        assert not ProposedChange.objects.exists()

    def test_where_nobody_else_could_look_it_is_done_and_said_so(self) -> None:
        (mei,) = administrators("mei")
        make_user("noor", is_active=False).groups.add(Group.objects.get(name="Administrators"))
        scenario = make_scenario()

        attempted(scenario, lambda: Scenario.objects.update(max_minutes=240), by=mei)

        assert Scenario.objects.get().max_minutes == 240
        (said,) = facts("config.weakened_alone")
        assert said["weakenings"] == ["Access may last 4 h instead of 1 h."]
        assert actors("config.weakened_alone") == [mei.ref]

    def test_switching_the_other_administrator_off_waits_for_them(self) -> None:
        mei, noor = administrators("mei", "noor")

        def do() -> None:
            noor.is_active = False
            noor.save()

        change = attempted(noor, do, by=mei)

        noor.refresh_from_db()
        assert noor.is_active
        assert changes.accept(change, by=noor, seen=mark(change), at=LATER).state == "accepted"

    def test_ones_own_earlier_one_gives_way(self) -> None:
        first = waiting()
        second = proposed(Scenario.objects.get(), by=make_user("mei"), max_minutes=120)

        first.refresh_from_db()
        assert (first.state, second.state) == ("withdrawn", "waiting")

    def test_two_administrators_may_propose_different_things(self) -> None:
        first = waiting()
        second = proposed(Scenario.objects.get(), by=make_user("noor"), max_minutes=120)

        first.refresh_from_db()
        assert (first.state, second.state) == ("waiting", "waiting")

    def test_needs_a_reason(self) -> None:
        mei, _noor = administrators("mei", "noor")
        scenario = make_scenario()

        with pytest.raises(BadInput, match="Say why"):
            changes.carry_out(
                lambda: Scenario.objects.update(max_minutes=240),
                to=scenario, by=mei, reason=" ", at=NOON,
            )  # fmt: skip

        assert Scenario.objects.get().max_minutes == 60

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        change = waiting()
        monkeypatch.setattr(log, "record", lambda *_, **__: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            changes.decline(change, by=make_user("noor"), answer="No.", at=LATER)

        change.refresh_from_db()
        assert change.state == "waiting"


class TestAccept:
    def test_makes_the_change_in_both_names(self) -> None:
        change = waiting()
        mei, noor = make_user("mei"), make_user("noor")

        accepted(change, by=noor)

        version = Scenario.objects.get().current
        assert version is not None
        assert (version.number, version.made_by, version.reason) == (2, mei, WHY)
        assert version.rules.max_minutes == 240
        changed = facts("config.changed")[-1]
        assert (actors("config.changed")[-1], changed["second"]) == (mei.ref, noor.ref)
        assert changed["changes"] == {"max_minutes": ["60", "240"]}
        assert actors("change.accepted") == [noor.ref]

    def test_nobody_accepts_their_own_whatever_else_they_are(self) -> None:
        change = waiting()

        with pytest.raises(NotAllowed, match="You proposed this change"):
            accepted(change, by=make_user("mei"))

        assert Scenario.objects.get().max_minutes == 60
        assert kinds()[-1] == "access.refused"

    def test_is_for_administrators(self) -> None:
        change = waiting()
        give_part(make_group("Responders", make_user("dana", is_superuser=True)), Part.RESPONDER)

        with pytest.raises(NotAllowed, match="Only an administrator"):
            accepted(change, by=make_user("dana"))

    def test_once_only(self) -> None:
        change, noor = waiting(), make_user("noor")
        seen = mark(change)
        changes.accept(change, by=noor, seen=seen, at=LATER)

        with pytest.raises(WrongState, match="already accepted"):
            changes.accept(change, by=noor, seen=seen, at=LATER)

    def test_not_against_an_older_version(self) -> None:
        change, noor = waiting(), make_user("noor")
        scenario = Scenario.objects.get()
        scenario.not_for = "Reports."
        scenario.save()
        transitions.publish(scenario, by=noor, reason="Clearer.", at=LATER)

        with pytest.raises(WrongState, match="It was changed since"):
            accepted(change, by=noor)

        scenario.refresh_from_db()
        assert (scenario.max_minutes, scenario.not_for) == (60, "Reports.")

    def test_not_what_was_not_shown(self) -> None:
        mei, noor, _tom = administrators("mei", "noor", "tom")
        group = make_group("Night shift")
        assign_perm(Permit.VIEW.value, group, make_scenario())
        zoe = make_user("zoe")
        change = attempted(zoe, lambda: zoe.groups.add(group), by=mei)
        seen = mark(change)
        assign_perm(Permit.REVIEW.value, group, Scenario.objects.get())

        with pytest.raises(WrongState, match="not what you were shown"):
            changes.accept(change, by=noor, seen=seen, at=LATER)

        assert not zoe.groups.exists()

    def test_lets_exactly_the_people_into_a_group_that_were_shown(self) -> None:
        mei, noor = administrators("mei", "noor")
        zoe, old = make_user("zoe"), make_user("old")
        group = make_group("Night shift", old, part=Part.RESPONDER)
        change = attempted(group, lambda: set_members(group, {zoe: None}), by=mei)
        assert list(group.user_set.all()) == [old]
        (shown,) = differences(change.kind, change.before, change.after)
        assert (shown.before, shown.after) == (["Old"], ["Zoe"])

        accepted(change, by=noor)

        assert list(group.user_set.all()) == [zoe]

    def test_not_what_the_lint_refuses_by_now(self) -> None:
        change = waiting()
        make_group("Database team").user_set.clear()

        with pytest.raises(BadInput, match="0 active members"):
            changes.accept(change, by=make_user("noor"), seen="", at=LATER)

        change.refresh_from_db()
        assert change.state == "waiting"

    def test_not_after_its_time(self) -> None:
        with pytest.raises(WrongState, match="has lapsed"):
            changes.accept(waiting(), by=make_user("noor"), seen="", at=LATE)

    def test_brings_an_archived_scenario_back(self) -> None:
        mei, noor = administrators("mei", "noor")
        scenario = make_scenario(archived_at=NOON)
        change = attempted(
            scenario,
            lambda: transitions.bring_back(scenario, by=mei, reason=WHY, at=NOON),
            by=mei,
        )
        assert not Scenario.objects.in_use().exists()

        accepted(change, by=noor)

        assert Scenario.objects.in_use().exists()
        assert kinds()[-2:] == ["scenario.brought_back", "change.accepted"]

    def test_not_a_scenario_that_was_archived_since(self) -> None:
        change, noor = waiting(), make_user("noor")
        transitions.archive(Scenario.objects.get(), by=noor, reason="Replaced.", at=LATER)

        with pytest.raises(WrongState, match="It was changed since"):
            changes.accept(change, by=noor, seen="", at=LATER)

        assert not Scenario.objects.in_use().exists()

    def test_not_what_names_a_group_that_is_gone(self) -> None:
        mei, noor = administrators("mei", "noor")
        zoe, group = make_user("zoe"), make_group("Night shift", part=Part.RESPONDER)
        change = attempted(zoe, lambda: zoe.groups.add(group), by=mei)
        group.delete()

        with pytest.raises(WrongState, match="gone by now"):
            changes.accept(change, by=noor, seen="", at=LATER)

        assert changes.foresee(change, at=LATER).why_not

    def test_makes_a_target_with_the_password_that_was_typed(self) -> None:
        mei, noor = administrators("mei", "noor")
        target = make_scenario().targets.get()
        other = make_target()
        other.host = "10.0.0.9"
        other.seal_secret("new-secret", at=NOON)
        hidden = {"admin_secret": bytes(other.admin_secret).hex()}
        change = attempted(target, other.save, by=mei)
        ProposedChange.objects.filter(pk=change.pk).update(hidden=hidden)

        done = accepted(ProposedChange.objects.get(), by=noor)

        target.refresh_from_db()
        assert (target.host, target.secret()) == ("10.0.0.9", "new-secret")
        assert done.hidden == {}


class TestOtherEnds:
    def test_declining_says_why_and_changes_nothing(self) -> None:
        change = waiting()

        changes.decline(change, by=make_user("noor"), answer="An hour is enough.", at=LATER)

        assert Scenario.objects.get().max_minutes == 60
        assert facts("change.declined")[0]["answer"] == "An hour is enough."

    def test_declining_needs_a_reason(self) -> None:
        with pytest.raises(BadInput, match="Say why"):
            changes.decline(waiting(), by=make_user("noor"), answer=" ", at=LATER)

    def test_nobody_declines_their_own(self) -> None:
        with pytest.raises(NotAllowed, match="You may withdraw it"):
            changes.decline(waiting(), by=make_user("mei"), answer="No.", at=LATER)

    def test_the_proposer_withdraws(self) -> None:
        assert changes.withdraw(waiting(), by=make_user("mei"), at=LATER).state == "withdrawn"
        assert kinds()[-1] == "change.withdrawn"

    def test_nobody_else_withdraws(self) -> None:
        with pytest.raises(NotAllowed, match="You may decline it"):
            changes.withdraw(waiting(), by=make_user("noor"), at=LATER)

    def test_lapses_when_nobody_decided(self) -> None:
        change = waiting()
        assert list(ProposedChange.objects.lapsed_by(LATE)) == [change]

        assert changes.lapse(change, at=LATE).state == "lapsed"
        assert actors("change.lapsed") == [log.SYSTEM]

    def test_does_not_lapse_before_its_time(self) -> None:
        with pytest.raises(WrongState, match="has not lapsed"):
            changes.lapse(waiting(), at=LATER)

    def test_is_proposed_again_against_what_is_set_now(self) -> None:
        change, mei, noor = waiting(), make_user("mei"), make_user("noor")
        scenario = Scenario.objects.get()
        scenario.not_for = "Reports."
        scenario.save()
        transitions.publish(scenario, by=noor, reason="Clearer.", at=LATER)

        again = changes.propose_again(change, by=mei, at=LATER)
        accepted(again, by=noor)

        change.refresh_from_db()
        assert (change.state, again.version) == ("withdrawn", 2)
        scenario.refresh_from_db()
        assert (scenario.max_minutes, scenario.not_for) == (240, "")

    def test_only_the_proposer_proposes_it_again(self) -> None:
        with pytest.raises(NotAllowed):
            changes.propose_again(waiting(), by=make_user("noor"), at=LATER)

    def test_what_cannot_be_made_is_not_proposed_again(self) -> None:
        change = waiting()
        make_group("Database team").user_set.clear()

        with pytest.raises(WrongState, match="0 active members"):
            changes.propose_again(change, by=make_user("mei"), at=LATER)

    def test_the_operator_of_the_server_may_accept_it_alone(self) -> None:
        change = waiting()

        changes.accept_alone(change, reason="Noor has left.", at=LATER)

        assert Scenario.objects.get().max_minutes == 240
        assert facts("config.weakened_alone")[0]["reason"] == "Noor has left."

    def test_the_operator_says_why(self) -> None:
        with pytest.raises(BadInput, match="Say why nobody else"):
            changes.accept_alone(waiting(), reason="", at=LATER)


VERBS: dict[str, Any] = {
    "accept": lambda c: changes.accept(c, by=make_user("noor"), seen="", at=LATER),
    "accept_alone": lambda c: changes.accept_alone(c, reason="Alone.", at=LATER),
    "decline": lambda c: changes.decline(c, by=make_user("noor"), answer="No.", at=LATER),
    "withdraw": lambda c: changes.withdraw(c, by=make_user("mei"), at=LATER),
    "lapse": lambda c: changes.lapse(c, at=LATE),
}


@pytest.mark.parametrize(("verb", "state"), forbidden(states.CHANGE, State.values))
def test_a_verb_refuses_every_other_state(verb: str, state: str) -> None:
    change = waiting()
    by = make_user("noor") if state in ("accepted", "declined") else None
    ProposedChange.objects.update(state=state, decided_at=LATER, decided_by=by)

    with pytest.raises(WrongState):
        VERBS[verb](change)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_at_the_same_instant_one_wins() -> None:
    change = waiting()
    administrators("tom")
    seen = mark(change)
    noor, tom = make_user("noor"), make_user("tom")

    outcomes = together(
        lambda: changes.accept(change, by=noor, seen=seen, at=LATER),
        lambda: changes.decline(change, by=tom, answer="No.", at=LATER),
    )

    assert sorted(outcomes) == ["WrongState", "done"]
    assert len(facts("change.accepted")) + len(facts("change.declined")) == 1
