"""Which conditions reach further than what a request names of the same column.

"Lot H24K117" is one of those that are like H24%, "on 14 December" is one of the days since then,
and of a list of states one may be asked for and the next not.
"""

import re
from collections.abc import Sequence

from judgement import values
from judgement.facts import Condition
from judgement.grounds import Grounds, named
from judgement.terms import canonical

_LONGEST = 20_000
_LEAST = 2  # characters of a beginning that tells something
_DAY = re.compile(r"'?\d{4}-(\d\d)-(\d\d)")
_SORTS = re.compile(r"(?:^|_)(?:kind|type|typ|class|category|cat|level|phase|stage)$")
_MORE, _LIKE_IT = 0.4, 0.1  # of a doubt: of states that a plain word may mean, or does mean
_ENDS = frozenset({"<", "<=", "=", "in", "between"})
_FROM, _UNTIL = frozenset({">", ">="}), frozenset({"<", "<="})
_LEAST_WORD = 4  # letters of what is numbered: "term 2"
_AND_MORE = (
    r"(?![\w.,:]*\d|\s*(?:-|\u2013|to\b|until\b|through\b|\+|(?:and|or)\s(?:\d|up|more|above|below|high"
    r"|low|less|late|earli|old|young|onw|beyond)|onwards))"
)
_ALONE = re.compile(
    r"\b(?:that|this|the one|one) (?:day|date|night) only|\bonly (?:that|this|the one) (?:day|date)"
)
_ONWARDS = re.compile(r"\b(?:since|from|onwards?|after|starting|as of|later|newer|follow\w*)\b")


def beyond(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> str:
    """Return what the request names within what a condition picks, "" if it picks no more."""
    if condition.operator == "like":
        return _begun(condition.value, grounds)
    if condition.operator in _FROM | _UNTIL and (one := _one(condition, conditions, grounds)):
        return one
    if condition.operator in _FROM:
        return _day(condition, conditions, grounds)
    if condition.operator == "in":
        return _listed(condition, conditions, grounds)
    return ""


def has_it(condition: Condition, conditions: Sequence[Condition]) -> bool:
    """Tell whether what a condition leaves out is what the rows are held against: duplicates."""
    return any(
        each.column == condition.column
        and each.value == condition.value
        and each.operator in {"=", "in"}
        for each in conditions
    )


def share(condition: Condition, others: str, grounds: Grounds) -> float:
    """Return how much of a doubt is left where a request says a state or a kind in a plain word.

    "Open tickets" may be those that are new or waiting as well; OPEN is what is called so.
    """
    sort = values.STATES.search(condition.column) or _SORTS.search(condition.column)
    if condition.operator != "in" or not sort or any(map(str.isdigit, condition.value)):
        return 1.0
    said = [each.strip("'") for each in others.split(", ")]
    if any(_as_a_code(each, grounds.reason.text[:_LONGEST]) for each in said):
        return 1.0
    waits = condition.value.lower() in values.WAITING
    return _LIKE_IT if waits and any(each.lower() in values.WAITING for each in said) else _MORE


def _as_a_code(value: str, text: str) -> bool:
    """Whether a text has a value as it is kept: in capitals, in quotes, with "_", or as a state."""
    bare = re.escape(value)
    if re.search(
        rf"['\"`]{bare}['\"`]|\b(?:stat\w*|kind|type)\W{{1,3}}(?:is )?{bare}\b", text, re.I
    ):
        return True
    return (value.isupper() or "_" in value) and bool(re.search(rf"\b{bare}\b", text))


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


def _one(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> str:
    """Return the number that is named alone, "term 2", where all from or until it are picked."""
    word = condition.column.rpartition("_")[2]
    if len(word) < _LEAST_WORD or not word.isalpha() or not condition.value.isdecimal():
        return ""
    if sum(each.column == condition.column for each in conditions) > 1:
        return ""
    bound, least = int(condition.value[:18]), condition.operator in _FROM
    for found in re.finditer(rf"\b{word} (\d{{1,9}})\b{_AND_MORE}", grounds.lowered):
        if bound <= int(found[1]) if least else bound >= int(found[1]):
            return found[0]
    return ""


def _day(condition: Condition, conditions: Sequence[Condition], grounds: Grounds) -> str:
    """Return the day that is named alone, where all days from it on are picked."""
    found = _DAY.match(condition.value)
    if not found or (int(found[1]), int(found[2])) not in grounds.reason.days.days:
        return ""
    ends = any(each.column == condition.column and each.operator in _ENDS for each in conditions)
    onwards = grounds.ranges or _ONWARDS.search(grounds.lowered)
    if ends or (onwards and not _ALONE.search(grounds.lowered)):
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
