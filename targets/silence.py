"""Notices when a source is silent for longer than usual: what it does not send is on no record.

Every source has a rhythm of its own, so what is usual is learned: the longest pause of late, by
half forgotten within a week, so that nights and weekends count as usual.
"""

from datetime import datetime, timedelta

from django.db import transaction

from audit import log
from targets.events import SourceHeard, SourceSilent
from targets.models import Source

_SHORTEST = timedelta(minutes=5)  # that is worth a word, whatever is usual
_LONGER = 1.5  # times the usual pause
_HALF_FORGOTTEN = timedelta(days=7).total_seconds()


def heard(source: Source, *, at: datetime) -> None:
    """Write down that a source was heard of; end its silence, on the record, if there was one."""
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        since = row.silent_since
        changed: dict[str, object] = {"last_heard_at": at, "silent_since": None}
        if row.last_heard_at:
            changed["usual_pause"] = _usual(row, (at - row.last_heard_at).total_seconds())
        Source.objects.filter(pk=row.pk).update(**changed)
        if since:
            event = SourceHeard(name=row.name, since=since.isoformat())
            log.record(event, actor=log.SYSTEM, subject=row.ref, at=at)


def notice(*, at: datetime) -> int:
    """Put on the record which sources have fallen silent; return how many."""
    known = Source.objects.taken_in().filter(usual_pause__isnull=False, silent_since=None)
    return sum(_notice(row, at=at) for row in known if _is_silent(row, at))


def _notice(source: Source, *, at: datetime) -> bool:
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        if row.silent_since or not _is_silent(row, at) or row.last_heard_at is None:
            return False  # somebody else noticed, or it was heard of meanwhile
        Source.objects.filter(pk=row.pk).update(silent_since=row.last_heard_at)
        since, usual = row.last_heard_at.isoformat(), round(row.usual_pause or 0)
        event = SourceSilent(name=row.name, since=since, usual_seconds=usual)
        log.record(event, actor=log.SYSTEM, subject=row.ref, at=at)
    return True


def _is_silent(source: Source, at: datetime) -> bool:
    if source.last_heard_at is None or source.usual_pause is None:
        return False
    longest = max(_SHORTEST, timedelta(seconds=_LONGER * source.usual_pause))
    return at - source.last_heard_at > longest


def _usual(source: Source, pause: float) -> float:
    """Return what is usual now, after a pause of some seconds."""
    before = source.usual_pause
    if before is None:
        return max(0.0, pause)
    if source.silent_since:  # an outage teaches little
        return min(pause, 2 * max(before, _SHORTEST.total_seconds()))
    remembered: float = before * 0.5 ** (max(0.0, pause) / _HALF_FORGOTTEN)
    return max(0.0, pause, remembered)
