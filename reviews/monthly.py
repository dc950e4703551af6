"""The month's report: written down once on the first working day, and told to compliance.

The entry says which month it is about. What a mail says of it is counted when it is written, in the
reader's language and time zone, so that it and the page it leads to agree.
"""

import dataclasses
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit import log
from audit.events import Event
from reviews import figures, headlines, periods, spans, standouts
from reviews.counting import Count, Narrow
from reviews.models import MonthReport, Pattern
from reviews.periods import following

MORNING = time(8)  # in the zone of the house
WINDOW = timedelta(days=7)  # after which nobody waits for it any more
STANDING_OUT = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReportWritten(Event, kind="report.written", title=_lazy("Month's report")):
    """The figures of a month are there. `first` and `last` are its days."""

    first: str
    last: str
    cases: int
    uses: int

    def sentence(self) -> str:
        said = {"first": self.first, "last": self.last, "uses": self.uses}
        return _("reported %(uses)s uses from %(first)s to %(last)s") % said


def run(*, at: datetime) -> None:
    """Write the report of the last month where it is time for it and nobody has yet."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    due = due_at(local.date())
    if due <= at < due + WINDOW:
        month = periods.earlier(local.date().replace(day=1), 1)
        if not MonthReport.objects.filter(month=month).exists():
            write(month, at=at)


def due_at(day: date) -> datetime:
    """Return when the report is due in the month of a day: its first working day."""
    first = day.replace(day=1)
    first += timedelta(days=max(0, 7 - first.weekday()) if first.weekday() > 4 else 0)
    return datetime.combine(first, MORNING, tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


@log.transition
def write(month: date, *, at: datetime) -> None:
    """Put the report of a month on the record, once; a month without a case has none."""
    _report, new = MonthReport.objects.get_or_create(month=month, defaults={"written_at": at})
    if not new:
        return
    period = _month(month, at=at)
    total = Count(spans.cover([period], at=at)[0], Narrow()).whole().tally()
    if total.cases:
        event = ReportWritten(
            first=month.isoformat(),
            last=period.last.isoformat(),
            cases=total.cases,
            uses=total.uses,
        )
        log.record(event, actor=log.SYSTEM, subject=f"report:{month:%Y-%m}", at=at)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """What a mail says of a month: figures, and where to look first, each with its address."""

    facts: list[tuple[str, str]]
    links: list[tuple[str, str]]


def told(event: ReportWritten, *, at: datetime) -> Told:
    """Return what is told of a report, in the reader's language and time zone."""
    period = _month(date.fromisoformat(event.first), at=at)
    found = figures.of(period, Narrow())
    rows = [(each.label, _figure(each)) for each in headlines.of(found)]
    first = standouts.of(found, at=at)[:STANDING_OUT]
    page = f"{reverse('dashboard')}?since={period.first}&until={period.last}"
    return Told(
        facts=[(_("Time"), period.words), *rows],
        links=[
            (_("Open the dashboard"), page),
            *((f"{each.title}. {each.detail}", each.url) for each in first),
            *_patterns(at=at),
        ],
    )


def _patterns(*, at: datetime) -> list[tuple[str, str]]:
    """Return how many patterns of the nights wait to be looked at, by kind, if any do."""
    counts = Counter(Pattern.objects.open(at).values_list("kind", flat=True))
    kinds = [f"{kind.label}: {counts[kind]}" for kind in Pattern.Kind if counts[kind]]
    text = _("Reports of the nights: %(kinds)s") % {"kinds": ", ".join(kinds)}
    return [(text, reverse("reports"))] if kinds else []


def title(event: ReportWritten) -> str:
    """Name the month that a report is about."""
    return date_format(date.fromisoformat(event.first), "F Y")


def _figure(figure: headlines.Headline) -> str:
    now = figure.value or _("none")
    before = ", ".join(
        f"{each.when}: {each.value}" for each in figure.changes if each.value
    )  # fmt: skip
    return f"{now} ({before})" if before else now


def _month(first: date, *, at: datetime) -> periods.Period:
    last = following(first, "month") - timedelta(days=1)
    return periods.of("", at=at, since=first, until=last)
