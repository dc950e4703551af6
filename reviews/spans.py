"""Which spans make up a period: weeks and months where they are counted, else what is smaller."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.utils import timezone

from reviews import tallying
from reviews.models.span import Span
from reviews.periods import Period, Step, beginning, following

Cover: TypeAlias = list[tuple[int, date]]  # the id of a span, and the step that it belongs to
_DAY = timedelta(days=1)


def cover(periods: Iterable[Period], *, at: datetime) -> list[Cover]:
    """Return the spans of each period; what nobody has counted yet is counted now."""
    periods = list(periods)
    large, weeks = _large(periods, at=at), _weeks(periods, at=at)
    found: list[Cover] = []
    missing: dict[date, list[tuple[Cover, date]]] = {}
    for period in periods:
        found.append([])
        for step in period.steps():
            if span := large.get(step.first) if _is_whole(step, period) else None:
                found[-1].append((span, step.first))
                continue
            day = step.first
            while day <= step.last:
                if (week := weeks.get(day)) and day + 6 * _DAY <= step.last:
                    found[-1].append((week, step.first))
                    day += 7 * _DAY
                else:
                    missing.setdefault(day, []).append((found[-1], step.first))
                    day += _DAY
    for day, span in _small(missing, at=at).items():
        for covered, first in missing[day]:
            covered.append((span, first))
    return found


def _large(periods: list[Period], *, at: datetime) -> dict[date, int]:
    """Return the weeks or months that are counted and still right."""
    grain = periods[0].step
    if grain == Span.Grain.DAY:
        return {}
    zone = timezone.get_current_timezone_name()
    firsts = [step.first for period in periods for step in period.steps()]
    rows = Span.objects.fresh(at).filter(zone=zone, grain=grain, first__in=firsts)
    return dict(rows.values_list("first", "pk"))


def _weeks(periods: list[Period], *, at: datetime) -> dict[date, int]:
    """Return the weeks that can stand for the days of a month that has to be counted again."""
    if periods[0].step != Span.Grain.MONTH:
        return {}
    zone = timezone.get_current_timezone_name()
    first, last = min(each.first for each in periods), max(each.last for each in periods)
    rows = Span.objects.fresh(at).filter(
        zone=zone, grain=Span.Grain.WEEK, first__range=(first, last)
    )
    return dict(rows.values_list("first", "pk"))


def _small(days: Iterable[date], *, at: datetime) -> dict[date, int]:
    days = list(days)
    tallying.ensure(days, at=at)
    zone = timezone.get_current_timezone_name()
    rows = Span.objects.counted().filter(zone=zone, grain=Span.Grain.DAY, first__in=days)
    return dict(rows.values_list("first", "pk"))


def _is_whole(step: Step, period: Period) -> bool:
    """Whether a step holds a whole week or month, or all of it until now."""
    if step.first != beginning(step.first, period.step):
        return False
    ended = following(step.first, period.step) - _DAY == step.last
    return ended or (step.last == period.last and not period.is_over)
