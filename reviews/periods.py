"""The periods of the dashboard: whole days, weeks or months of the reader, usually up to now."""

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from breakglass.narrowing import day_begin
from core.dates import day_words

LABELS: dict[str, Promise] = {  # months are called by their names where it is known when
    "this-month": gettext_lazy("This month"),
    "last-month": gettext_lazy("Last month"),
    "30-days": gettext_lazy("30 days"),
    "13-weeks": gettext_lazy("13 weeks"),
    "1-year": gettext_lazy("12 months"),
}
_TITLES: dict[str, Promise] = {
    "30-days": gettext_lazy("Emergency access, last 30 days"),
    "13-weeks": gettext_lazy("Emergency access, last 13 weeks"),
    "1-year": gettext_lazy("Emergency access, last 12 months"),
}
USUAL = "13-weeks"
CHOSEN = "chosen"  # from one day to another, as somebody has filled in
YEARS_BACK = timedelta(days=2 * 366)  # as far as figures are kept
_STEPS = {"13-weeks": "week", "1-year": "month"}  # of the others, days


@dataclasses.dataclass(frozen=True)
class Step:
    """One bar of a chart: a day, a week or a month, by its first and its last day."""

    first: date
    last: date
    name: str  # on an axis
    title: str  # in a table


@dataclasses.dataclass(frozen=True)
class Period:
    """From the beginning of the reader's day `first` until now or until it was over, in steps."""

    key: str
    first: date
    until: datetime
    now: datetime

    @property
    def step(self) -> str:
        """What one bar is: day, week or month."""
        if self.key == CHOSEN:
            days = (self.last - self.first).days
            return "day" if days < 32 else "week" if days < 190 else "month"
        return _STEPS.get(self.key, "day")

    @property
    def last(self) -> date:
        """The last day of which it has anything."""
        return timezone.localdate(self.until - timedelta(microseconds=1))

    @property
    def is_over(self) -> bool:
        """Whether it ended before now."""
        return self.until < self.now

    @property
    def since(self) -> datetime:
        """When the period began."""
        return day_begin(self.first)

    @property
    def words(self) -> str:
        """Its first and its last day."""
        days = {"first": day_words(self.first), "last": day_words(self.last)}
        return _("%(first)s to %(last)s") % days

    @property
    def month(self) -> str:
        """The name of the month that it is, nothing where it is none."""
        if self.key not in ("this-month", "last-month"):
            return ""
        same_year = self.first.year == timezone.localdate(self.now).year
        name = date_format(self.first, "F" if same_year else "F Y")
        return name if self.is_over else _("%(month)s so far") % {"month": name}

    @property
    def title(self) -> str:
        """What a page about it is called."""
        if self.month:
            return _("Emergency access, %(month)s") % {"month": self.month}
        return str(_TITLES.get(self.key) or _("Emergency access, days that you chose"))

    def before(self) -> "Period":
        """Return the same period just before: as many days, or the same days of the months."""
        if self.step == "month" and self.key != CHOSEN:
            return self._moved(months=12)
        if self.key in ("this-month", "last-month"):
            return self._moved(months=1)
        weeks = {"13-weeks": 91}
        return self._moved(days=weeks.get(self.key, (self.last - self.first).days + 1))

    def year_before(self) -> "Period":
        """Return the same period a year before: the same days of months, or of the week."""
        months = self.key in ("this-month", "last-month") or self.step == "month"
        return self._moved(months=12) if months else self._moved(days=364)

    def _moved(self, *, months: int = 0, days: int = 0) -> "Period":
        first, last = (
            earlier(day, months) - timedelta(days=days) for day in (self.first, self.last)
        )
        # The last day of a month stays the last one, where the month is over.
        if months and self.is_over and (self.last + timedelta(days=1)).day == 1:
            last = following(last, "month") - timedelta(days=1)
        return Period(self.key, first, day_begin(last + timedelta(days=1)), self.now)

    def steps(self) -> Iterator[Step]:
        """Return every step, the oldest first."""
        last, first = self.last, self.first
        while first <= last:
            then = following(first, self.step)
            end = then - timedelta(days=1)
            end = min(end, last) if self.is_over else end
            yield Step(first, end, *_names(first, self.step))
            first = then


def of(
    key: str, *, at: datetime, since: date | None = None, until: date | None = None
) -> Period:  # fmt: skip
    """Return the period that is called `key`, as it is at `at`; one that is chosen has its days."""
    today = timezone.localdate(at)
    month = today.replace(day=1)
    if since or until:
        last = min(until or today, today)
        first = min(since or last, last)
        return Period(CHOSEN, first, min(day_begin(last + timedelta(days=1)), at), at)
    if key == "last-month":
        return Period(key, earlier(month, 1), day_begin(month), at)
    if key == "this-month":
        first = month
    elif key == "30-days":
        first = today - timedelta(days=29)
    elif key == "13-weeks":
        first = today - timedelta(days=today.weekday(), weeks=12)
    else:
        first = earlier(month, 11)
    return Period(key, first, at, at)


def labels(*, at: datetime) -> dict[str, str]:
    """Return what the periods are called at `at`: nobody takes a month for as many days."""
    return {key: of(key, at=at).month or str(label) for key, label in LABELS.items()}


def earlier(day: date, months: int) -> date:
    """Return the same day of an earlier month, or that month's last where it has no such day."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    first = date(year, month + 1, 1)
    longest = (following(first, "month") - first).days
    return first.replace(day=min(day.day, longest))


def beginning(day: date, step: str) -> date:
    """Return the first day of the day, week or month that a day belongs to."""
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def following(first: date, step: str) -> date:
    """Return the first day of the day, week or month after the one that `first` belongs to."""
    if step == "month":
        return (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 - first.weekday() if step == "week" else 1)


def _names(first: date, step: str) -> tuple[str, str]:
    if step == "day":
        return day_words(first, "DAY"), day_words(first, "WEEKDAY")
    if step == "month":
        return date_format(first, "M"), date_format(first, "F Y")
    facts = {"week": first.isocalendar().week, "monday": day_words(first)}
    return str(facts["week"]), _("Week %(week)s, from %(monday)s") % facts
