"""How long ago: in words ("older than two weeks"), and in statements (interval '14 days')."""

import re
from collections.abc import Iterator, Sequence

from judgement import words

_MINUTES = {"min": 1, "hour": 60, "day": 1440, "week": 10_080, "month": 43_200, "year": 525_600}
_UNIT = r"(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|years?)"
_SPOKEN = re.compile(
    r"(?<!half[ -])(?<!quarter[ -])(?<!quarter of )"
    rf"\b(?P<count>\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    rf"|fourteen|twenty|thirty|forty|sixty|ninety)\+?[\s-]?{_UNIT}\b",
    re.IGNORECASE | re.ASCII,
)
_PARTS = re.compile(r"\b(?P<part>half|quarter)(?: of)?[ -]an[ -]hour\b", re.IGNORECASE)
_PART_OF_AN_HOUR = {"half": 30.0, "quarter": 15.0}
_SHORT = re.compile(r"(?P<count>\d(?<!\w\d)\d*)\s?(?P<unit>[hdw])\b", re.ASCII)
# What every text has that names one, in lower case.
_NAMES_UNIT = re.compile(r"(?:minute|min|hour|hr|day|week|month|year)s?\b")
_SHORT_FOR = {"h": 60, "d": 1440, "w": 10_080}
_FOUND = re.compile(r"-(?P<unit>[acm]time|[acm]min)\s+\+?(?P<count>\d+)\b", re.ASCII)
_TENS = {"a": "1", "an": "1", "sixty": "60", "ninety": "90"}
_FINDS = {"time": 1440, "min": 1}
# Whoever says so names how old what goes has to be.
BY_AGE = re.compile(
    r"\b(?:older|(?:not|(?:are|were|was|is|has|have)n['\u2019]?t) (?:been )?(?:modified|changed"
    r"|touched|accessed|used|written)|(?:untouched|unused) for|last (?:modified|used|accessed)"
    r"|(?:more|longer) than \d+ ?(?:days|weeks|months|hours|hrs|h|d))\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"(?:^|_)(min|hour|day|week|month|year)(?:ute)?s?$")
_FIGURES = 8
_NEAR = 0.1  # of itself: a month of 30 days, or 31


def spoken(text: str) -> Iterator[float]:
    """Yield the durations that a text names, in minutes."""
    for found in _SPOKEN.finditer(text) if _NAMES_UNIT.search(text.lower()) else ():
        count = found["count"].lower()
        number = _TENS.get(count) or words.number(count)
        unit = found["unit"].lower().replace("hr", "hour")
        if number:
            yield float(number) * next(
                minutes for name, minutes in _MINUTES.items() if unit.startswith(name)
            )
    for found in _PARTS.finditer(text):
        yield _PART_OF_AN_HOUR[found["part"].lower()]
    for found in _SHORT.finditer(text):
        yield float(found["count"]) * _SHORT_FOR[found["unit"]]


def done(text: str) -> Iterator[float]:
    """Yield the durations by which an action picks what it touches, in minutes."""
    yield from spoken(text)
    for found in _FOUND.finditer(text):
        yield float(found["count"]) * _FINDS[found["unit"][1:]]


def said(column: str, value: str, told: Sequence[float]) -> bool:
    """Tell whether a column that counts days, or the like, gets how long a text names: a year."""
    found = _COUNTS.search(column) if told and value.isdecimal() and len(value) < _FIGURES else None
    minutes = float(value) * _MINUTES[found[1]] if found else 0.0
    return minutes > 0 and any(alike(minutes, each) for each in told)


def alike(one: float, other: float) -> bool:
    """Tell whether two durations are the same, as people count."""
    return abs(one - other) <= _NEAR * max(one, other)
