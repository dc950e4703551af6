"""Days as people write them ("26 November", "last Friday") and as statements do (2026-11-26)."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May)|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
# In small letters it is a month behind a number, unless something may happen: "all 2 may fail".
_SMALL_MAY = (
    r"(may)\b(?=\s*(?:[^\w\s]|\d|$)|\s+(?:at|to|until|and|from|between|before|after|of|in)\b)"
)
# A digit behind nothing of a word. It stands before what looks behind it, as in the patterns below:
# a search then leaps from one digit of a text to the next.
_FIRST = r"\d(?<!\w\d)"
_DAY_FIRST = re.compile(
    rf"({_FIRST}\d?)(?:st|nd|rd|th|\.)?\s*(?:of\s+)?(?:{_MONTH}|{_SMALL_MAY})\b",
    re.IGNORECASE | re.ASCII,
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE | re.ASCII
)
_MONTH_ALONE = re.compile(rf"\b{_MONTH}\b", re.IGNORECASE | re.ASCII)
_IN_DIGITS = re.compile(r"(\d(?<![\w./]\d)\d?)[./](\d{1,2})(?:[./]\d{2,4})?\.?(?![\w/])")
# "14 to 17 August", "28 July until 2 August", "August 14-17", "2026-08-14 to 2026-08-17"
_TO = r"(?:\s+(?:up\s+)?(?:to|until|till|thru|through)\s+(?:the\s+)?|\s?[-\u2013\u2014]\s?)"
_ENDS = r"(\d{1,2})(?:st|nd|rd|th|\.)?"
_SPANS = (
    re.compile(rf"\b{_ENDS}(?:\s*{_MONTH})?{_TO}{_ENDS}\s*{_MONTH}\b", re.IGNORECASE | re.ASCII),
    re.compile(
        rf"\b{_MONTH}\.?\s+{_ENDS}{_TO}(?:{_MONTH}\.?\s+)?{_ENDS}\b", re.IGNORECASE | re.ASCII
    ),
    re.compile(rf"\b\d{{4}}-(\d\d)-(\d\d){_TO}\d{{4}}-(\d\d)-(\d\d)(?!\d)", re.IGNORECASE),
)
_BETWEEN = re.compile(
    rf"\bbetween\s+(?:the\s+)?{_ENDS}(?:\s*{_MONTH})?\s+and\s+(?:the\s+)?{_ENDS}\s*{_MONTH}\b",
    re.IGNORECASE | re.ASCII,
)
_SEVERAL = re.compile(  # "on 3, 5 and 9 June"
    rf"\b((?:\d{{1,2}}(?:st|nd|rd|th|\.)?(?:,\s*|\s+(?:and|or|&)\s+)){{1,8}})"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?\s*{_MONTH}\b",
    re.IGNORECASE | re.ASCII,
)
# "The 14th of May, it must be the 12th."
_OF_IT = re.compile(
    rf"\b(?:be|is|was|says?|shows?|to|on|for) the ({_FIRST}\d?)(?:st|nd|rd|th)\b(?! of\b)", re.ASCII
)
# "It is 7 February now and has to be one week later."
_BY = re.compile(
    r"\b(?:by (?:a|one|another) (day|week)|(?:a|one) (day|week) (?:later|earlier|more|longer|after"
    r"|before|sooner))\b"
)
_STEPS = {"day": 1, "week": 7}
_MONTHS = 12
_YEAR = date(2025, 1, 1)
_NUMBER = re.compile(r"\d+", re.ASCII)
_LAST = 31  # of a month, where nobody asks which
_MOST = 62  # days of a span of which each is meant
_WRITTEN = re.compile(rf"{_FIRST}\d{{3}}-(\d\d)-(\d\d)(?!\d)")
_LITERAL = re.compile(r"'?(\d{4})-(\d\d)(?:-(\d\d))?(?:[ T](\d\d:\d\d)\S*)?'?$")
_CLOCK = re.compile(
    r"(\d(?<![\d:.]\d)(?:(?<=[01])\d|(?<=2)[0-3])?)[:.h]([0-5]\d)(?![\d.]|:?\d)", re.ASCII
)
_HOUR = re.compile(r"(\d(?<![\d:.]\d)\d?)\s?(am|pm|a\.m\.|p\.m\.|o'clock|h\b)", re.ASCII)
# Whoever says "since last night" names a day that only a calendar tells.
_BY_CALENDAR = re.compile(
    r"\b(?:yesterday|today|tonight|overnight|midnight|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:last|past|previous|this|same|current) (?:few |couple of |\w+ )?(?:night|day|week|weekend"
    r"|month|quarter|year|evening|morning|afternoon|hour|run)s?|(?:\d+|two|three|six|few|many)"
    r" (?:day|week|month|year|hour)s?|older than|nightly|q[1-4]|quarter"
    r"|(?:week|wk|cw|kw)[ .]?\d{1,2}|(?:a|one) (?:day|week|month"
    r"|year) ago)\b",
    re.ASCII,
)


class Days(NamedTuple):
    """What a text says of days."""

    days: frozenset[tuple[int, int]]  # month and day
    months: frozenset[int]
    by_calendar: bool
    times: frozenset[str] = frozenset()  # of the day: "06:10"

    def names(self, value: str) -> bool:
        """Tell whether a value is a day, or the edge of a month, of which the text speaks.

        A time of the day is enough where the text names no day.
        """
        found = _LITERAL.match(value.strip())
        if not found:
            return False
        month, day = int(found[2]), int(found[3] or 1)
        if (month, day) in self.days or self.by_calendar:
            return True
        if found[4] in self.times and not self.days:
            return True
        ends = day == 1 and (month + 10) % 12 + 1 in self.months  # before the next month
        return ends or (month in self.months and (day == 1 or day >= 28))


def spoken(text: str) -> Days:
    """Return what a text says of days."""
    lowered = text.lower()
    days, months = _by_name(text, lowered)
    days |= {(int(found[1]), int(found[2])) for found in _WRITTEN.finditer(text)}
    for found in _IN_DIGITS.finditer(text):  # here the day is first, there the month
        days |= {(int(found[1]), int(found[2])), (int(found[2]), int(found[1]))}
    if days:
        days |= {*_between(text)}
        named = months | {month for month, _ in days}
        days |= {(month, int(found[1])) for found in _OF_IT.finditer(lowered) for month in named}
        days |= {*_moved(days, lowered)}
    months -= {month for month, _ in days}
    by_calendar = bool(_BY_CALENDAR.search(lowered))
    return Days(frozenset(days), frozenset(months), by_calendar, frozenset(_times(lowered)))


def before(value: str) -> str:
    """Return the day before one that is written as 2026-11-26, "" before what is none.

    Before it ends what ends with the other: `at < '2026-11-27'`.
    """
    found = _LITERAL.match(value.strip())
    if not (found and found[3]) or found[4] not in {None, "00:00"}:
        return ""
    try:
        return str(date(int(found[1]), int(found[2]), int(found[3])) - timedelta(days=1))
    except (ValueError, OverflowError):
        return ""


def _between(text: str) -> Iterator[tuple[int, int]]:
    """Yield the days from one that is named to another, both included."""
    for first, first_month, last, last_month in _ends(text):
        start, end = _place(first_month or last_month, first), _place(last_month, last)
        if 0 <= end - start < _MOST:
            yield from ((at // _LAST + 1, at % _LAST + 1) for at in range(start, end + 1))


def _moved(days: Iterable[tuple[int, int]], lowered: str) -> Iterator[tuple[int, int]]:
    """Yield the days that lie a week or so before, or behind, those that are named."""
    real = [each for each in days if 1 <= each[0] <= _MONTHS]
    for found in _BY.finditer(lowered):
        step = _STEPS[found[1] or found[2]]
        for month, day in real:
            for sign in (1, -1):
                moved = _YEAR + timedelta(days=_before(month) + day - 1 + sign * step)
                yield moved.month, moved.day


def _before(month: int) -> int:
    """Return how many days of a year lie before a month."""
    return (_YEAR.replace(month=month) - _YEAR).days


def _ends(text: str) -> Iterator[tuple[str, str | None, str, str]]:
    """Yield the ends of each span of days: day and month, of which the first may be left out."""
    day_first, month_first, written = _SPANS
    for pattern in (day_first, _BETWEEN):
        yield from ((found[1], found[2], found[3], found[4]) for found in pattern.finditer(text))
    for found in month_first.finditer(text):
        yield found[2], found[1], found[4], found[3] or found[1]
    for found in written.finditer(text):
        yield found[2], found[1], found[4], found[3]


def _place(month: str, day: str) -> int:
    """Return the place of a day in a year of long months."""
    number = int(month) if month.isdigit() else _month(month)
    return (number - 1) * _LAST + int(day) - 1


def _times(text: str) -> Iterator[str]:
    """Yield the times of the day in a text, as statements write them."""
    for found in _CLOCK.finditer(text):
        yield f"{int(found[1]):02}:{found[2]}"
    for found in _HOUR.finditer(text):
        hour = int(found[1]) % 12 + 12 if found[2][0] == "p" else int(found[1])
        yield f"{hour:02}:00"


def _by_name(text: str, lowered: str) -> tuple[set[tuple[int, int]], set[int]]:
    """Return the days, and the months, of which a text speaks by the name of a month."""
    if not any(name in lowered for name in _NAMES):
        return set(), set()
    named = [(found[2] or found[3], found[1]) for found in _DAY_FIRST.finditer(text)]
    named += [(found[1], found[2]) for found in _MONTH_FIRST.finditer(text)]
    named += [
        (each[2], day) for each in _SEVERAL.finditer(text) for day in _NUMBER.findall(each[1])
    ]
    months = {_month(found[1]) for found in _MONTH_ALONE.finditer(text)}
    return {(_month(month), int(day)) for month, day in named}, months


def _month(name: str) -> int:
    return _NAMES.index(name[:3].lower()) + 1
