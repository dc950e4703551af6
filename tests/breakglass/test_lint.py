"""The lint: one sentence for each thing that is wrong, and errors keep a scenario back."""

import dataclasses
import datetime as dt
from datetime import timedelta
from typing import Any

import pytest

from breakglass import drafts, lint, transitions
from breakglass.lint import Remark, Severity
from breakglass.models import ApprovalStep, GroupPermit, Permit, Scenario
from core.errors import BadInput
from tests.make import NOON, StepOf, make_group, make_scenario, make_user

pytestmark = pytest.mark.django_db


def remarks(scenario: Scenario) -> list[Remark]:
    return lint.lint(Scenario.objects.get(pk=scenario.pk), NOON)


def sentences(scenario: Scenario, severity: Severity) -> str:
    return " ".join(each.sentence for each in remarks(scenario) if each.severity == severity)


def sound(**fields: Any) -> Scenario:
    """Return a scenario about which the lint has nothing to say."""
    scenario = make_scenario(**fields)
    scenario.alert_groups.add(make_group("On-call responders", make_user("dana")))
    return scenario


def test_says_nothing_about_a_sound_scenario() -> None:
    assert remarks(sound()) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"use_when": " \n"}, "Say when to use it"),
        ({"reference_pattern": "INC-(", "reference_hint": "INC-("}, "cannot be read"),
        ({"reference_pattern": r"INC-\d+", "reference_hint": "ticket"}, "“ticket” does not fit"),
        ({"time_zone": "Mars/Olympus"}, "no time zone “Mars/Olympus”"),
        (
            {"working_from": dt.time(18), "working_until": dt.time(8)},
            "Working hours end at 08:00, before they begin at 18:00",
        ),
        ({"working_days": [0, 7]}, "numbers from 0"),
        ({"answer_within": 525_601}, "longer than a year"),
        ({"review_within_hours": 9_000}, "longer than a year"),
    ],
)
def test_fields_that_are_wrong_are_errors(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in sentences(sound(**fields), Severity.ERROR)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"working_days": []}, "every request will count as off hours"),
        ({"strict_review": True}, "1 may review who neither ask nor decide here, and it takes 2"),
    ],
)
def test_fields_that_are_odd_are_warnings(fields: dict[str, Any], sentence: str) -> None:
    scenario = sound(**fields)

    assert sentence in sentences(scenario, Severity.WARNING)
    assert sentences(scenario, Severity.ERROR) == ""


def test_a_most_below_the_usual_is_an_error() -> None:
    """The database refuses such a row, so this is asked of the rules alone."""
    rules = dataclasses.replace(drafts.rules_of(sound()), default_minutes=90, max_minutes=60)

    assert [each.field for each in lint.of_rules(rules)] == ["max_minutes"]


class TestSteps:
    def test_none_is_an_error(self) -> None:
        assert "Add an approval step" in sentences(sound(steps=[]), Severity.ERROR)

    def test_no_target_is_an_error(self) -> None:
        assert "at least one target" in sentences(sound(targets=[]), Severity.ERROR)

    def test_the_first_cannot_stand_in(self) -> None:
        group = make_group("Security", make_user("bob"))
        scenario = sound(steps=[StepOf(group, stands_in=True)])

        assert "no step before it" in sentences(scenario, Severity.ERROR)

    def test_the_last_cannot_escalate(self) -> None:
        scenario = sound(steps=[StepOf(make_group("DBA", make_user("bob")), escalate_after=10)])

        assert "DBA is the last step" in sentences(scenario, Severity.WARNING)

    def test_who_stands_in_must_be_asked_some_time(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = sound(steps=[StepOf(one), StepOf(two, stands_in=True)])

        assert "Two answers for One but is never asked" in sentences(scenario, Severity.WARNING)

    def test_a_step_must_come_before_the_request_lapses(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = sound(steps=[StepOf(one, escalate_after=60), StepOf(two)], answer_within=60)

        assert "lapses after 1 h" in sentences(scenario, Severity.WARNING)


class TestApprovers:
    def test_a_quorum_larger_than_the_group_is_an_error(self) -> None:
        pair = make_group("Pair", make_user("bob"), make_user("carl"))
        scenario = sound(steps=[StepOf(pair, quorum=3)])

        assert "3 must agree, and it has 2 active members" in sentences(scenario, Severity.ERROR)

    def test_people_who_are_switched_off_do_not_count(self) -> None:
        scenario = sound(steps=[StepOf(make_group("Gone", make_user("zoe", is_active=False)))])

        assert "it has 0 active members" in sentences(scenario, Severity.ERROR)
        assert "Zoe is among the approvers, but switched off" in sentences(
            scenario, Severity.WARNING
        )

    def test_a_permit_that_has_ended_does_not_count(self) -> None:
        scenario = sound()
        GroupPermit.objects.of(Permit.APPROVE).update(until=NOON - timedelta(hours=1))

        assert "Database team may no longer decide here" in sentences(scenario, Severity.ERROR)

    def test_a_group_that_is_its_own_only_approver_is_an_error(self) -> None:
        platform = make_group("Platform engineers", make_user("ada"))
        scenario = sound(steps=[StepOf(platform, quorum=2)])

        assert "Whoever of Platform engineers asks" in sentences(scenario, Severity.ERROR)

    def test_one_requester_without_another_approver_is_a_warning(self) -> None:
        scenario = sound(steps=[StepOf(make_group("Alone", make_user("ada")))])

        assert "When Ada asks, too few others can decide" in sentences(scenario, Severity.WARNING)
        assert sentences(scenario, Severity.ERROR) == ""

    def test_an_approver_without_a_mail_address_is_a_warning(self) -> None:
        scenario = sound()
        bob = make_user("bob")
        bob.email = ""
        bob.save()

        assert "Bob is an approver without a mail address" in sentences(scenario, Severity.WARNING)


class TestParts:
    def test_somebody_must_be_able_to_ask(self) -> None:
        scenario = sound()
        GroupPermit.objects.of(Permit.REQUEST).update(until=NOON)

        assert "Nobody may ask for access here" in sentences(scenario, Severity.WARNING)

    def test_reviewers_who_also_decide_are_not_independent(self) -> None:
        scenario = sound()
        make_group("Database team", make_user("rita"))

        assert "0 may review" in sentences(scenario, Severity.WARNING)

    def test_breaking_the_glass_wants_somebody_to_alert(self) -> None:
        assert "Name a group to alert" in sentences(make_scenario(), Severity.WARNING)

    def test_an_alerted_group_wants_members(self) -> None:
        scenario = make_scenario()
        scenario.alert_groups.add(make_group("Nobody home"))

        assert "Nobody home is to be alerted" in sentences(scenario, Severity.WARNING)


class TestPublication:
    def test_an_error_keeps_it_back(self) -> None:
        scenario = sound()
        ApprovalStep.objects.update(quorum=3)

        with pytest.raises(BadInput, match="3 must agree") as refusal:
            transitions.publish(scenario, by=None, reason="More eyes.", at=NOON)

        assert refusal.value.field == "steps"
        assert scenario.versions.count() == 1

    def test_a_warning_does_not(self) -> None:
        scenario = sound()
        Scenario.objects.update(working_days=[])

        version = transitions.publish(scenario, by=None, reason="No office.", at=NOON)

        assert version.number == 2


def test_asks_few_questions_whatever_the_number_of_people(
    django_assert_max_num_queries: Any,
) -> None:
    scenario = sound()
    make_group("Database team", *[make_user(f"person{number}") for number in range(30)])

    with django_assert_max_num_queries(8):
        lint.lint(scenario, NOON)
