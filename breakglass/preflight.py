"""What would happen: who can decide now, how fast they usually are, and what if nobody does."""

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models import Avg, DurationField, ExpressionWrapper, F, Q

from accounts.models import Membership, Part, User, groups_playing
from breakglass import policy
from breakglass.models import Decision, Scenario, Substitution
from breakglass.rules import Rules, Step

_RECENT = timedelta(days=90)


@dataclasses.dataclass(frozen=True)
class Asked:
    """One step: its people besides the requester, and when it is asked, in minutes from now.

    `others` may answer in the place of some of them.
    """

    step: Step
    people: list[User]
    after_minutes: int | None
    others: list[Substitution]

    @property
    def enough(self) -> bool:
        """Whether its quorum can be reached at all."""
        return len(self.people) >= self.step.quorum


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preflight:
    """The answers that the form shows before anything is sent.

    `told` counts who hears of it when the glass is broken, and `groups` names their groups.
    """

    why_not: str | None
    why_not_normal: str | None
    why_not_break_glass: str | None
    asked: list[Asked]
    usual_minutes: int | None
    answer_within: int
    ratify_within: int
    told: int
    groups: list[str]

    @property
    def then(self) -> list[tuple[int, str]]:
        """How many have to say yes after the first group, of which; who stands in need not."""
        later = (asked.step for asked in self.asked[1:])
        return [(step.quorum, step.group) for step in later if not step.stands_in]


def look(
    scenario: Scenario, *, person: User, at: datetime, filed_by: User | None = None
) -> Preflight | None:
    """Return what `person` can expect from asking now; None before a first publication.

    `filed_by` is who asks, where that is somebody else.
    """
    version = scenario.current
    if version is None:
        return None
    rules, by = version.rules, filed_by or person
    why_not = (
        (policy.why_not_file(scenario, by=by, at=at) if by != person else None)
        or policy.why_not_request(scenario, by=person, at=at, filed_by=by)
        or policy.why_no_room(scenario, rules, person=person, at=at, by=by)
    )
    why_not_normal = policy.why_asked_already(scenario, person=person, at=at)
    asked = _asked(rules.steps, scenario, person, at)
    alerted = _alerted(rules, at)
    told = {user.pk for each in asked for user in each.people}
    told |= {other.substitute_id for each in asked for other in each.others}
    told |= set(User.objects.active().in_groups(alerted, at).values_list("pk", flat=True))
    return Preflight(
        why_not=why_not,
        why_not_normal=why_not_normal
        or policy.why_nobody_can_decide(rules, scenario, requester=person, at=at),
        why_not_break_glass=policy.why_not_break_for(person, by=by)
        or policy.why_not_break_glass(rules),
        asked=asked,
        usual_minutes=usual_minutes([scenario], at).get(scenario.pk),
        answer_within=rules.answer_within,
        ratify_within=rules.ratify_within,
        told=len(told - {person.pk}),
        groups=list(dict.fromkeys([*(each.step.group for each in asked), *map(str, alerted)])),
    )


def _alerted(rules: Rules, at: datetime) -> list[Group]:
    """The groups that hear of every broken glass, besides those who are asked."""
    overseeing = Q(pk__in=groups_playing(Part.RESPONDER)) | Q(
        pk__in=groups_playing(Part.COMPLIANCE)
    )
    found = Group.objects.filter(Q(pk__in=rules.alert_groups) | overseeing)
    peopled = Membership.objects.standing(at).filter(user__is_active=True)
    return list(found.filter(pk__in=peopled.values("group")).order_by("name"))


def _asked(steps: tuple[Step, ...], scenario: Scenario, person: User, at: datetime) -> list[Asked]:
    found = []
    for step, after in asked_after(steps):
        people = policy.deciders(step, scenario, person, at)
        others = policy.standing_in_for(people, at, but={person.pk})
        found.append(Asked(step, people, after, others))
    return found


def asked_after(steps: Sequence[Step]) -> Iterator[tuple[Step, int | None]]:
    """Go through the steps with the minutes of silence after which each is asked, or None."""
    after: int | None = 0
    for index, step in enumerate(steps):
        if index:
            wait = steps[index - 1].escalate_after
            after = after + wait if after is not None and wait is not None else None
        yield step, after


def usual_minutes(scenarios: Collection[Scenario], at: datetime) -> dict[UUID, int]:
    """The mean time to a decision in the last 90 days, in minutes; nothing for those without any.

    Asks the database once.
    """
    took = ExpressionWrapper(
        F("decided_at") - F("request__submitted_at"), output_field=DurationField()
    )
    recent = Decision.objects.filter(
        request__scenario__in=scenarios,
        kind__in=[Decision.Kind.APPROVE, Decision.Kind.DENY, Decision.Kind.RATIFY],
        decided_at__gte=at - _RECENT,
        decided_at__lte=at,
    ).order_by()
    means = recent.values_list("request__scenario").annotate(mean=Avg(took))
    return {scenario: max(1, round(mean.total_seconds() / 60)) for scenario, mean in means}
