"""Scenarios that are no emergency: they are routine, or nobody needs them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from judgement.patterns import limits
from judgement.patterns.rows import Emergency, Fact, Kind, Right, Seen, Use, gettext_noop

_ROUTINE = gettext_noop(
    "%(scenario)s was used in %(weeks)s of the latest %(of_weeks)s weeks, %(number)s times by"
    " %(people)s people, and no review found anything."
)
_NEVER = gettext_noop(
    "%(scenario)s has not been used, nor tried by an exercise, since it was published %(number)s"
    " days ago."
)
_LONG_AGO = gettext_noop(
    "%(scenario)s has not been used, nor tried by an exercise, for %(number)s days."
)


def routine(uses: Sequence[Use], rights: Sequence[Right], *, at: datetime) -> list[Seen]:
    """Return the scenarios that several people use most of the time, and rightly so."""
    found = (
        _routine(scenario, [use for use in uses if use.scenario == scenario], rights, at=at)
        for scenario in sorted({use.scenario for use in uses if not use.drill})
    )
    return [seen for seen in found if seen]


def _routine(
    scenario: str, uses: Sequence[Use], rights: Sequence[Right], *, at: datetime
) -> Seen | None:
    lately = [use for use in uses if at - limits.OF_WEEKS * limits.WEEK < use.at <= at]
    weeks = {(at - use.at) // limits.WEEK for use in lately}
    people = {use.person for use in lately}
    reviewed = [use for use in lately if use.found is not None]
    if len(weeks) < limits.WEEKS or len(people) < limits.SEVERAL:
        return None
    if any(use.found for use in reviewed) or len(reviewed) < limits.REVIEWED * len(lately):
        return None
    groups = Counter(
        right.group for right in rights if right.scenario == scenario and right.person in people
    )
    targets = Counter(target for use in lately for target in use.targets)
    facts: dict[str, Fact] = {
        "scenario": scenario, "weeks": len(weeks), "of_weeks": limits.OF_WEEKS,
        "number": len(lately), "people": len(people),
    }  # fmt: skip
    facts |= _most("group", groups) | _most("target", targets)
    return Seen(
        kind=Kind.SCENARIO, key=scenario, template=_ROUTINE, number=len(lately), facts=facts,
        cases=tuple(sorted((use.case for use in lately), reverse=True)),
        people=tuple(sorted(people)),
    )  # fmt: skip


def _most(name: str, counts: Counter[str]) -> dict[str, Fact]:
    """Return what comes most often, the first by name of several."""
    return {name: min(counts, key=lambda each: (-counts[each], each))} if counts else {}


def unused(emergencies: Sequence[Emergency], *, at: datetime) -> list[Seen]:
    """Return the scenarios whose way in nobody has gone, not even in an exercise."""
    return list(_unused(emergencies, at))


def _unused(emergencies: Sequence[Emergency], at: datetime) -> Iterator[Seen]:
    for each in sorted(emergencies, key=lambda emergency: emergency.scenario):
        times = [each.used_at, *(drill.used_at for drill in emergencies if _tries(drill, each))]
        last = max((time for time in times if time), default=None)
        over = last is not None and at - last >= limits.UNUSED
        if each.drill or not (over or (last is None and at - each.since >= limits.HELD)):
            continue
        days = (at - (last or each.since)).days
        yield Seen(
            kind=Kind.UNUSED,
            key=each.scenario,
            template=_LONG_AGO if last else _NEVER,
            number=days,
            facts={"scenario": each.scenario, "number": days},
        )


def _tries(drill: Emergency, other: Emergency) -> bool:
    """Whether an exercise goes the way of a scenario: to a target of its, and by who decides."""
    return bool(drill.drill and drill.targets & other.targets and drill.asked & other.asked)
