"""The rule: what weakens a control, said in sentences; all else takes effect at once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from guardian.shortcuts import assign_perm, remove_perm

from breakglass import policy
from breakglass.models import ApprovalStep, GroupPermit, Permit, Scenario
from breakglass.pictures import look, thing_of
from tests.breakglass.changing import setting, weakened
from tests.make import NOON, StepOf, make_group, make_scenario, make_target, make_user

pytestmark = pytest.mark.django_db


STRICT: dict[str, Any] = {
    "break_glass": False, "chat_decides": False,
    "reference_required": True, "intent_required": True, "strict_review": True,
    "stop_on_breach": True, "min_justification": 30, "reference_pattern": "INC-.*",
    "expected_verbs": ["select"], "expected_objects": ["orders"],
}  # fmt: skip


class TestRules:
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"break_glass": True}, "Access may start before approval."),
            ({"chat_decides": True}, "It may be decided from a chat, without signing in here."),
            ({"max_minutes": 240}, "Access may last 4 h instead of 1 h."),
            ({"max_concurrent": 2}, "One person may have 2 open at once instead of 1."),
            ({"review_within_hours": 96},
             "The review may come 4 days after the end instead of 3 days."),
            ({"strict_review": False}, "One person reviews instead of two."),
            ({"stop_on_breach": False}, "Breaking a hard rule no longer ends the access."),
            ({"reference_required": False}, "A ticket or incident is no longer required."),
            ({"intent_required": False}, "A plan is no longer required."),
            ({"min_justification": 5}, "A reason may be as short as 5 characters instead of 30."),
            ({"reference_pattern": ""}, "A reference may look like anything."),
            ({"reference_pattern": ".*"}, "A reference must fit another pattern."),
            ({"drill": True}, "Its uses are told as exercises."),
            ({"expected_verbs": ["select", "drop"]}, "No longer flagged: drop."),
            ({"expected_verbs": []}, "No verb is flagged any more."),
            ({"expected_objects": []}, "No object is flagged any more."),
            ({"working_days": [0, 1, 2, 3, 4, 5]},
             "Other hours count as working hours, and are no longer marked."),
            ({"time_zone": "Asia/Tokyo"},
             "Other hours count as working hours, and are no longer marked."),
            ({"retention_class": "short"},
             "The record of its cases is kept as “short” instead of “standard”."),
        ],
    )  # fmt: skip
    def test_a_weaker_one_is_said(self, fields: dict[str, Any], sentence: str) -> None:
        assert setting(make_scenario(**STRICT), **fields) == [sentence]

    @pytest.mark.parametrize(
        "fields",
        [
            {"max_minutes": 45}, {"break_glass": False}, {"chat_decides": False},
            {"review_within_hours": 1},
            {"strict_review": True}, {"stop_on_breach": True}, {"min_justification": 200},
            {"intent_required": True},
            {"reference_required": True}, {"reference_pattern": "INC-.*"},
            {"expected_verbs": ["select"]}, {"working_days": [0]}, {"ratify_within": 5},
            {"name": "Other", "use_when": "Else.", "not_for": "That.", "severity": "low"},
            {"default_minutes": 60}, {"answer_within": 900}, {"reference_hint": "INC-1"},
        ],
    )  # fmt: skip
    def test_stronger_ones_and_words_are_not(self, fields: dict[str, Any]) -> None:
        assert setting(make_scenario(), **fields) == []

    def test_a_longer_ratification_counts_where_glass_may_break(self) -> None:
        said = ["Ratification may take 1 h 30 min instead of 1 h."]
        assert setting(make_scenario(), ratify_within=90) == said
        assert setting(make_scenario("calm", break_glass=False), ratify_within=90) == []

    def test_a_target_more_is_said_and_one_fewer_is_not(self) -> None:
        scenario, second = make_scenario(), make_target("ledger-db")

        assert weakened(scenario, lambda: scenario.targets.add(second)) == [
            "Doors may open on ledger-db."
        ]
        assert weakened(scenario, lambda: scenario.targets.remove(second)) == []

    def test_a_group_that_is_no_longer_alerted_is_said(self) -> None:
        scenario, security = make_scenario(), make_group("Security")

        assert weakened(scenario, lambda: scenario.alert_groups.add(security)) == []
        assert weakened(scenario, lambda: scenario.alert_groups.remove(security)) == [
            "Security is no longer alerted."
        ]

    def test_a_scenario_that_nobody_can_use_weakens_nothing(self) -> None:
        scenario = make_scenario(archived_at=NOON)

        assert setting(scenario, max_minutes=900) == []
        assert setting(scenario, archived_at=None) == [
            "It can be used again, though it was archived."
        ]

    def test_a_new_one_is_said_with_all_that_it_allows(self) -> None:
        scenario = Scenario(slug="production-outage")

        def do() -> None:
            scenario.pk = make_scenario().pk

        kind, key = thing_of(scenario)
        before = look(kind, key, at=NOON)
        do()
        said = policy.weakenings(before, look(*thing_of(scenario), at=NOON), at=NOON)

        assert list(said) == [
            "A new emergency can be used: Production outage.",
            "Doors may open on shop-db.",
            "Access may start before approval.",
            "Database team may decide on requests.",
            "Platform engineers may request access.",
            "Reviewers may review what was done.",
        ]


class TestSteps:
    def scenario(self) -> Scenario:
        first, leads = make_group("Database team"), make_group("Leads")
        steps = [StepOf(first, quorum=3, escalate_after=30), StepOf(leads, stands_in=True)]
        return make_scenario(steps=steps)

    def said(self, scenario: Scenario, position: int, **fields: Any) -> list[str]:
        def do() -> None:
            ApprovalStep.objects.filter(scenario=scenario, position=position).update(**fields)

        return weakened(scenario, do)

    def test_fewer_approvals(self) -> None:
        scenario = self.scenario()

        assert self.said(scenario, 1, quorum=2) == [
            "One approval fewer is needed from Database team."
        ]
        assert self.said(scenario, 1, quorum=3) == []

    def test_two_fewer(self) -> None:
        assert self.said(self.scenario(), 1, quorum=1) == [
            "2 approvals fewer are needed from Database team."
        ]

    def test_another_group_in_its_place(self) -> None:
        other = make_group("Contractors")

        assert self.said(self.scenario(), 1, group=other) == [
            "Step 1 asks Contractors instead of Database team."
        ]

    def test_a_step_that_goes(self) -> None:
        scenario = self.scenario()

        assert weakened(scenario, lambda: scenario.steps.get(position=1).delete()) == [
            "Database team is no longer asked (step 1)."
        ]

    def test_a_step_more_only_strengthens(self) -> None:
        scenario, legal = make_scenario(), make_group("Legal", make_user("lea"))

        def do() -> None:
            ApprovalStep.objects.create(scenario=scenario, position=2, group=legal)
            assign_perm(Permit.APPROVE.value, legal, scenario)

        assert weakened(scenario, do) == []

    def test_steps_that_change_places_weaken_nothing(self) -> None:
        steps = [StepOf(make_group("Database team")), StepOf(make_group("Leads"))]
        scenario = make_scenario(steps=steps)

        def do() -> None:
            scenario.steps.filter(position=1).update(position=3)
            scenario.steps.filter(position=2).update(position=1)

        assert weakened(scenario, do) == []

    def test_answering_for_the_step_before(self) -> None:
        steps = [StepOf(make_group("Database team"), escalate_after=5), StepOf(make_group("Leads"))]
        scenario = make_scenario(steps=steps)

        assert self.said(scenario, 2, stands_in=True) == [
            "Leads may answer for the step before it."
        ]

    def test_answering_for_it_sooner(self) -> None:
        assert self.said(self.scenario(), 1, escalate_after=5) == [
            "Leads may answer for the step before it sooner: after 5 min."
        ]


class TestPermits:
    def test_a_group_that_may_do_more(self) -> None:
        scenario, others = make_scenario(), make_group("Contractors")

        assert [
            weakened(scenario, partial(assign_perm, permit.value, others, scenario))
            for permit in Permit
        ] == [
            ["Contractors may request access."],
            ["Contractors may decide on requests."],
            ["Contractors may review what was done."],
            ["Contractors may look at cases."],
        ]

    def test_one_that_may_do_less(self) -> None:
        scenario, group = make_scenario(), make_group("Platform engineers")

        def do() -> None:
            remove_perm(Permit.REQUEST.value, group, scenario)

        assert weakened(scenario, do) == []

    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            (1, 2, ["Platform engineers may request access for longer."]),
            (1, None, ["Platform engineers may request access for longer."]),
            (None, 1, []),
            (-1, 1, ["Platform engineers may request access."]),
            (-2, -1, []),
        ],
    )
    def test_its_end(self, before: int | None, after: int | None, said: list[str]) -> None:
        scenario = make_scenario()
        row = GroupPermit.objects.of(Permit.REQUEST)

        def until(days: int | None) -> None:
            row.update(until=None if days is None else NOON + timedelta(days=days))

        until(before)

        assert weakened(scenario, lambda: until(after)) == said
