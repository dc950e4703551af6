"""Read who is on call out of an iCalendar file, as PagerDuty, Opsgenie and Google write it.

PagerDuty and Opsgenie name people in `SUMMARY` and, depending on their settings, as `ATTENDEE`;
in a calendar kept by hand the title says who. An attendee counts before the title, and an
address before a name. https://www.rfc-editor.org/rfc/rfc5545
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from accounts.models import User
from alerts.rota import Shift
from core.errors import BadInput
from core.speech import phrase, phrase_count

MOST_SHIFTS, _MOST_EVENTS, _MOST_REPEATING, _MOST_A_DAY = 2000, 5000, 100, 8
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """A shift as the file has it: addresses of who is meant, names, and the title."""

    starts: dt.datetime
    ends: dt.datetime
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    title: str


def read(text: str, *, zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> list[Found]:
    """Return the shifts of a file between two times, oldest first.

    Days without a time begin and end at midnight in `zone`. Raises BadInput, with a sentence,
    for what is no calendar, or one that would take too long to read.
    """
    calendar = _parsed(text)
    try:
        coming = recurring_ical_events.of(calendar).between(start, end)
        found = [shift for event in coming if (shift := _shift(event, zone))]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        why = phrase("An event of it cannot be read (%(error)s).", error=type(error).__name__)
        raise BadInput(why, field="calendar") from error
    if len(found) > MOST_SHIFTS:
        raise _too_many(MOST_SHIFTS)
    return sorted(found, key=lambda each: (each.starts, each.ends, each.title))


def shifts(found: Iterable[Found], people: Iterable[User]) -> list[Shift]:
    """Return shifts with the people they mean; one of nobody here keeps how it names them."""
    known = _Known(people)
    return [
        Shift(starts=each.starts, ends=each.ends, person=person, named="" if person else name)
        for each in found
        for person, name in known.meant(each)
    ]


def _parsed(text: str) -> icalendar.Calendar:
    if "BEGIN:VCALENDAR" not in text:
        raise BadInput(
            phrase("That is no iCalendar file: it does not begin with BEGIN:VCALENDAR."),
            field="calendar",
        )
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError) as error:
        why = phrase("The iCalendar file is broken: %(error)s", error=_first_line(error))
        raise BadInput(why, field="calendar") from error
    events = calendar.walk("VEVENT")
    if not events:
        raise BadInput(phrase("There is no event in that calendar."), field="calendar")
    _bounded(events)
    return calendar


def _first_line(error: Exception) -> str:
    """Return what a library says, without the text of the file that it repeats."""
    return str(error).strip("'\"").splitlines()[0].split("\\n")[0][:120] if str(error) else "?"


def _bounded(events: list[Any]) -> None:
    """Refuse what would be millions of shifts, before it is them."""
    repeating = [event["RRULE"] for event in events if "RRULE" in event]
    rules = [each for rule in repeating for each in (rule if isinstance(rule, list) else [rule])]
    if len(events) > _MOST_EVENTS or len(rules) > _MOST_REPEATING:
        raise _too_many(_MOST_EVENTS if len(events) > _MOST_EVENTS else _MOST_REPEATING)
    for rule in rules:
        often = {str(each).upper() for each in rule.get("FREQ", [])} & _TOO_OFTEN
        a_day = len(rule.get("BYHOUR", [0])) * len(rule.get("BYMINUTE", [0]))
        if often or rule.get("BYSECOND") or a_day > _MOST_A_DAY:
            raise BadInput(
                phrase("A shift in it repeats within hours; that is no schedule."),
                field="calendar",
            )


def _too_many(most: int) -> BadInput:
    said = phrase_count(
        "There is more than %(number)s shift in it.",
        "There are more than %(number)s shifts in it.",
        most,
    )
    return BadInput(said, field="calendar")


def _shift(event: Any, zone: ZoneInfo) -> Found | None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or "DTSTART" not in event:
        return None
    starts, ends = _instant(event.start, zone), _instant(event.end, zone)
    if ends <= starts:
        return None
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    coming = [each for each in attendees if _comes(each)]
    title = " ".join(str(event.get("SUMMARY", "")).split())[:200]
    addresses = [found for each in coming for found in _ADDRESS.findall(str(each))]
    names = [str(name) for each in coming if (name := getattr(each, "params", {}).get("CN"))]
    return Found(starts=starts, ends=ends, addresses=(*addresses,), names=(*names,), title=title)


def _comes(attendee: Any) -> bool:
    params = getattr(attendee, "params", {})
    room = str(params.get("CUTYPE", "")).upper() in ("RESOURCE", "ROOM")
    return not room and str(params.get("PARTSTAT", "")).upper() != "DECLINED"


def _instant(value: dt.date | dt.datetime, zone: ZoneInfo) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(dt.UTC)


class _Known:
    """Finds people by address and by name; a name that two people bear means nobody."""

    def __init__(self, people: Iterable[User]) -> None:
        self._by_address: dict[str, User] = {}
        self._by_name: dict[str, User | None] = {}
        for person in people:
            self._by_address[person.email.casefold()] = person
            name = person.name.strip().casefold()
            self._by_name[name] = None if name in self._by_name else person

    def meant(self, found: Found) -> list[tuple[User | None, str]]:
        """Return who a shift means, each with how the file names them."""
        attending = {name: self._by_address.get(name.casefold()) for name in found.addresses} | {
            name: self._by_name.get(name.casefold()) for name in found.names
        }
        here = dict.fromkeys(person for person in attending.values() if person)
        if here:
            return [(person, person.name) for person in here]
        titled = self._titled(found.title)
        if titled:
            return [(person, person.name) for person in titled]
        return [(None, found.title or ", ".join(attending) or "?")]

    def _titled(self, title: str) -> list[User]:
        addresses = [self._by_address.get(each.casefold()) for each in _ADDRESS.findall(title)]
        if found := [person for person in addresses if person]:
            return [*dict.fromkeys(found)]
        said = title.casefold()
        named = [(name, person) for name, person in self._by_name.items() if person and name]
        return [
            person for name, person in named if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)
        ]
