"""Days as people write them: today, yesterday, 24 Nov, Nov 24 2026, 24.11., 2026-11-24."""

import re
from datetime import date, timedelta

from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

_NUMBERED = re.compile(
    r"\b(?:(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)\b"
    r"|(?P<day2>\d\d?)\.(?P<month2>\d\d?)\.(?P<year2>\d{4})?)"
)


def find(text: str, *, today: date) -> tuple[list[date], str]:
    """Return the days that `text` names, and the rest of it.

    A day without a year is the last one that was: nobody looks for what is still to come.
    """
    found: list[date] = []

    def take(match: re.Match[str]) -> str:
        day = _day(match, today)
        if day is None:
            return match[0]
        found.append(day)
        return " "

    for pattern in (_NUMBERED, _named(), _near()):
        text = pattern.sub(take, text)
    return found, text


def _day(match: re.Match[str], today: date) -> date | None:
    said = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
    if word := said.get("near"):
        return today - timedelta(days=int(word.lower() not in _todays()))
    month = said["month"]
    number = int(month) if month.isdecimal() else _months()[month.lower().rstrip(".")]
    for year in [int(said["year"])] if "year" in said else [today.year, today.year - 1]:
        try:
            day = date(year, number, int(said["day"]))
        except ValueError:
            continue
        if "year" in said or day <= today:
            return day
    return None


def _named() -> re.Pattern[str]:
    names = sorted(map(re.escape, _months()), key=len, reverse=True)
    month = rf"(?P<month{{}}>{'|'.join(names)})\b\.?"
    return re.compile(
        rf"\b(?P<day>\d\d?)\.?\s+{month.format('')}(?:,?\s+(?P<year>\d{{4}})\b)?"
        rf"|\b{month.format(2)}\s+(?P<day2>\d\d?)\b\.?(?:,?\s+(?P<year2>\d{{4}})\b)?",
        re.IGNORECASE,
    )


def _near() -> re.Pattern[str]:
    words = "|".join(map(re.escape, {*_todays(), "yesterday", _("yesterday")}))
    return re.compile(rf"(?<!\S)(?P<near>{words})(?!\S)", re.IGNORECASE)


def _todays() -> set[str]:
    return {"today", _("today").lower()}


def _months() -> dict[str, int]:
    """Return the numbers of months by their names, in English and in the reader's language."""
    found: dict[str, int] = {}
    for language in ("en", get_language()):
        with override(language):
            for number, name in [*MONTHS.items(), *MONTHS_3.items()]:
                found[str(name).lower().rstrip(".")] = number
    return found
