"""Keeps the figures of the dashboard right: what happens to a case makes its spans stale, and
stale spans are counted anew.

News comes from the record, after a cursor of its own. A span is marked in the transaction that
moves the cursor, and unmarked in the one that counts it, under the lock of its row: whatever
commits meanwhile is marked afterwards, so a crash at any point costs another count and no figure.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, IntegerField, Min, Q, Value, When
from django.utils import timezone

from accounts.models import Part, User
from audit.models import Cursor, Entry
from breakglass.models import Request
from reviews import cells
from reviews.models.span import Span, SpanQuerySet
from reviews.periods import beginning, following

NAME = "reviews.tallying"
HORIZON = timedelta(days=2 * 366 + 31)  # a year, the one before it to compare with, and some
REST = timedelta(minutes=10)  # between two counts of a week or month: its days are there meanwhile
STEP = 20_000  # entries looked through at once
_ACTIVATED = ["grant.activated", "breakglass.activated"]
Grain = Span.Grain

# Access that starts late may make a later one the third within a week.
_MARK = """
WITH touched AS (
    SELECT r.submitted_at AS at, bool_or(e.kind = ANY(%(activated)s)) AS activated
    FROM audit_entry e JOIN breakglass_request r
        ON r.id = CASE WHEN e."case" ~ '^request:[0-9a-f]{32}$' THEN substr(e."case", 9)::uuid END
    WHERE e.seq > %(after)s AND e.seq <= %(until)s AND e.kind <> 'action.performed'
    GROUP BY r.id
), days AS (
    SELECT DISTINCT at + n * interval '1 day' AS at
    FROM touched CROSS JOIN LATERAL generate_series(0, CASE WHEN activated THEN 7 ELSE 0 END) n
    WHERE n = 0 OR at + n * interval '1 day' <= %(at)s
)
INSERT INTO reviews_span AS s (zone, grain, first, stale)
SELECT DISTINCT zone, grain, date_trunc(grain, days.at AT TIME ZONE zone)::date, true
FROM days, unnest(%(zones)s::text[]) zone, unnest(ARRAY['day', 'week', 'month']) grain
WHERE days.at >= %(horizon)s
ORDER BY 1, 2, 3
ON CONFLICT (zone, grain, first) DO UPDATE SET stale = true WHERE NOT s.stale"""
# In the order of `_MARK`, so that neither waits for the other.
_NEWS = """
UPDATE reviews_span SET stale = true WHERE id IN (
    SELECT id FROM reviews_span
    WHERE first = date_trunc(grain, %(at)s AT TIME ZONE zone)::date
    ORDER BY zone, grain, first FOR UPDATE)"""


def run(*, at: datetime, limit: int = 50) -> int:
    """Follow the record and count up to `limit` stale spans; return how many were counted."""
    follow(at=at)
    _begin(at=at)
    return refresh(at=at, limit=limit)


def follow(*, at: datetime) -> None:
    """Mark the spans of all cases that something happened to since the last time."""
    while _follow(at=at) == STEP:
        pass


def _follow(*, at: datetime) -> int:
    """Look through up to `STEP` entries; return how many there were, 0 while another does it."""
    with transaction.atomic():
        head = Entry.objects.order_by("-seq").values_list("seq", flat=True).first()
        _, new = Cursor.objects.get_or_create(name=NAME)
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=NAME).first()
        if cursor is None or head is None:
            return 0
        after = cursor.seq
        if new:  # nobody has looked before: instead of every case there is, every span is marked
            Span.objects.update(stale=True)
            after = head
        until = min(head, after + STEP)
        _mark(after, until, at=at)
        cursor.seq = until
        cursor.save(update_fields=["seq"])
        return until - after


def _mark(after: int, until: int, *, at: datetime) -> None:
    if after >= until:
        return
    zones = [*Span.objects.order_by().values_list("zone", flat=True).distinct()]
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"after": after, "until": until, "at": at, "zones": zones,
                               "horizon": at - HORIZON, "activated": _ACTIVATED})  # fmt: skip


def news_of(case: Request) -> None:
    """Mark the spans of a case, in the transaction that changes what is counted of it.

    For what changes outside of the record; the record is followed anyhow.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, {"at": case.submitted_at})


def refresh(*, at: datetime, limit: int) -> int:
    """Count up to `limit` spans that need it, the newest days first; return how many."""
    rested = Q(grain=Grain.DAY) | Q(counted_at=None) | Q(counted_at__lte=at - REST)
    days_first = Case(When(grain=Grain.DAY, then=Value(0)), default=Value(1),
                      output_field=IntegerField())  # fmt: skip
    due = Span.objects.to_count(at).filter(rested).order_by(days_first, "-first")
    return sum(count(pk, at=at) for pk in list(due.values_list("pk", flat=True)[:limit]))


def count(pk: int, *, at: datetime) -> bool:
    """Count one span; False where another process is just counting it."""
    with transaction.atomic():
        span = Span.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if span is None:
            return False
        since, until = bounds(span)
        span.crews.all().delete()  # added up again when somebody asks
        cells.count(span.pk, since=since, until=until, zone=span.zone, at=at)
    return True


def bounds(span: Span) -> tuple[datetime, datetime]:
    """Return when a span begins, and when the one after it does."""
    zone = ZoneInfo(span.zone)
    return tuple(  # type: ignore[return-value]
        datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        for day in (span.first, following(span.first, span.grain))
    )


def _begin(*, at: datetime) -> None:
    """Make the spans of a new day, of a zone that is new, and forget those past the horizon."""
    for zone in zones(at=at):
        today = at.astimezone(ZoneInfo(zone)).date()
        if not Span.objects.filter(zone=zone, grain=Grain.DAY, first=today).exists():
            make(zone, at=at)
            Span.objects.filter(zone=zone, first__lt=today - HORIZON - timedelta(days=31)).delete()


def zones(*, at: datetime) -> set[str]:
    """The time zones of those who read the dashboard, and of the house."""
    readers = User.objects.playing(Part.COMPLIANCE, at) | User.objects.playing(Part.AUDITOR, at)
    return {settings.TIME_ZONE, *readers.values_list("time_zone", flat=True).distinct()}


def make(zone: str, *, at: datetime) -> None:
    """Make every span of a zone that there is not, from the first case (or the horizon) on."""
    first = earliest(zone, at=at)
    if first is None:
        return
    today = at.astimezone(ZoneInfo(zone)).date()
    missing = [
        Span(zone=zone, grain=grain, first=each)
        for grain in Grain
        for each in _firsts(first, today, grain)
    ]
    Span.objects.bulk_create(missing, ignore_conflicts=True)


def earliest(zone: str, *, at: datetime) -> date | None:
    """Return the first day of which there are figures: that of the first case, or the horizon."""
    found = Request.objects.cases().order_by().aggregate(at=Min("submitted_at"))["at"]
    return max(found, at - HORIZON).astimezone(ZoneInfo(zone)).date() if found else None


def _firsts(first: date, last: date, grain: str) -> Iterator[date]:
    each = beginning(first, grain)
    while each <= last:
        yield each
        each = following(each, grain)


def rebuild(*, at: datetime) -> Iterator[Span]:
    """Forget every figure and count all anew; yield each span that was counted."""
    with transaction.atomic():
        Cursor.objects.filter(name=NAME).delete()
        Span.objects.all().delete()
    follow(at=at)
    for zone in zones(at=at):
        make(zone, at=at)
    for span in Span.objects.to_count(at).order_by("-first"):
        count(span.pk, at=at)
        yield span


def ensure(days: Iterable[date], *, at: datetime) -> None:
    """Count those of the reader's days that nobody has counted yet: otherwise the sweep does."""
    zone = timezone.get_current_timezone_name()
    first = earliest(zone, at=at)
    wanted = {day for day in days if first and first <= day}
    there = Span.objects.counted().filter(zone=zone, grain=Grain.DAY, first__in=wanted)
    missing = wanted - set(there.values_list("first", flat=True))
    if not missing:
        return
    new = [Span(zone=zone, grain=Grain.DAY, first=day) for day in missing]
    Span.objects.bulk_create(new, ignore_conflicts=True)
    spans: SpanQuerySet = Span.objects.filter(zone=zone, grain=Grain.DAY, first__in=missing)
    for pk in spans.values_list("pk", flat=True):
        count(pk, at=at)
