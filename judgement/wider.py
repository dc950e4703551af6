"""Which conditions reach further than what a request names of the same column.

"Lot H24K117" is one of those that are like H24%, "on 14 December" is one of the days since then,
and of a list of states one may be asked for and the next not.
"""

import re
from collections.abc import Sequence

from judgement.facts import Condition
from judgement.grounds import Grounds, named
from judgement.terms import canonical

_LEAST = 2  # characters of a beginning that tells something
_DAY = re.compile(r"'?\d{4}-(\d\d)-(\d\d)")
_ENDS = frozenset({"<", "<=", "=", "in", "between"})
_ONWARDS = re.compile(r"\b(?:since|from|onwards?|after|starting|as of|later|newer|follow\w*)\b")


def beyond(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> str:
    """Return what the request names within what a condition picks, "" if it picks no more."""
    if condition.operator == "like":
        return _begun(condition.value, grounds)
    if condition.operator in {">", ">="}:
        return _day(condition, conditions, grounds)
    if condition.operator == "in":
        return _listed(condition, conditions, grounds)
    return ""


def _begun(pattern: str, grounds: Grounds) -> str:
    """Return the name of the request that begins as a pattern does, and goes on."""
    bare = canonical(pattern)
    begins = pattern.strip("'")[-1:] == "%" and pattern.strip("'")[:1] != "%"
    if not begins or len(bare) < _LEAST or "%" in bare or bare in grounds.tokens:
        return ""
    if re.search(rf"{re.escape(bare)}[-_ ]?[*%]", grounds.lowered):
        return ""
    longer = (each for each in sorted(grounds.whole.literals) if each.startswith(bare))
    return next((each for each in longer if len(each) > len(bare)), "")


def _day(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> str:
    """Return the day that is named alone, where all days from it on are picked."""
    found = _DAY.match(condition.value)
    if not found or (int(found[1]), int(found[2])) not in grounds.reason.days.days:
        return ""
    ends = any(each.column == condition.column and each.operator in _ENDS for each in conditions)
    if ends or grounds.ranges or _ONWARDS.search(grounds.lowered):
        return ""
    return f"{condition.value[:12]} alone"


def _listed(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> str:
    """Return the other values of a list that are named, where this one is not."""
    if named(condition.value, grounds):
        return ""
    others = [
        each.value
        for each in conditions
        if each.operator == "in"
        and each.column == condition.column
        and each.value != condition.value
        and named(each.value, grounds)
    ]
    return ", ".join(others[:3])
