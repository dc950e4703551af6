"""What a session has found or made by its own earlier actions.

Whoever looks up a row by the number that a request names goes on with the key that was found, and
what was gathered in a temporary table is what it was gathered by. Results are not known, so that a
key is believed only where a look that has the named number reads that very column, or has both.
"""

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from judgement import near
from judgement.facts import Facts, Kind
from judgement.grounds import Grounds, Said, named
from judgement.scope import Scope
from judgement.terms import canonical

_SURE, _LIKELY = 0.0, 0.3  # of a doubt that is left: had with what is named, or looked up by it
_LONGEST = 4_000
_MADE = re.compile(
    r"\bcreate\s+(?:local\s+|global\s+)?temp(?:orary)?\s+(?:table|view)\s+(?:if\s+not\s+exists\s+)?"
    r"([\w.]+)|\binto\s+(@\w+)|\bset\s+(@\w+)\s*:?=|(@\w+)\s*:=",
    re.IGNORECASE,
)
_MAKES = re.compile(r"\btemp|@", re.IGNORECASE)
_PICKS = frozenset({"=", "in"})


def known(grounds: Grounds, scope: Scope, actions: Sequence[Said]) -> tuple[Grounds, Scope]:
    """Return a reason and a scope with what the actions of a session found and made themselves."""
    actions = [each for each in actions if each.facts.kind is Kind.SQL]
    if len(actions) < 2:
        return grounds, scope
    made = frozenset(name for each in actions for name in _made(each))
    grounds = dataclasses.replace(grounds, made=made, keys=_keys(grounds, actions))
    around = frozenset(_around(grounds, actions))
    scope = dataclasses.replace(scope, found=frozenset(grounds.keys))
    return dataclasses.replace(grounds, around=around), scope


def _around(grounds: Grounds, actions: Sequence[Said]) -> Iterator[str]:
    """Yield the tables in which a session looks for what is named, and which it uses again."""
    times = Counter(name for each in actions for name in dict.fromkeys(each.facts.objects))
    for each in actions:
        if near.looks(each.facts) and near.anchored(grounds, each.facts):
            yield from (name for name in each.facts.objects if times[name] > 1)


def _made(action: Said) -> list[str]:
    text = action.text[:_LONGEST]
    if not _MAKES.search(text):
        return []
    return [name.lower() for each in _MADE.findall(text) for name in each if name]


def _keys(grounds: Grounds, actions: Sequence[Said]) -> Mapping[str, float]:
    """Return the values that were looked up, with how much of a doubt about them is left."""
    alone = _alone(grounds, actions)
    found: dict[str, float] = {}
    for place, each in enumerate(actions) if alone else ():
        own = _picked(each.facts)
        if not near.looks(each.facts) or not any(named(value, grounds) for _, value in own):
            continue
        for column, value in alone.items():
            if (column, value) in own:
                found[value] = _SURE
            elif _reads(column, each.facts) and not _before(column, actions[:place]):
                found.setdefault(value, _LIKELY)
    return found


def _alone(grounds: Grounds, actions: Sequence[Said]) -> Mapping[str, str]:
    """Return the strange keys that a session goes on with, by their columns.

    Of two keys of a sort one may be another row's, and so may one that is used only once.
    """
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for each in actions:
        for column, value in dict.fromkeys(_picked(each.facts)):
            if not named(value, grounds):
                used[column][value] += 1
    return {
        column: value
        for column, times in used.items()
        for value, count in times.items()
        if len(times) == 1 and count > 1
    }


def _picked(facts: Facts) -> list[tuple[str, str]]:
    return [
        (each.column, canonical(each.value)) for each in facts.conditions
        if each.operator in _PICKS and near.tells(each.value)
    ]  # fmt: skip


def _before(column: str, actions: Sequence[Said]) -> bool:
    """Whether rows were changed by a key before it was looked up."""
    return any(
        not near.looks(each.facts) and any(name == column for name, _ in _picked(each.facts))
        for each in actions
    )


def _reads(column: str, facts: Facts) -> bool:
    """Whether a look shows a column: by its name, with all others, or as the id of its table."""
    if column in facts.columns or "*" in facts.columns:
        return True
    if not {"id", column.rpartition("_")[2]} & {*facts.columns}:
        return False
    thing = column.rpartition("_")[0]
    return column == "id" or any(thing and thing in name for name in facts.objects)
