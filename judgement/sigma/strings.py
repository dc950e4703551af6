"""Values of Sigma rules become questions of one text: wildcards, expressions, numbers, networks.

The Sigma specification (SigmaHQ, version 2.1, appendix of modifiers) says what each means.
Expressions run on RE2, which pySigma brings: its time is linear in the text, whoever wrote it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from sigma.policy import default_policy
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
    TimestampPart,
)

Test = Callable[[str], bool]
Part = str | SpecialChars
MANY, ONE = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE


class Unusable(ValueError):
    """A rule cannot be evaluated; the sentence says what to do."""


def parts_of(value: SigmaString, *, lower: bool) -> list[Part]:
    """Return a pattern as literal pieces and wildcards, without two of a kind in a row."""
    parts: list[Part] = []
    for part in value.s:
        if isinstance(part, Placeholder):
            raise Unusable(
                f"it uses the placeholder %{part.name}%, for which there are no values here:"
                " write the values into the rule"
            )
        piece = part.lower() if lower and isinstance(part, str) else part
        if isinstance(piece, str) and parts and isinstance(parts[-1], str):
            parts[-1] += piece
        elif not (piece is MANY and parts and parts[-1] is MANY):
            parts.append(piece)
    return parts


def any_string(patterns: Sequence[list[Part]]) -> Test:
    """Return the question whether a text is like one of these patterns."""
    exact: list[str] = []
    starts: list[str] = []
    ends: list[str] = []
    within: list[str] = []
    others: list[Test] = []
    for parts in patterns:
        match parts:
            case []:
                exact.append("")
            case [str(text)]:
                exact.append(text)
            case [str(text), SpecialChars.WILDCARD_MULTI]:
                starts.append(text)
            case [SpecialChars.WILDCARD_MULTI, str(text)]:
                ends.append(text)
            case [SpecialChars.WILDCARD_MULTI, str(text), SpecialChars.WILDCARD_MULTI]:
                within.append(text)
            case _:
                others.append(glob(parts))
    tests: list[Test] = []
    if exact:
        tests.append(frozenset(exact).__contains__)
    tests += [_starting(starts)] if starts else []
    tests += [_ending(ends)] if ends else []
    tests += [containing(within)] if within else []
    return either([*tests, *others])


def either(tests: Sequence[Test]) -> Test:
    """Return the question whether one of several is answered with yes."""
    if len(tests) == 1:
        return tests[0]
    return lambda text: any(test(text) for test in tests)


def _starting(starts: Sequence[str]) -> Test:
    known = tuple(starts)
    return lambda text: text.startswith(known)


def _ending(ends: Sequence[str]) -> Test:
    known = tuple(ends)
    return lambda text: text.endswith(known)


def containing(needles: Sequence[str]) -> Test:
    """Return the question whether a text holds one of these."""
    if len(needles) == 1:
        needle = needles[0]
        return lambda text: needle in text

    def holds(text: str) -> bool:
        for needle in needles:  # noqa: SIM110 - a generator costs more
            if needle in text:
                return True
        return False

    return holds


def glob(parts: list[Part]) -> Test:
    """Return the question whether the whole of a text is like a pattern."""
    if ONE in parts:
        written = "".join(_as_expression(part) for part in parts)
        return expression(f"(?s)^(?:{written})$")
    if parts == [MANY]:
        return lambda _text: True
    pieces = [part for part in parts if isinstance(part, str)]
    start = pieces.pop(0) if parts[0] is not MANY else ""
    end = pieces.pop() if parts[-1] is not MANY else ""
    return _in_order(start, pieces, end)


def _in_order(start: str, pieces: Sequence[str], end: str) -> Test:
    """Look for pieces one behind the other: the first place of each is never the wrong one."""

    def like(text: str) -> bool:
        if not (text.startswith(start) and text.endswith(end)):
            return False
        at, last = len(start), len(text) - len(end)
        for piece in pieces:
            found = text.find(piece, at, last)
            if found < 0:
                return False
            at = found + len(piece)
        return at <= last

    return like


def _as_expression(part: Part) -> str:
    if isinstance(part, str):
        return re.escape(part)
    return ".*" if part is MANY else "."


def expression(written: str, flags: int = 0) -> Test:
    """Return the question whether an expression is found in a text."""
    search = default_policy.regex_engine.compile(written, flags).search
    return lambda text: search(text) is not None


def regular(value: SigmaRegularExpression) -> Test:
    """Return the question of the modifier `re` with its flags."""
    flags = 0
    for flag in value.flags:
        flags |= value.sigma_to_python_flags[flag]
    return expression(str(value.regexp), flags)


def network(value: SigmaCIDRExpression) -> Test:
    """Return the question of the modifier `cidr`: an address of that network."""
    inside = value.network

    def test(text: str) -> bool:
        address = _address(text)
        return address is not None and address in inside

    return test


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


_COMPARISONS: dict[CompareOperators, Callable[[float, float], bool]] = {
    CompareOperators.LT: lambda found, bound: found < bound,
    CompareOperators.LTE: lambda found, bound: found <= bound,
    CompareOperators.GT: lambda found, bound: found > bound,
    CompareOperators.GTE: lambda found, bound: found >= bound,
    CompareOperators.NEQ: lambda found, bound: found != bound,
}


def comparison(value: SigmaCompareExpression) -> Test:
    """Return the question of `lt`, `lte`, `gt` and `gte`; what is no number is none of them."""
    compare, bound = _COMPARISONS[value.op], float(value.number.number)

    def test(text: str) -> bool:
        found = _number(text)
        return found is not None and compare(found, bound)

    return test


def number(value: SigmaNumber) -> Test:
    """Return the question whether a text says this number: 5, "5" and "5.0" do."""
    wanted = float(value.number)
    return lambda text: _number(text) == wanted


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_PARTS: dict[TimestampPart, Callable[[datetime], int]] = {
    TimestampPart.MINUTE: lambda at: at.minute,
    TimestampPart.HOUR: lambda at: at.hour,
    TimestampPart.DAY: lambda at: at.day,
    TimestampPart.WEEK: lambda at: int(at.strftime("%W")),
    TimestampPart.MONTH: lambda at: at.month,
    TimestampPart.YEAR: lambda at: at.year,
}


def moment(value: SigmaTimestampPart) -> Test:
    """Return the question of `hour`, `day` and the like: ISO 8601 or seconds since 1970, in UTC."""
    part, wanted = _PARTS[value.timestamp_part], value.number

    def test(text: str) -> bool:
        at = _moment(text)
        return at is not None and part(at) == wanted

    return test


def _moment(text: str) -> datetime | None:
    try:
        seconds = _number(text)
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at
