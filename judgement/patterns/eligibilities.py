"""Eligibilities that nobody makes use of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from judgement.patterns import limits
from judgement.patterns.rows import Kind, Right, Seen, gettext_noop

_IN_USE = gettext_noop(
    "%(number)s of %(all)s eligibilities of %(group)s for %(scenario)s were not used within a year,"
    " or since they were given. The scenario itself is in use."
)
_NOT_IN_USE = gettext_noop(
    "%(number)s of %(all)s eligibilities of %(group)s for %(scenario)s were not used within a year,"
    " or since they were given. Nobody uses the scenario at all."
)
Asked = Mapping[tuple[str, str], datetime]  # when a person last asked in a scenario


def unused(rights: Sequence[Right], asked: Asked, *, at: datetime) -> list[Seen]:
    """Return groups with people who have not needed what they may, a scenario at a time."""
    held = defaultdict(list)
    for right in rights:
        held[right.scenario, right.group].append(right)
    used = {scenario for (_, scenario), last in asked.items() if at - last < limits.UNUSED}
    found = []
    for (scenario, group), all_of_it in sorted(held.items()):
        idle = sorted(right.person for right in all_of_it if _idle(right, asked, at))
        if idle:
            found.append(_seen(scenario, group, idle, len(all_of_it), in_use=scenario in used))
    return found


def _idle(right: Right, asked: Asked, at: datetime) -> bool:
    last = asked.get((right.person, right.scenario))
    since = max(right.since, at - limits.UNUSED)
    return at - right.since >= limits.HELD and (last is None or last <= since)


def _seen(scenario: str, group: str, people: list[str], number: int, *, in_use: bool) -> Seen:
    return Seen(
        kind=Kind.ELIGIBILITY,
        key=f"{scenario} {group}",
        template=_IN_USE if in_use else _NOT_IN_USE,
        number=len(people),
        facts={"scenario": scenario, "group": group, "number": len(people), "all": number},
        people=tuple(people),
    )
