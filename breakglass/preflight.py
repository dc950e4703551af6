"""What would happen: who can decide now, how fast they usually are, and what if nobody does."""

import dataclasses
from datetime import datetime, timedelta

from django.db.models import Avg, DurationField, ExpressionWrapper, F

from accounts.models import User
from breakglass import policy
from breakglass.models import Decision, Scenario
from breakglass.rules import Step

_RECENT = timedelta(days=90)


@dataclasses.dataclass(frozen=True)
class Asked:
    """One step: its people besides the requester, and when it is asked, in minutes from now."""

    step: Step
    people: list[User]
    after_minutes: int | None

    @property
    def enough(self) -> bool:
        """Whether its quorum can be reached at all."""
        return len(self.people) >= self.step.quorum


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preflight:
    """The answers that the form shows before anything is sent."""

    why_not: str | None
    why_not_normal: str | None
    why_not_break_glass: str | None
    asked: list[Asked]
    usual_minutes: int | None
    answer_within: int
    ratify_within: int
    told: int


def look(scenario: Scenario, *, person: User, at: datetime) -> Preflight | None:
    """Return what `person` can expect from asking now; None before a first publication."""
    version = scenario.current
    if version is None:
        return None
    rules = version.rules
    why_not = policy.why_not_request(scenario, by=person, at=at) or policy.why_no_room(
        scenario, rules, person=person, at=at
    )
    asked = _asked(rules.steps, scenario, person, at)
    told = {user.pk for each in asked for user in each.people} | set(
        User.objects.active().filter(groups__in=rules.alert_groups).values_list("pk", flat=True)
    )
    return Preflight(
        why_not=why_not,
        why_not_normal=policy.why_nobody_can_decide(rules, scenario, requester=person, at=at),
        why_not_break_glass=policy.why_not_break_glass(rules),
        asked=asked,
        usual_minutes=_usual_minutes(scenario, at),
        answer_within=rules.answer_within,
        ratify_within=rules.ratify_within,
        told=len(told - {person.pk}),
    )


def _asked(steps: tuple[Step, ...], scenario: Scenario, person: User, at: datetime) -> list[Asked]:
    found: list[Asked] = []
    after: int | None = 0
    for index, step in enumerate(steps):
        if index:
            wait = steps[index - 1].escalate_after
            after = after + wait if after is not None and wait is not None else None
        found.append(Asked(step, policy.deciders(step, scenario, person, at), after))
    return found


def _usual_minutes(scenario: Scenario, at: datetime) -> int | None:
    """The mean time to a decision in the last 90 days, in minutes; None without any."""
    took = ExpressionWrapper(
        F("decided_at") - F("request__submitted_at"), output_field=DurationField()
    )
    recent = Decision.objects.filter(
        request__scenario=scenario,
        kind__in=[Decision.Kind.APPROVE, Decision.Kind.DENY, Decision.Kind.RATIFY],
        decided_at__gte=at - _RECENT,
        decided_at__lte=at,
    )
    mean: timedelta | None = recent.aggregate(mean=Avg(took))["mean"]
    return max(1, round(mean.total_seconds() / 60)) if mean is not None else None
