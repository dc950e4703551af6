"""Who is on call when: a weekly rotation or shifts from elsewhere, and who stands in.

Nothing here asks the database or the clock. Hands over at a time of the wall clock of the zone,
so that a week with a change of the clocks is an hour longer or shorter.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from accounts.models import User

WEEK = dt.timedelta(days=7)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shift:
    """Somebody's time on call; `named` is who they are in words, where nobody here is meant."""

    starts: dt.datetime
    ends: dt.datetime
    person: User | None
    named: str = ""

    def covers(self, at: dt.datetime) -> bool:
        """Whether `at` lies in it; its end does not."""
        return self.starts <= at < self.ends


@dataclasses.dataclass(frozen=True, kw_only=True)
class Weekly:
    """People who take turns of a week, in order: `begins` is the first day of the first one.

    `on` is the day of the week of each handover, 0 being Monday.
    """

    people: Sequence[User]
    begins: dt.date
    on: int
    at: dt.time
    zone: ZoneInfo

    def person(self, at: dt.datetime) -> User | None:
        """Return whose week it is at `at`; nobody's before the first one begins."""
        if not self.people or at < self._instant(self.begins):
            return None
        weeks = (self._handover(at) - self._last(self.begins)) // WEEK
        return self.people[weeks % len(self.people)]

    def handovers(self, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
        """Yield every handover from `start` to `end`, the very first beginning among them."""
        first = self._instant(self.begins)
        if start < first < end:
            yield first
        day = self._handover(start)
        while (instant := self._instant(day)) < end:
            if instant > start:
                yield instant
            day += WEEK

    def _handover(self, at: dt.datetime) -> dt.date:
        """Return the day of the last handover at or before `at`."""
        day = self._last(at.astimezone(self.zone).date())
        return day if self._instant(day) <= at else day - WEEK

    def _last(self, day: dt.date) -> dt.date:
        """Return the last day of the week of handovers that is not after `day`."""
        return day - dt.timedelta(days=(day.weekday() - self.on) % 7)

    def _instant(self, day: dt.date) -> dt.datetime:
        """Return when the clock of the zone shows the time of handovers on a day.

        In UTC, since times of one zone are compared by what their clocks show.
        """
        return dt.datetime.combine(day, self.at, tzinfo=self.zone).astimezone(dt.UTC)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Span:
    """A time in which the same people are on call. `named` are those who are nobody here."""

    starts: dt.datetime
    ends: dt.datetime
    people: tuple[User, ...]
    named: tuple[str, ...] = ()
    stands_in: bool = False

    @property
    def nobody(self) -> bool:
        """Whether nobody is told in that time."""
        return not any(person.is_active for person in self.people)

    def goes_on(self, other: "Span") -> bool:
        """Whether another span is only the rest of this one."""
        mine = (self.ends, self.people, self.named, self.stands_in)
        return mine == (other.starts, other.people, other.named, other.stands_in)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rota:
    """One schedule as it stands: either `weekly` or `shifts`, and `covers`, the newest last."""

    weekly: Weekly | None = None
    shifts: Sequence[Shift] = ()
    covers: Sequence[Shift] = ()

    def on_call(self, at: dt.datetime) -> list[User]:
        """Return who is told at `at`; whoever is switched off is not."""
        return [person for person in self._at(at, at).people if person.is_active]

    def spans(self, start: dt.datetime, end: dt.datetime) -> list[Span]:
        """Return who is on call from `start` to `end`, without a gap."""
        edges = sorted({start, end, *self._edges(start, end)})
        found: list[Span] = []
        for begins, ends in pairwise(edges):
            span = self._at(begins, ends)
            if found and found[-1].goes_on(span):
                span = dataclasses.replace(span, starts=found.pop().starts)
            found.append(span)
        return found

    def _edges(self, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
        if self.weekly:
            yield from self.weekly.handovers(start, end)
        for shift in (*self.shifts, *self.covers):
            yield from (edge for edge in (shift.starts, shift.ends) if start < edge < end)

    def _at(self, at: dt.datetime, ends: dt.datetime) -> Span:
        for cover in reversed(self.covers):
            if cover.person and cover.person.is_active and cover.covers(at):
                return Span(starts=at, ends=ends, people=(cover.person,), stands_in=True)
        if self.weekly:
            person = self.weekly.person(at)
            return Span(starts=at, ends=ends, people=(person,) if person else ())
        now = [shift for shift in self.shifts if shift.covers(at)]
        people = dict.fromkeys(shift.person for shift in now if shift.person)
        named = dict.fromkeys(shift.named for shift in now if not shift.person)
        return Span(starts=at, ends=ends, people=(*people,), named=(*named,))
