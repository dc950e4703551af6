"""Figures with their units: 4g is 4096m, 3600 seconds are an hour, 90 percent is 90."""

import re
from collections.abc import Iterator
from functools import lru_cache

from judgement import factors

_QUANTITY = re.compile(
    r"(?<![\w.])(?P<count>\d+(?:[.,]\d+)?)[\s-]?(?P<unit>[a-z]{1,7})?(?!\w|\.\d)", re.IGNORECASE
)
_SIZES = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_SIZE = re.compile(r"([kmgtp])(?:i?b|byte)?s?$")
_TIMES = {
    "ms": 0.001, "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3_600, "hr": 3_600,
    "hour": 3_600, "d": 86_400, "day": 86_400, "week": 604_800, "w": 604_800,
}  # fmt: skip
# What a bare figure may count: bytes and more of them; seconds, parts of them, minutes.
_FACTORS = {
    "size": (1.0, 1e3, 1024.0, 1e6, 1024.0**2, 1e9, 1024.0**3),
    "time": (1.0, 0.001, 60.0),
}
_MOST = 20  # amounts of which parts and multiples are looked for
_BY_PERCENT = re.compile(r"\bby (?:a further |another )?(\d{1,3})\s?(?:%|percent)")
_SIZED = re.compile(r"^9[kmgt](?:i?b)?$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_MAC = re.compile(r"(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$", re.IGNORECASE)
_SERIAL = re.compile(r"20[1-4]\d{7}$")  # of a zone: day and count
# Columns that hold money in its smallest coin, or parts of a whole, of which nobody speaks.
_IN_PARTS = (
    (re.compile(r"(?:^|_)(?:cents?|cts?|minor(?:_units?)?|pence|centimes?|rappen)$|_x100$"), 100),
    (re.compile(r"(?:^|_)(?:per_?mill?e?|promille)$|_x10$"), 10),
    (re.compile(r"(?:^|_)(?:bps?|basis_points?)$"), 100),
    (re.compile(r"(?:^|_)(?:mills?|millis|thousandths)$|_x1000$"), 1000),
)
_OF_THINGS = "things"  # "8 workers": no unit, and a figure as it stands
_NEAR = 0.05  # of itself: 1000 or 1024
_EXACT = 1e-6


def form(value: str) -> str:
    """Return a figure with its digits alike: 1g and 2.5g are of one form; "" of what is none."""
    if _MAC.match(value):
        return "mac"
    if not value[:1].isdigit() or _SERIAL.match(value):
        return ""
    return _SIZED.sub("9b", _DIGITS.sub("9", value))


def in_words(column: str, value: str) -> tuple[str, ...]:
    """Return what is in a column of cents or the like as people say it: 35.00 and 35 for 3500."""
    bare = value.removeprefix("-")
    if not bare.isdecimal():
        return ()
    parts = next((parts for pattern, parts in _IN_PARTS if pattern.search(column)), 0)
    if not parts:
        return ()
    whole = int(bare[:18]) / parts
    return tuple(dict.fromkeys((f"{whole:.2f}", f"{whole:g}")))


def said(value: str, text: str) -> bool:
    """Tell whether a text names an amount, in this unit or another."""
    own = [*_read(value)] if _QUANTITY.fullmatch(value) else []
    return any(_alike(one, other) for one in own for other in _amounts(text))


@lru_cache(maxsize=200)
def _amounts(text: str) -> tuple[tuple[float, str], ...]:
    """Return the amounts that a text names, and those that follow: half of the 8 that it has."""
    named = tuple(_read(text))
    shares = tuple(_shares(text))
    return named + tuple((each[0] * share, each[1]) for each in named[:_MOST] for share in shares)


def _shares(text: str) -> Iterator[float]:
    """Yield by how much a text says that something is more, or less, than it was."""
    lowered = text.lower()
    yield from factors.said(lowered)
    for found in _BY_PERCENT.finditer(lowered):
        yield from factors.by_percent(float(found[1]))


def _read(text: str) -> Iterator[tuple[float, str]]:
    """Yield amounts: how much, and whether of "size", "time", or of what nobody said."""
    for found in _QUANTITY.finditer(text):
        count, unit = float(found["count"].replace(",", ".")), (found["unit"] or "").lower()
        if size := _SIZE.match(unit):
            yield count * 1024 ** _SIZES[size[1]], "size"
        if (seconds := _TIMES.get(unit) or _TIMES.get(unit.rstrip("s"))) is not None:
            yield count * seconds, "time"
        elif not unit:
            yield count, ""
        elif not size:
            yield count, _OF_THINGS


def _alike(one: tuple[float, str], other: tuple[float, str]) -> bool:
    if _OF_THINGS in {one[1], other[1]}:
        return one[0] == other[0] and {one[1], other[1]} <= {_OF_THINGS, ""}
    if one[1] == other[1]:
        return abs(one[0] - other[0]) <= _NEAR * max(one[0], other[0]) if one[1] else one == other
    if one[1] and other[1]:
        return False
    bare, full = (one, other) if not one[1] else (other, one)
    return any(abs(bare[0] * factor - full[0]) <= _EXACT * full[0] for factor in _FACTORS[full[1]])
