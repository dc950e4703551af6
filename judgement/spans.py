"""Spans of rows: those that a reason names ("orders 100 to 120"), and those that an action touches.

Comparisons of one column are taken together, as if AND stood between them: facts do not tell. OR
between them is an inverted condition to the reader of SQL.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from judgement import words
from judgement.facts import Condition

_NUMBER = r"#?(\d[\d,]{0,17})"
_NO_ROW = (
    r"(?![\w%]|[.,:/-]\d|\s*(?:percent|%|€|\$|eur\b|usd\b|[ap]m\b|o'clock|hours?\b|minutes?\b))"
)
_SPOKEN = re.compile(
    rf"(?<![\w.,:/-])(?:between\s+{_NUMBER}\s+and\s+{_NUMBER}"
    # Of several things, or of numbers: "from 7 to 19" alone is a value that changes.
    r"|(?:[a-z]{2,}s|id|no|nr|number|row|line|range|page)[\s.:(]+(?:from\s+)?"
    rf"{_NUMBER}\s*(?:up\s+)?(?:to|until|till|thru|through)\s+{_NUMBER}"
    rf"|{_NUMBER}\s?(?:-|\u2013|\u2014|\.\.\.?|\u2026)\s?{_NUMBER}){_NO_ROW}",
    re.IGNORECASE,
)
# What every text has that names any: one number, and another behind it.
_TWO = re.compile(
    r"\d,*\s*(?:up\s+)?(?:and|to|until|till|thru|through|[-\u2013\u2014\u2026]|\.\.\.?)\s*#?\d",
    re.IGNORECASE,
)
_POINTS = frozenset({"=", "in"})
_OPEN = frozenset({">", ">=", "<", "<="})
_NUMBERS_ROWS = re.compile(r"(?:^|_)(?:id|no|nr|num|number)$")
_LONGEST_STEP = 1  # digits by which the end of "5500-5511" may be longer


class Span(NamedTuple):
    """Numbers from the lowest to the highest, both included."""

    low: float
    high: float

    def holds(self, other: "Span") -> bool:
        """Whether another lies in it."""
        return self.low <= other.low and other.high <= self.high

    def meets(self, other: "Span") -> bool:
        """Whether the two have a number in common."""
        return self.low <= other.high and other.low <= self.high

    def __str__(self) -> str:
        return f"{self.low:.0f} to {self.high:.0f}"


def spoken(text: str) -> Iterator[Span]:
    """Yield the spans that a text names."""
    for found in _SPOKEN.finditer(text) if _TWO.search(text) else ():
        low, high = (each.rstrip(",").replace(",", "") for each in found.groups() if each)
        dashed = found[5] is not None
        if dashed and (low[0] == "0" or high[0] == "0" or len(low) < 2):
            continue  # a telephone number, an account, a score
        if int(low) < int(high) and (not dashed or len(high) - len(low) <= _LONGEST_STEP):
            yield Span(int(low), int(high))


def touched(column: str, conditions: Sequence[Condition]) -> Span | None:
    """Return the numbers to which comparisons with bounds hold a column, None without any."""
    low, high = -math.inf, math.inf
    between = []
    for each in conditions:
        value = _value(each)
        if each.column != column or value is None:
            continue
        step = float(each.operator in {">", "<"} and value.is_integer())
        if each.operator == "between":
            between.append(value)
        elif each.operator in {">", ">="}:
            low = max(low, value + step)
        elif each.operator in {"<", "<="}:
            high = min(high, value - step)
    if between:
        low, high = max(low, *between[:1]), min(high, *between[-1:])
    return Span(low, high) if low > -math.inf or high < math.inf else None


def within(
    condition: Condition, conditions: Sequence[Condition], named: Sequence[Span]
) -> bool | None:
    """Tell whether a condition stays in the spans that are named; None if they say nothing of it.

    They do of what begins or ends in one, and of what numbers rows and meets one.
    """
    found = _span(condition, conditions) if named else None
    if found is None:
        return None
    near = [each for each in named if _about(condition, found, each)]
    return any(each.holds(found) for each in near) if near else None


def _about(condition: Condition, found: Span, named: Span) -> bool:
    if not named.meets(found):
        return False
    wider = Span(named.low - 1, named.high + 1)
    ends = any(wider.holds(Span(each, each)) for each in found)
    return ends or bool(_NUMBERS_ROWS.search(condition.column))


def _span(condition: Condition, conditions: Sequence[Condition]) -> Span | None:
    value = _value(condition)
    if value is None:
        return None
    if condition.operator in _POINTS:
        return Span(value, value)
    if condition.operator in _OPEN or condition.operator == "between":
        return touched(condition.column, conditions)
    return None


_ONE_OF_A_LIST = {"in": "=", "not in": "<>"}


def shown(condition: Condition, conditions: Sequence[Condition]) -> str:
    """Return a condition as a sentence gives it; the two ends of BETWEEN are one.

    Each value of a list has a condition of its own, of which "in" would say the wrong thing.
    """
    span = touched(condition.column, conditions) if condition.operator == "between" else None
    value = f"{span.low:g} and {span.high:g}" if span and span.low > -math.inf else None
    operator = _ONE_OF_A_LIST.get(condition.operator, condition.operator)
    return f"{condition.column} {operator} {value or condition.value[:80]}"


def _value(condition: Condition) -> float | None:
    number = words.number(condition.value.strip("'"))
    return float(number) if number is not None and len(number) < 19 else None
