"""Asking for access: who may, with which words, on which terms."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.utils.functional import SimpleLazyObject

from accounts.models import Part, User
from breakglass import policy, transitions
from breakglass.models import Grant, GroupPermit, Permit, Request, Scenario
from core.errors import BadInput, NotAllowed, WrongState
from targets.models import Door
from tests.make import (
    NOON,
    StepOf,
    make_ask,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_target,
    make_user,
)
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db


class TestSubmit:
    def test_waits_for_approval_and_is_on_the_record(self) -> None:
        request = make_request(make_scenario())

        assert request.state == Request.State.PENDING
        assert request.lapse_at == NOON + timedelta(minutes=240)
        assert not Grant.objects.exists()
        assert kinds()[-1] == "request.submitted"

    def test_pins_the_version(self) -> None:
        scenario = make_scenario()
        request = make_request(scenario)
        scenario.max_minutes = 90
        scenario.save()

        transitions.publish(scenario, by=None, reason="Longer.", at=NOON)

        assert request.rules.max_minutes == 60
        assert scenario.current is not None
        assert scenario.current.number == 2

    def test_a_stranger_is_refused_and_told_who_may(self) -> None:
        scenario = make_scenario()

        with pytest.raises(NotAllowed, match="open to Platform engineers"):
            make_request(scenario, by=make_user("mallory"))

        assert not Request.objects.exists()
        assert kinds()[-1] == "access.refused"

    def test_an_eligibility_ends_by_the_clock(self) -> None:
        scenario = make_scenario()
        GroupPermit.objects.of(Permit.REQUEST).update(until=NOON + timedelta(hours=1))

        make_request(scenario)

        with pytest.raises(NotAllowed):
            make_request(scenario, by=make_user("eve"), at=NOON + timedelta(hours=1))

    def test_an_archived_scenario_is_refused(self) -> None:
        scenario = make_scenario()
        Scenario.objects.update(archived_at=NOON)
        scenario.refresh_from_db()

        with pytest.raises(NotAllowed, match="not in use"):
            make_request(scenario)

    def test_an_unpublished_scenario_is_refused(self) -> None:
        scenario = Scenario.objects.create(slug="new", name="New")

        with pytest.raises(WrongState, match="publish"):
            make_request(scenario)

    def test_is_undone_when_the_record_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        scenario = make_scenario()
        monkeypatch.setattr("audit.log.record", _broken)

        with pytest.raises(OSError, match="disk"):
            make_request(scenario)

        assert not Request.objects.exists()

    def test_a_second_one_waits_for_the_first(self) -> None:
        scenario = make_scenario()
        make_request(scenario)

        with pytest.raises(WrongState, match="asked for this already"):
            make_request(scenario)

    def test_somebody_may_file_it_for_another(self) -> None:
        scenario = make_scenario()

        request = transitions.submit(
            scenario, by=make_user("eve"), person=make_user("ada"), ask=make_ask(scenario), at=NOON
        )

        assert (request.requester.name, request.filed_by.name) == ("Ada", "Eve")
        assert kinds()[-2:] == ["request.submitted", "request.filed"]
        assert actors("request.submitted") == [make_user("eve").ref]
        assert policy.why_not_decide(request, by=make_user("eve"), at=NOON) is not None

    def test_a_responder_may_file_it_for_anybody_who_is_eligible(self) -> None:
        scenario, dana = make_scenario(), make_user("dana")
        make_group("Responders", dana, part=Part.RESPONDER)
        ask = make_ask(scenario)

        made = transitions.submit(scenario, by=dana, person=make_user("ada"), ask=ask, at=NOON)

        assert made.requester.name == "Ada"
        with pytest.raises(NotAllowed, match="Mallory is in none of these groups"):
            transitions.submit(scenario, by=dana, person=make_user("mallory"), ask=ask, at=NOON)
        assert kinds()[-1] == "access.refused"

    @pytest.mark.parametrize("name", ["bob", "mallory"])
    def test_nobody_else_files_for_another(self, name: str) -> None:
        scenario = make_scenario()

        with pytest.raises(NotAllowed, match="Only a responder, or somebody who may use"):
            transitions.submit(
                scenario,
                by=make_user(name),
                person=make_user("ada"),
                ask=make_ask(scenario),
                at=NOON,
            )

        assert actors("access.refused") == [make_user(name).ref]

    def test_who_is_frozen_does_not_act_through_another_s_name(self) -> None:
        scenario, eve = make_scenario(), make_user("eve")
        make_group("Responders", make_user("dana"), part=Part.RESPONDER)
        transitions.freeze(by=make_user("dana"), reason="Odd queries.", person=eve, at=NOON)

        with pytest.raises(NotAllowed, match="Eve is frozen"):
            transitions.submit(
                scenario, by=eve, person=make_user("ada"), ask=make_ask(scenario), at=NOON
            )

    def test_who_is_switched_off_files_nothing(self) -> None:
        scenario, eve = make_scenario(), make_user("eve", is_active=True)
        User.objects.filter(pk=eve.pk).update(is_active=False)
        eve.refresh_from_db()

        with pytest.raises(NotAllowed, match="switched off"):
            transitions.submit(
                scenario, by=eve, person=make_user("ada"), ask=make_ask(scenario), at=NOON
            )

    def test_nobody_breaks_the_glass_for_another(self) -> None:
        scenario = make_scenario()

        with pytest.raises(NotAllowed, match="in somebody else's name: Ada does it"):
            transitions.break_glass(
                scenario,
                by=make_user("eve"),
                person=make_user("ada"),
                ask=make_ask(scenario),
                at=NOON,
            )

        assert not Grant.objects.exists()
        assert actors("access.refused") == [make_user("eve").ref]


class TestApproversMustExist:
    """Trap 1: an empty or unresolvable approver set fails closed, with a way out.

    Publication refuses such a scenario; people leave their groups afterwards all the same.
    """

    def test_no_steps(self) -> None:
        scenario = make_scenario()
        assert scenario.current is not None
        rules = dataclasses.replace(scenario.current.rules, steps=())

        why = policy.why_nobody_can_decide(rules, scenario, requester=make_user("ada"), at=NOON)

        assert why is not None
        assert "names nobody who decides" in why

    def test_an_empty_group(self) -> None:
        scenario = make_scenario()
        make_group("Database team").user_set.clear()

        with pytest.raises(NotAllowed, match="Break the glass"):
            make_request(scenario)

    def test_only_the_requester_could_decide(self) -> None:
        scenario = make_scenario()
        make_group("Database team").user_set.set([make_user("ada")])

        with pytest.raises(NotAllowed, match="Nobody besides you"):
            make_request(scenario)

    def test_a_quorum_larger_than_the_group(self) -> None:
        pair = make_group("Pair", make_user("bob"), make_user("carl"))
        scenario = make_scenario(steps=[StepOf(pair, quorum=2)])
        pair.user_set.remove(make_user("carl"))

        with pytest.raises(NotAllowed, match="2 needed"):
            make_request(scenario)

    def test_inactive_people_do_not_count(self) -> None:
        scenario = make_scenario()
        User.objects.filter(email__in=["bob@example.com", "carl@example.com"]).update(
            is_active=False
        )

        with pytest.raises(NotAllowed):
            make_request(scenario)

    def test_a_permit_that_was_taken_away_does_not_count(self) -> None:
        scenario = make_scenario()
        GroupPermit.objects.of(Permit.APPROVE).delete()

        with pytest.raises(NotAllowed, match="Nobody besides you"):
            make_request(scenario)

    def test_a_stand_in_is_a_way_out(self) -> None:
        leads = make_group("Leads", make_user("olga"))
        team = make_group("Team", make_user("bob"))
        scenario = make_scenario(
            steps=[StepOf(team, escalate_after=5), StepOf(leads, stands_in=True)]
        )
        team.user_set.clear()

        assert make_request(scenario).state == Request.State.PENDING


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"minutes": 61}, "minutes", "1 min to 1 h"),
        ({"minutes": 0}, "minutes", "1 min to 1 h"),
        ({"minutes": -5}, "minutes", "1 min to 1 h"),
        ({"targets": []}, "targets", "at least one target"),
        ({"justification": "x"}, "justification", "at least 20 characters; you wrote 1"),
        ({"justification": " " * 50}, "justification", "you wrote 0"),
        ({"starts_at": NOON - timedelta(minutes=1)}, "starts_at", "next 30 days"),
        ({"starts_at": NOON + timedelta(days=31)}, "starts_at", "next 30 days"),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(
    fields: dict[str, Any], field: str, sentence: str
) -> None:
    scenario = make_scenario()

    with pytest.raises(BadInput, match=sentence) as raised:
        make_request(scenario, **fields)

    assert raised.value.field == field
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("rules", "fields", "sentence"),
    [
        ({"reference_required": True}, {}, "Give the incident or ticket"),
        ({"reference_pattern": r"INC-\d+"}, {"reference": "see chat"}, "for example INC-20481"),
        ({"intent_required": True}, {"intent": "  "}, "what you intend"),
    ],
)
def test_required_words(rules: dict[str, Any], fields: dict[str, Any], sentence: str) -> None:
    scenario = make_scenario(**rules)

    with pytest.raises(BadInput, match=sentence):
        make_request(scenario, **fields)


def test_a_target_outside_the_scenario_is_an_attempt_on_the_record() -> None:
    scenario = make_scenario()

    with pytest.raises(BadInput, match="billing-db is not a target"):
        make_request(scenario, targets=[make_target("billing-db")])

    assert kinds()[-1] == "access.refused"


def test_a_target_that_is_switched_off() -> None:
    scenario = make_scenario(targets=[make_target(enabled=False)])

    with pytest.raises(BadInput, match="switched off"):
        make_request(scenario)


class TestBreakGlass:
    def test_starts_at_once_and_must_be_ratified(self) -> None:
        request = make_broken_glass(make_scenario())

        assert request.state == Request.State.ACTIVATED
        assert request.ratification == Request.Ratification.PENDING
        assert request.ratify_by == NOON + timedelta(minutes=60)
        assert request.grant.is_live(NOON)
        assert request.grant.ends_at == NOON + timedelta(minutes=30)
        assert Door.objects.for_grant(request.grant.pk).count() == 1
        assert "breakglass.activated" in kinds()

    def test_works_when_nobody_could_approve(self) -> None:
        scenario = make_scenario()
        make_group("Database team").user_set.clear()

        request = make_broken_glass(scenario)

        assert request.grant.is_live(NOON)

    def test_is_refused_where_approval_comes_first(self) -> None:
        with pytest.raises(NotAllowed, match="needs approval first"):
            make_broken_glass(make_scenario(break_glass=False))

    def test_a_weak_reason_never_stops_it(self) -> None:
        request = make_broken_glass(make_scenario(), justification="everything is on fire!!")

        assert request.coach_score < 50
        assert request.grant.is_live(NOON)

    def test_no_more_than_the_limit_is_open_at_once(self) -> None:
        scenario = make_scenario(max_concurrent=1)
        make_broken_glass(scenario)

        with pytest.raises(WrongState, match="1 is the most"):
            make_broken_glass(scenario, at=NOON + timedelta(minutes=29))

    def test_the_clock_makes_room_before_the_sweeper_does(self) -> None:
        scenario = make_scenario(max_concurrent=1)
        make_broken_glass(scenario)

        second = make_broken_glass(scenario, at=NOON + timedelta(minutes=30))

        assert second.grant.is_live(NOON + timedelta(minutes=30))

    def test_the_lazy_person_of_a_web_request_is_a_person(self) -> None:
        scenario = make_scenario()
        ada = make_user("ada")

        request = transitions.break_glass(
            scenario,
            by=SimpleLazyObject(lambda: ada),  # type: ignore[arg-type]
            ask=make_ask(scenario),
            at=NOON,
        )

        assert request.requester == ada

    def test_cannot_be_scheduled(self) -> None:
        with pytest.raises(BadInput, match="starts now"):
            make_broken_glass(make_scenario(), starts_at=NOON + timedelta(hours=1))


def _broken(*_: object, **__: object) -> None:
    raise OSError("The disk is full.")
