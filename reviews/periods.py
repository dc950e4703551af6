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

LABELS: dict[str, Promise] = {
    "this-month": gettext_lazy("This month"),
    "last-month": gettext_lazy("Last month"),
    "30-days": gettext_lazy("30 days"),
    "13-weeks": gettext_lazy("13 weeks"),
    "1-year": gettext_lazy("1 year"),
}
USUAL = "13-weeks"
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
    def before(self) -> datetime:
        """When the period before it began, which was as long."""
        return self.since - (self.until - self.since)

    def steps(self) -> Iterator[Step]:
        """Return every step, the oldest first."""
        last, first = self.last, self.first
        while first <= last:
            following = _following(first, self.step)
            yield Step(first, following - timedelta(days=1), *_names(first, self.step))
            first = following


def of(key: str, *, at: datetime) -> Period:
    """Return the period that is called `key`, as it is at `at`."""
    today, until = timezone.localdate(at), at
    month = today.replace(day=1)
    if key == "this-month":
        first = month
    elif key == "last-month":
        first, until = (month - timedelta(days=1)).replace(day=1), day_begin(month)
    elif key == "30-days":
        first = today - timedelta(days=29)
    elif key == "13-weeks":
        first = today - timedelta(days=today.weekday(), weeks=12)
    else:
        first = _following(today.replace(year=today.year - 1, day=1), "month")
    return Period(key, first, until, at)


def _following(first: date, step: str) -> date:
    if step == "month":
        return (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if step == "week" else 1)


def _names(first: date, step: str) -> tuple[str, str]:
    if step == "day":
        return day_words(first, "DAY"), day_words(first, "WEEKDAY")
    if step == "month":
        return date_format(first, "M"), date_format(first, "F Y")
    facts = {"week": first.isocalendar().week, "monday": day_words(first)}
    return str(facts["week"]), _("Week %(week)s, from %(monday)s") % facts
