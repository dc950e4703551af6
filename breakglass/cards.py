"""What each scenario says of itself to somebody who has to choose one, all in a few queries."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists

from accounts.models import Membership, Part, User
from breakglass import policy, preflight
from breakglass.models import Freeze, GroupPermit, Permit, Scenario, ScenarioVersion
from breakglass.rules import Rules
from targets.models import Target


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answering:
    """One group that answers: how many people besides the reader, and after how much silence."""

    group: str
    people: int
    quorum: int
    after_minutes: int | None

    @property
    def enough(self) -> bool:
        """Whether it can answer at all now."""
        return self.people >= self.quorum


@dataclasses.dataclass(frozen=True, kw_only=True)
class Card:
    """One scenario to choose. `for_others` is set where the reader may only ask for somebody."""

    scenario: Scenario
    rules: Rules
    answering: list[Answering]
    usual_minutes: int | None
    why_frozen: str | None
    for_others: bool
    targets: list[str]

    @property
    def first(self) -> Answering | None:
        """Who is asked at once."""
        return self.answering[0] if self.answering else None

    @property
    def next(self) -> Answering | None:
        """Who is asked next, if the first are silent."""
        return next((each for each in self.answering[1:] if each.after_minutes), None)

    @property
    def reviewed(self) -> int:
        """Within how many minutes somebody looks at what was done."""
        return self.rules.review_within

    def matches(self, words: Iterable[str]) -> bool:
        """Whether it holds all `words` (in lower case) anywhere in what it says."""
        rules = self.rules
        said = [rules.name, rules.use_when, *rules.expected_objects, *self.targets]
        text = " ".join(said).casefold()
        return all(word in text for word in words)


def open_to(person: User, at: datetime) -> list[Card]:
    """Return the scenarios in which `person` may ask, for themselves or for others, by name."""
    own = set(Scenario.objects.permitting(person, Permit.REQUEST, at).values_list("pk", flat=True))
    rows = Scenario.objects.in_use()
    if not person.plays(Part.RESPONDER, at):
        rows = rows.filter(pk__in=own)
    scenarios = list(rows)
    rules = _rules(scenarios)
    people = _people(scenarios, person, at)
    usual = preflight.usual_minutes(scenarios, at)
    freezes = list(Freeze.objects.standing().select_related("person", "scenario"))
    names = _target_names(rules.values())
    return [
        Card(
            scenario=each,
            rules=rules[each.pk],
            answering=_answering(each.pk, rules[each.pk], people),
            usual_minutes=usual.get(each.pk),
            why_frozen=_why_frozen(each, person, freezes),
            for_others=each.pk not in own,
            targets=[names[key] for key in rules[each.pk].targets if key in names],
        )
        for each in scenarios
    ]


def may_break(person: User, at: datetime) -> bool:
    """Whether the red button is of use to `person`: no freeze, and a scenario that allows it."""
    mine = Scenario.objects.in_use().permitting(person, Permit.REQUEST, at)
    frozen = Exists(Freeze.objects.keeping_out(person))
    return mine.filter(~frozen, break_glass=True).exists()


def _rules(scenarios: list[Scenario]) -> dict[UUID, Rules]:
    rows = ScenarioVersion.objects.filter(scenario__in=scenarios)
    newest = rows.order_by("scenario_id", "-number").distinct("scenario_id")
    return {version.scenario_id: version.rules for version in newest}


def _people(scenarios: list[Scenario], person: User, at: datetime) -> dict[tuple[UUID, int], int]:
    """Count who could answer, besides `person`, by scenario and group."""
    permits = GroupPermit.objects.of(Permit.APPROVE).standing(at)
    pairs = permits.filter(content_object__in=scenarios).values_list("content_object", "group")
    held = {(scenario, group) for scenario, group in pairs}
    members = (
        Membership.objects.standing(at)
        .filter(group_id__in={group for _, group in held}, user__is_active=True)
        .exclude(user=person)
    )
    counted = members.values_list("group_id").annotate(people=Count("user_id"))
    sizes = dict(counted)
    return {(scenario, group): sizes.get(group, 0) for scenario, group in held}


def _answering(
    scenario: UUID, rules: Rules, people: dict[tuple[UUID, int], int]
) -> list[Answering]:
    return [
        Answering(
            group=step.group,
            people=people.get((scenario, step.group_id), 0),
            quorum=step.quorum,
            after_minutes=after,
        )
        for step, after in preflight.asked_after(rules.steps)
    ]


def _why_frozen(scenario: Scenario, person: User, freezes: list[Freeze]) -> str | None:
    """As `policy.why_frozen` says it, of freezes that are fetched already."""
    for freeze in freezes:
        if (
            freeze.kind == Freeze.Kind.ALL
            or freeze.person_id == person.pk
            or freeze.scenario_id == scenario.pk
        ):
            return policy.why_held(freeze)
    return None


def _target_names(rules: Iterable[Rules]) -> dict[str, str]:
    keys = {UUID(key) for each in rules for key in each.targets}
    rows = Target.objects.enabled().filter(pk__in=keys).values_list("pk", "name")
    return {key.hex: name for key, name in rows}
