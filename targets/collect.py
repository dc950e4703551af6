"""Brings what was done behind doors from a target's own log into the record, exactly once.

The position in the log moves in the transaction that makes the entries. Whoever dies in between
reads the same bytes again; whoever is overtaken finds the position moved and makes no entries.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from audit import log
from targets import jsonlog, statements
from targets.drivers.base import Driver, LogFile, TargetError
from targets.events import ActionPerformed, LogGap
from targets.jsonlog import Action, Running
from targets.models import Door, DoorQuerySet, LogPosition, Target

logger = logging.getLogger(__name__)

CHUNK = 1 << 20
_MOST_CHUNKS = 64  # in one go; the next sweep goes on
_LONGEST_LINE = 64 * CHUNK
# Lines pass through a pipe before they are in the file; a door is done this long after its end.
_SETTLING = timedelta(seconds=2)
_LONGEST_PAUSE = 300


def start_reading(door: Door, driver: Driver) -> None:
    """Make sure that the log is read from before anybody can act through `door`.

    Raises TargetError when the target keeps no log that can be read: what cannot be seen is not
    opened.
    """
    files = driver.log_files()
    if not files:
        raise TargetError(
            f"{door.target.name} keeps no log that we can read, so nothing done there would be on "
            "the record; set logging_collector=on and log_destination=jsonlog there."
        )
    newest = files[-1]
    here = {"file": newest.name, "offset": newest.size, "modified_at": newest.modified_at}
    with transaction.atomic():
        LogPosition.objects.get_or_create(target=door.target, defaults=here)
        position = LogPosition.objects.select_for_update().get(target=door.target)
        # The files were listed before this question is asked: whoever was let in before the
        # listing is seen here, whoever is let in later acts behind the end of the listed file.
        if not Door.objects.uncollected().filter(target=door.target).exists():
            LogPosition.objects.filter(pk=position.pk).update(**here, running={})


def read_quietly(target: Target, driver: Driver, *, at: datetime) -> None:
    """Read what is new, and only write down when that fails: closing must not wait for it."""
    try:
        read(target, driver, at=at)
    except TargetError as error:
        postpone(target, error=str(error), at=at)


def read(target: Target, driver: Driver, *, at: datetime) -> int:
    """Make entries of what is new in a target's log; return how many.

    Raises TargetError when the log cannot be read.
    """
    zone, made = _zone(driver.log_zone()), 0
    for _ in range(_MOST_CHUNKS):
        position = LogPosition.objects.filter(target=target).first()
        if position is None:  # `start_reading` comes before any opening: nobody was let in here
            _closed_before(target, at - _SETTLING).update(collected_at=at)
            return made
        start, later, lost = _place(position, driver.log_files())
        if lost:
            gap = _gap(target, position, lost)
            doors = Door.objects.uncollected().filter(target=target)
            lost_to = dict.fromkeys(doors.values_list("handle", flat=True), gap)
            entries = _Entries(target, [], zone, at, lost=lost_to)
            if not _commit(position, start, position.running, entries.record):
                return made
            continue
        lines, consumed = _next_lines(driver, start.name, start.size)
        if not consumed:
            if not later:
                return made + _finish(target, position, zone, at=at)
            start, lines = _beginning_of(later[0]), []
        actions, running, unreadable = jsonlog.read_lines(lines, position.running)
        end = LogFile(name=start.name, size=start.size + consumed, modified_at=start.modified_at)
        gap = _gap(target, position, LogGap.UNREADABLE)
        entries = _Entries(target, actions, zone, at, lost=dict.fromkeys(unreadable, gap))
        if not _commit(position, end, running, entries.record):
            return made  # another process reads here too, and was faster
        made += len(actions)
    return made


def postpone(target: Target, *, error: str, at: datetime) -> None:
    """Write down why the log of a target cannot be read, and when it is tried again."""
    logger.warning("The log of %s was not read: %s", target.slug, error)
    if position := LogPosition.objects.filter(target=target).first():
        pause = min(3 * 2 ** min(position.attempts, 10), _LONGEST_PAUSE)
        LogPosition.objects.filter(pk=position.pk).update(
            attempts=position.attempts + 1,
            next_attempt_at=at + timedelta(seconds=pause),
            last_error=error,
        )


def _gap(target: Target, position: LogPosition, why: str) -> LogGap:
    return LogGap(
        target=target.name,
        file=position.file,
        offset=position.offset,
        why=why,
        since=position.modified_at.isoformat(),
    )


class _Entries:
    """Actions on their way into the record, and by handle what was lost of them."""

    def __init__(
        self,
        target: Target,
        actions: Sequence[Action],
        zone: tzinfo,
        at: datetime,
        *,
        lost: Mapping[str, LogGap] | None = None,
    ) -> None:
        self._target, self._actions, self._zone, self._at = target, actions, zone, at
        self._lost = lost or {}

    def record(self) -> None:
        """Make an entry of each action of a door of ours, in the order of the log."""
        handles = {*self._lost, *(action.handle for action in self._actions)}
        doors = Door.objects.filter(target=self._target, handle__in=handles)
        by_handle = {door.handle: door for door in doors}
        for action in self._actions:
            if door := by_handle.get(action.handle):
                log.record(
                    _event(self._target, action),
                    actor=door.holder,
                    subject=door.grant_ref,
                    case=door.case,
                    at=self._at,
                    occurred_at=jsonlog.moment(action.at, self._zone),
                )
        for handle, gap in self._lost.items():
            if door := by_handle.get(handle):
                log.record(
                    gap, actor=log.SYSTEM, subject=door.grant_ref, case=door.case, at=self._at
                )


def _commit(
    position: LogPosition, end: LogFile, running: Running, record: Callable[[], None]
) -> bool:
    """Move the position to `end` and make the entries, both or neither; False when overtaken."""
    with transaction.atomic():
        moved = LogPosition.objects.filter(
            pk=position.pk, file=position.file, offset=position.offset, running=position.running
        ).update(
            file=end.name,
            offset=end.size,
            modified_at=end.modified_at,
            running=running,
            attempts=0,
            next_attempt_at=None,
            last_error="",
        )
        if moved:
            record()
    return bool(moved)


def _finish(target: Target, position: LogPosition, zone: tzinfo, *, at: datetime) -> int:
    """At the end of the log: declare doors done that were closed a little while ago."""
    done = list(_closed_before(target, at - _SETTLING))
    gone, running = jsonlog.abandon(position.running, {door.handle for door in done})
    end = LogFile(name=position.file, size=position.offset, modified_at=position.modified_at)
    with transaction.atomic():
        if not _commit(position, end, running, _Entries(target, gone, zone, at).record):
            return 0
        Door.objects.filter(pk__in=[door.pk for door in done]).update(collected_at=at)
    return len(gone)


def _closed_before(target: Target, moment: datetime) -> DoorQuerySet:
    return Door.objects.uncollected().filter(target=target, closed_at__lte=moment)


class _Place(NamedTuple):
    """Where to read on (`size` is the offset), the files begun later, and why a part is lost."""

    here: LogFile
    later: list[LogFile]
    lost: str = ""


def _place(position: LogPosition, files: list[LogFile]) -> _Place:
    names = [file.name for file in files]
    if position.file in names:
        index = names.index(position.file)
        current = files[index]
        # Shorter than what we have read of it: the server began this name anew.
        if current.size < position.offset:
            return _Place(_beginning_of(current), files[index + 1 :], LogGap.BEGUN_ANEW)
        here = LogFile(name=current.name, size=position.offset, modified_at=current.modified_at)
        return _Place(here, files[index + 1 :])
    newer = [file for file in files if file.modified_at >= position.modified_at] or files[-1:]
    if not newer:
        raise TargetError(f"The log {position.file} is gone and there is no other.")
    logger.warning("%s was removed before it was read to its end.", position.file)
    return _Place(_beginning_of(newer[0]), newer[1:], LogGap.REMOVED)


def _beginning_of(file: LogFile) -> LogFile:
    return LogFile(name=file.name, size=0, modified_at=file.modified_at)


def _next_lines(driver: Driver, name: str, offset: int) -> tuple[list[bytes], int]:
    """Return the whole lines from `offset` on and how many bytes they are; half a line waits.

    Of a line longer than a chunk only its beginning is returned.
    """
    chunk = driver.read_log(name, offset, CHUNK)
    if (end := chunk.rfind(b"\n") + 1) or len(chunk) < CHUNK:
        return chunk[:end].splitlines(), end
    consumed = len(chunk)
    while consumed < _LONGEST_LINE:
        more = driver.read_log(name, offset + consumed, CHUNK)
        if (end := more.find(b"\n") + 1) or len(more) < CHUNK:
            return ([chunk], consumed + end) if end else ([], 0)
        consumed += len(more)
    return [chunk], consumed


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        logger.warning("The log's time zone %r is not known; read as UTC.", name)
        return UTC


def _event(target: Target, action: Action) -> ActionPerformed:
    verb, objects = statements.describe(action.statement)
    return ActionPerformed(
        target=target.name,
        statement=action.statement,
        parameters=action.parameters,
        verb=verb,
        objects=objects,
        result=action.result,
        message=action.message,
        database=action.database,
        session=action.session,
        application=action.application,
        client_address=action.client_address,
        microseconds=action.microseconds,
        truncated=action.truncated,
    )
