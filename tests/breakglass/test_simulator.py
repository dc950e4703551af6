"""The simulator: the story it tells is what really happens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client

from accounts.models import Part, User
from audit.models import Pending
from breakglass import policy, transitions
from breakglass.models import Freeze, GroupPermit, Permit, Request, Scenario
from breakglass.simulator import simulate
from core.errors import DomainError
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
    voice,
)

pytestmark = pytest.mark.django_db

NORMAL, BREAK_GLASS = Request.Urgency.NORMAL, Request.Urgency.BREAK_GLASS


def asked_for_real(scenario: Scenario, urgency: Request.Urgency, minutes: int | None) -> str | None:
    """Ask as Ada and return the sentence of the refusal, as it is told of her, if there is one."""
    verb = transitions.break_glass if urgency == BREAK_GLASS else transitions.submit
    terms = {} if minutes is None else {"minutes": minutes}
    try:
        verb(scenario, by=make_user("ada"), ask=make_ask(scenario, **terms), at=NOON)
    except DomainError as refusal:
        return str(refusal).replace("You have 1 open", "Ada has 1 open")
    return None


def frozen(scenario: Scenario) -> None:
    Freeze.objects.create(
        kind="person", person=make_user("ada"), reason="Lost phone.", imposed_at=NOON,
        imposed_by=make_user("dana"),
    )  # fmt: skip


def switched_off(scenario: Scenario) -> None:
    ada = make_user("ada")
    ada.is_active = False
    ada.save()


def without_permit(scenario: Scenario) -> None:
    GroupPermit.objects.of(Permit.REQUEST).update(until=NOON)


def deserted(scenario: Scenario) -> None:
    make_group("Database team").user_set.clear()


def archived(scenario: Scenario) -> None:
    transitions.archive(scenario, by=None, reason="Replaced.", at=NOON)


def target_off(scenario: Scenario) -> None:
    target = make_target()
    target.enabled = False
    target.save()


SITUATIONS: list[tuple[Callable[[Scenario], Any], dict[str, Any], int | None]] = [
    (lambda scenario: None, {}, None),
    (lambda scenario: None, {}, 61),
    (lambda scenario: None, {"break_glass": False}, None),
    (frozen, {}, None),
    (switched_off, {}, None),
    (without_permit, {}, None),
    (deserted, {}, None),
    (archived, {}, None),
    (target_off, {}, None),
    (make_request, {}, None),
    (make_broken_glass, {}, None),
    (make_broken_glass, {"max_concurrent": 2}, None),
]


@pytest.mark.parametrize("urgency", [NORMAL, BREAK_GLASS])
@pytest.mark.parametrize(("happen", "fields", "minutes"), SITUATIONS)
def test_refuses_exactly_when_and_how_the_verb_does(
    happen: Callable[[Scenario], Any],
    fields: dict[str, Any],
    minutes: int | None,
    urgency: Request.Urgency,
) -> None:
    scenario = make_scenario(**fields)
    happen(scenario)
    scenario.refresh_from_db()

    story = simulate(scenario, make_user("ada"), NOON, urgency=urgency, minutes=minutes)

    assert story.refusal == asked_for_real(scenario, urgency, minutes)


def test_an_unpublished_scenario_is_not_in_use() -> None:
    scenario = Scenario.objects.create(slug="new", name="New")

    assert simulate(scenario, make_user("ada"), NOON).refusal == (
        "New is not in use. Choose another scenario."
    )


class TestApproval:
    def test_steps_are_asked_when_the_story_says(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = make_scenario(steps=[StepOf(one, escalate_after=10), StepOf(two)])
        story = simulate(scenario, make_user("ada"), NOON)
        request = make_request(scenario)

        asked = [each.asked_at for each in policy.standing(request)]

        assert story.when("asked") == asked == [NOON, NOON + timedelta(minutes=10)]

    def test_a_step_without_escalation_waits_for_the_one_before(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = make_scenario(steps=[StepOf(one), StepOf(two)])

        lines = simulate(scenario, make_user("ada"), NOON).lines

        assert ("Two is asked when One has agreed: 1 of Carl must agree.", None) in [
            (line.text, line.at) for line in lines
        ]

    def test_lapses_when_the_story_says(self) -> None:
        scenario = make_scenario()
        story = simulate(scenario, make_user("ada"), NOON)

        assert story.when("lapses") == [make_request(scenario).lapse_at]

    def test_names_who_must_agree_without_the_requester(self) -> None:
        database = make_group("DBA", make_user("ada"), make_user("bob"), make_user("carl"))
        scenario = make_scenario(steps=[StepOf(database, quorum=2)])

        story = simulate(scenario, make_user("ada"), NOON)

        assert "DBA is asked: 2 of Bob, Carl must agree." in [line.text for line in story.lines]

    def test_says_that_a_step_answers_for_the_one_before(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        steps = [StepOf(one, escalate_after=5), StepOf(two, stands_in=True)]
        scenario = make_scenario(steps=steps)

        line = simulate(scenario, make_user("ada"), NOON).lines[-4]

        assert (
            line.text == "If One is silent, Two is asked and answers for it: 1 of Carl must agree."
        )
        assert line.rule == "Step 2, 5 minutes after step 1 (version 1)"
        assert line.at == NOON + timedelta(minutes=5)

    def test_says_that_a_step_which_stands_in_is_never_asked(self) -> None:
        one, two = make_group("One", make_user("bob")), make_group("Two", make_user("carl"))
        scenario = make_scenario(steps=[StepOf(one), StepOf(two, stands_in=True)])

        texts = [line.text for line in simulate(scenario, make_user("ada"), NOON).lines]

        assert "Two would answer for One, but is never asked." in texts


class TestBreakGlass:
    def test_times_are_those_of_the_real_one(self) -> None:
        scenario = make_scenario()
        story = simulate(scenario, make_user("ada"), NOON, urgency=BREAK_GLASS, minutes=25)
        request = make_broken_glass(scenario, minutes=25)

        assert story.when("starts") == [request.grant.starts_at]
        assert story.when("ends") == [request.grant.ends_at]
        assert story.when("ratify") == [request.ratify_by]

    def test_the_review_is_due_after_the_end(self) -> None:
        scenario = make_scenario(review_within_hours=24, strict_review=True)

        line = simulate(scenario, make_user("ada"), NOON, urgency=BREAK_GLASS, minutes=30).lines[-1]

        assert line.at == NOON + timedelta(minutes=30, hours=24)
        assert line.text.startswith("Two people who neither asked nor decided")

    def test_says_who_is_told(self) -> None:
        scenario = make_scenario()
        scenario.alert_groups.add(make_group("On-call responders"), make_group("Leads"))
        transitions.publish(scenario, by=None, reason="Tell them.", at=NOON)

        story = simulate(scenario, make_user("ada"), NOON, urgency=BREAK_GLASS)
        told = [line.text for line in story.lines if line.name == "told"]

        assert told == [
            "Database team is told and asked to ratify: 1 of Bob, Carl must agree.",
            "Leads, On-call responders are alerted on every channel.",
        ]

    def test_says_when_nobody_could_ratify(self) -> None:
        scenario = make_scenario()
        deserted(scenario)

        story = simulate(scenario, make_user("ada"), NOON, urgency=BREAK_GLASS)

        assert any("Nobody besides you" in line.text for line in story.lines)


class TestLines:
    def test_each_names_its_rule(self) -> None:
        scenario = make_scenario(reference_required=True, intent_required=True)

        for urgency in (NORMAL, BREAK_GLASS):
            assert all(
                line.rule
                for line in simulate(scenario, make_user("ada"), NOON, urgency=urgency).lines
            )

    def test_the_end_of_an_eligibility_is_named(self) -> None:
        scenario = make_scenario()
        GroupPermit.objects.of(Permit.REQUEST).update(until=NOON + timedelta(days=3))

        line = simulate(scenario, make_user("ada"), NOON).lines[0]

        assert line.rule == "Permit: may request access, until 5 Nov 2026, 12:00 UTC"

    def test_off_hours_are_named(self) -> None:
        night = NOON.replace(hour=3)

        story = simulate(make_scenario(), make_user("ada"), night)

        assert "It is outside working hours; the approvers see that." in [
            line.text for line in story.lines
        ]


def test_writes_nothing() -> None:
    scenario = make_scenario()
    models: list[type[Model]] = [Request, Pending, GroupPermit, Scenario]
    before = [model._base_manager.count() for model in models]  # noqa: SLF001

    simulate(scenario, make_user("ada"), NOON)
    simulate(scenario, make_user("ada"), NOON, urgency=BREAK_GLASS)

    assert [model._base_manager.count() for model in models] == before  # noqa: SLF001


def test_agrees_after_an_approval_too() -> None:
    scenario = make_scenario()
    request = make_request(scenario)
    transitions.approve(request, voice=voice("bob"), at=NOON)

    story = simulate(scenario, make_user("ada"), NOON)

    assert story.refusal == asked_for_real(scenario, NORMAL, None)
    assert story.refusal is not None


class TestCommand:
    def test_tells_the_story_with_rules(self, capsys: pytest.CaptureFixture[str]) -> None:
        make_scenario()

        call_command("simulate", "production-outage", "ada@example.com", "--at", "2026-11-02T12:00")

        told = capsys.readouterr().out
        assert "02 Nov 12:00 UTC Database team is asked: 1 of Bob, Carl must agree." in told
        assert "rule: Step 1 (version 1)" in told

    def test_breaks_the_glass(self, capsys: pytest.CaptureFixture[str]) -> None:
        make_scenario()

        call_command(
            "simulate", "production-outage", "ada@example.com", "--break-glass", "--minutes", "5"
        )

        assert "starts at once" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["outage", "ada@example.com"], "There is no scenario outage"),
            (["production-outage", "x@example.com"], "Nobody here has the mail address"),
            (["production-outage", "ada@example.com", "--at", "noon"], "Write the time like"),
        ],
    )
    def test_says_what_is_wrong(self, arguments: list[str], sentence: str) -> None:
        make_scenario()

        with pytest.raises(CommandError, match=sentence):
            call_command("simulate", *arguments)


class TestPage:
    @pytest.fixture
    def mei(self) -> User:
        mei = make_user("mei")
        make_group("Administrators", mei, part=Part.ADMINISTRATOR)
        return mei

    def test_tells_administrators_the_story(self, client: Client, mei: User) -> None:
        make_scenario()
        client.force_login(mei)
        query = {
            "person": str(make_user("ada").pk), "scenario": "production-outage",
            "urgency": "break_glass", "at": "2026-11-02T12:00", "minutes": "",
        }  # fmt: skip

        page = client.get("/simulator/", query)

        assert page.status_code == 200
        assert "starts at once" in page.content.decode()

    def test_offers_the_form_first(self, client: Client, mei: User) -> None:
        client.force_login(mei)

        page = client.get("/simulator/", {"scenario": "production-outage"})

        assert page.status_code == 200
        assert "No story yet." in page.content.decode()

    def test_says_what_is_wrong_in_the_form(self, client: Client, mei: User) -> None:
        client.force_login(mei)

        page = client.get("/simulator/", {"person": "nobody", "urgency": "later"})

        assert page.status_code == 422

    def test_is_not_for_others(self, client: Client) -> None:
        client.force_login(make_user("ada"))

        page = client.get("/simulator/")

        assert page.status_code == 403
        assert "Only administrators simulate." in page.content.decode()
