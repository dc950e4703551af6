"""By how much less a deed asks than other actions of its session that touch the same tables.

Whoever looks at the rows of one group and changes those of all of them has dropped a condition, of
whatever it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from judgement import near
from judgement.facts import Facts, Kind
from judgement.grounds import Said
from judgement.terms import canonical

NONE = {"unasked": 0.0, "unasked_most": 0.0, "asks_alone": 0.0, "asks_other": 0.0, "joins_less": 0.0}
_MOST = 40  # actions that are held against each other
_PICKS = frozenset({"=", "in"})
_Asked = Mapping[str, frozenset[tuple[bool, str]]]


def numbers(actions: Sequence[Said]) -> list[dict[str, float]]:
    """Return for each action, by name, what it does not ask of rows that others ask."""
    busy = [
        place for place, each in enumerate(actions)
        if each.facts.kind is Kind.SQL and each.facts.conditions and each.facts.objects
    ][:_MOST]  # fmt: skip
    found = [NONE] * len(actions)
    if len(busy) < 2:
        return found
    asked = {place: _asked(actions[place].facts) for place in busy}
    for place in busy:
        facts = actions[place].facts
        if near.looks(facts):
            continue
        tables = frozenset(facts.changed or facts.objects)
        beside = [
            other for other in busy
            if other != place and not tables.isdisjoint(actions[other].facts.objects)
        ]  # fmt: skip
        if beside:
            found[place] = _less(
                asked[place], facts, [(asked[each], actions[each].facts) for each in beside]
            )
    return found


def _asked(facts: Facts) -> _Asked:
    """Return the columns by which an action picks rows, with whether and which values."""
    found: dict[str, set[tuple[bool, str]]] = defaultdict(set)
    for each in facts.conditions:
        if each.operator != "set":
            found[each.column].add((each.operator in _PICKS, canonical(each.value)))
    return {column: frozenset(values) for column, values in found.items() if column}


def _less(own: _Asked, facts: Facts, others: Sequence[tuple[_Asked, Facts]]) -> dict[str, float]:
    lost = [len(asked.keys() - own.keys()) for asked, _ in others]
    everybody = frozenset().union(*(asked.keys() for asked, _ in others))
    return {
        "unasked": float(min(min(lost), 4)),
        "unasked_most": float(min(max(lost), 4)),
        "asks_alone": float(min(len(own.keys() - everybody), 4)),
        "asks_other": float(
            sum(
                all(asked[column].isdisjoint(values) for asked, _ in others if column in asked)
                for column, values in own.items()
                if column in everybody
            )
        ),
        "joins_less": float(
            min(len(set(other.objects) - set(facts.objects)) for _, other in others)
        ),
    }
