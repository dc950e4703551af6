"""Adds up ahead what pages about teams ask for, so that nobody waits for the first look at one.

Only spans at rest: a day that is counted every few seconds is added up by the page that wants it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils import timezone

from breakglass.models import GroupPermit, Permit
from reviews import crews, periods, spans, tallying
from reviews.crews import Members
from reviews.models.span import Crew, Span

TEAMS = 50  # the largest, which would be waited for longest; of the others a page adds up its own
Grain = Span.Grain


def run(*, at: datetime, limit: int = 10) -> int:
    """Add up teams in up to `limit` spans, the newest first; return in how many it was due."""
    teams = _teams()
    due = list(_due(_spans(at=at), teams))[:limit] if teams else []
    for span, missing in due:
        crews.add(span, missing)
    return len(due)


def _teams() -> list[Members]:
    """Return the largest teams that may ask for access."""
    asking = GroupPermit.objects.of(Permit.REQUEST).values("group")
    found = Members.of(*Group.objects.filter(pk__in=asking).order_by("pk"))
    return sorted(found, key=lambda team: -len(team.people))[:TEAMS]


def _spans(*, at: datetime) -> list[int]:
    """Return the spans at rest that pages of the usual periods are made of, the newest first."""
    wanted = {span for zone in _zones(at=at) for span in _of_zone(zone, at=at)}
    busy = Q(grain=Grain.DAY, counted_at__gt=at - tallying.REST)
    rows = Span.objects.fresh(at).filter(pk__in=wanted).exclude(busy)
    return list(rows.order_by("-first", "grain").values_list("pk", flat=True))


def _zones(*, at: datetime) -> set[str]:
    """Return the zones of those who look, where the sweep has counted every span."""
    rows = Span.objects.order_by()
    there, waiting = (
        set(each.values_list("zone", flat=True).distinct())
        for each in (rows, rows.filter(counted_at=None))
    )
    return (tallying.zones(at=at) & there) - waiting


def _of_zone(zone: str, *, at: datetime) -> Iterator[int]:
    with timezone.override(ZoneInfo(zone)):
        for key in periods.LABELS:
            period = periods.of(key, at=at)
            shown = [period, period.before(), period.year_before()]
            for covered in spans.cover(shown, at=at):
                yield from (span for span, _step in covered)


def _due(wanted: Iterable[int], teams: list[Members]) -> Iterator[tuple[int, list[Members]]]:
    """Return each span in which some teams are to be added up, and which."""
    wanted = list(wanted)
    keys = Crew.objects.filter(span__in=wanted).values_list("span", "team", "key")
    there = set(keys)
    for span in wanted:
        missing = [team for team in teams if (span, team.team, team.key) not in there]
        if missing:
            yield span, missing
