"""Figures with their units: 4g is 4096m, 3600 seconds are an hour, 90 percent is 90."""

import re
from collections.abc import Iterator
from functools import lru_cache

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
_NEAR = 0.05  # of itself: 1000 or 1024
_EXACT = 1e-6


def form(value: str) -> str:
    """Return a figure with its digits alike: 1g and 2.5g are of one form; "" of what is none."""
    if _MAC.match(value):
        return "mac"
    if not value[:1].isdigit() or _SERIAL.match(value):
        return ""
    return _DIGITS.sub("9", value)


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
    return tuple(_read(text))


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


def _alike(one: tuple[float, str], other: tuple[float, str]) -> bool:
    if one[1] == other[1]:
        return abs(one[0] - other[0]) <= _NEAR * max(one[0], other[0]) if one[1] else one == other
    if one[1] and other[1]:
        return False
    bare, full = (one, other) if not one[1] else (other, one)
    return any(abs(bare[0] * factor - full[0]) <= _EXACT * full[0] for factor in _FACTORS[full[1]])
