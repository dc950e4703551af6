"""People who use the same scenario or target again and again, and more than their peers do."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from judgement.patterns import limits
from judgement.patterns.rows import Kind, Right, Seen, Use, gettext_noop
from judgement.unusual.formulas import tail

_SCENARIO = gettext_noop(
    "%(person)s used %(scenario)s %(number)s times within %(days)s days. Peers in the same teams"
    " did %(peers)s times on average."
)
_TARGET = gettext_noop(
    "%(person)s was at work on %(target)s %(number)s times within %(days)s days, in several"
    " scenarios. Peers in the same teams were %(peers)s times on average."
)
_ALONE = gettext_noop(
    "%(person)s used %(scenario)s %(number)s times within %(days)s days. Nobody else is in their"
    " team."
)
Counts = dict[str, list[Use]]  # of things, by person


def repeated(uses: Sequence[Use], rights: Sequence[Right], *, at: datetime) -> list[Seen]:
    """Return who used the same again and again; exercises count for nothing."""
    real = [use for use in uses if not use.drill]
    teams = _teams(rights)
    found = [*_of_things(real, teams, "scenario", at=at)]
    told = {(seen.facts["person"], seen.facts["scenario"]) for seen in found}
    rest = [use for use in real if (use.person, use.scenario) not in told]
    return [*found, *_of_things(rest, teams, "target", at=at)]


def _teams(rights: Sequence[Right]) -> dict[str, set[str]]:
    """Return the peers of each person: who may ask somewhere through the same group."""
    members: dict[str, set[str]] = defaultdict(set)
    for right in rights:
        members[right.group].add(right.person)
    found: dict[str, set[str]] = defaultdict(set)
    for people in members.values():
        for person in people:
            found[person] |= people
    return {person: people - {person} for person, people in found.items()}


def _of_things(
    uses: Sequence[Use], teams: dict[str, set[str]], name: str, *, at: datetime
) -> Iterator[Seen]:
    things: dict[str, Counts] = defaultdict(lambda: defaultdict(list))
    for use in uses:
        for thing in (use.scenario,) if name == "scenario" else use.targets:
            things[thing][use.person].append(use)
    for thing, of_people in sorted(things.items()):
        for person in sorted(of_people):
            if seen := _often(person, thing, of_people, teams.get(person, set()), name, at=at):
                yield seen


def _often(
    person: str, thing: str, uses: Counts, peers: set[str], name: str, *, at: datetime
) -> Seen | None:
    for window, least in limits.WINDOWS:
        lately = [use for use in uses[person] if at - window < use.at <= at]
        several = name == "scenario" or len({use.scenario for use in lately}) > 1
        if len(lately) < least or not several:
            continue
        of_peers = sum(use.at > at - window for peer in peers for use in uses.get(peer, ()))
        usual = of_peers / len(peers) if peers else 0.0
        decades = tail(len(lately), max(usual, limits.LEAST_EXPECTED)) if peers else math.inf
        if decades < limits.RARE:
            continue
        template = _TARGET if name == "target" else _SCENARIO if peers else _ALONE
        return Seen(
            kind=Kind.PERSON,
            key=f"{person} {thing}",
            template=template,
            number=len(lately),
            facts={"person": person, name: thing, "number": len(lately), "days": window.days,
                   "peers": usual},
            grave=len(lately) >= limits.GRAVE_TIMES * least and decades >= limits.GRAVE_RARE,
            cases=_cases(lately),
        )  # fmt: skip
    return None


def _cases(uses: Sequence[Use]) -> tuple[int, ...]:
    return tuple(sorted((use.case for use in uses), reverse=True))
