"""Give committed events their place: pending rows become dense entries, leaves of one tree.

One batch is one transaction: either all of its entries, payloads, tiles, the new head and the
removal of the pending rows are there, or nothing is. A crash at any instruction leaves the pending
rows, and the next run takes them up: no event is lost and none is entered twice.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit import cursor, datakeys, intake, leaf, log, sql, tiles, tree
from audit.datakeys import PERSONAL
from audit.events import ClockRegressed, Gap, PendingAltered
from audit.intake import Candidate, Row
from audit.models import State
from core import live

logger = logging.getLogger(__name__)

NAME = "system:sequencer"
CHANNEL = "audit_entries"
CRITICAL = "critical"  # said on the channel when an entry must be signed at once
PATIENCE = timedelta(seconds=2)  # with an event whose predecessor is missing
TOLERANCE = timedelta(seconds=1)  # of a clock that steps back, before it is an event of its own
_LOCK = 0x6272_6561_6B01  # "break" and the first of its locks

_VERSIONS = """SELECT ref, COALESCE(
    (SELECT version FROM audit_entry WHERE subject = ref ORDER BY seq DESC LIMIT 1),
    (SELECT version FROM audit_last_version l WHERE l.ref = asked.ref)
    ) FROM unnest(%s::text[]) AS asked (ref)"""
ENTRIES = {
    "seq": "int8",
    "event_id": "uuid",
    "leaf": "bytea",
    "leaf_hash": "bytea",
    "kind": "varchar",
    "actor": "varchar",
    "subject": "varchar",
    "case": "varchar",
    "version": "int8",
    "at": "timestamptz",
    "occurred_at": "timestamptz",
}
_TILES = """INSERT INTO audit_tile (level, index, data)
    SELECT * FROM unnest(%s::int2[], %s::int8[], %s::bytea[])
    ON CONFLICT (level, index) DO UPDATE SET data = excluded.data"""
PAYLOADS = {"entry_id": "int8", "part": "varchar", "salt": "bytea", "body": "bytea"}
_HEAD = "SELECT size, frontier, last_at, clock_regressed FROM audit_state"
_MOVE_ON = "UPDATE audit_state SET size = %s, frontier = %s, last_at = %s, clock_regressed = %s"
_PARK = "UPDATE audit_pending SET parked_at = %s WHERE id = ANY(%s) AND parked_at IS NULL"
_DONE = """WITH done AS (DELETE FROM audit_pending WHERE id = ANY(%s))
    SELECT pg_notify(%s, %s)"""


def run_once(*, at: datetime, limit: int = 1000) -> int:
    """Enter up to `limit` pending events; return how many entries were made.

    Returns 0 as well while somebody else is doing it. May run inside a transaction.
    """
    with transaction.atomic():
        if not sql.ask("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])[0][0]:
            return 0
        candidates = _in_turn(_readable(sql.ask(intake.TAKE, [limit]), at=at), at=at)
        if candidates:
            _enter(candidates, at=at)
        return len(candidates)


def _readable(rows: list[Row], *, at: datetime) -> list[Candidate]:
    """Read the rows; set aside what is not what we wrote, so that it never blocks the others."""
    keys, candidates = log.keys(), []
    for row in rows:
        try:
            candidate = intake.read(row, keys)
        except (ValueError, TypeError, AttributeError) as error:
            _set_aside(row, why=str(error), at=at)
        else:
            candidates.append(candidate)
    return candidates


def _set_aside(row: Row, *, why: str, at: datetime) -> None:
    logger.error("Pending event %s was altered: %s.", row[1], why)
    sql.ask("UPDATE audit_pending SET set_aside_at = %s WHERE id = %s", [at, row[0]])
    event = PendingAltered(event=row[1].hex, why=why)
    log.record(event, actor=NAME, subject=f"event:{row[1].hex}", at=at)


def _in_turn(candidates: list[Candidate], *, at: datetime) -> list[Candidate]:
    """Return the candidates whose predecessors are there, or were waited for long enough."""
    subjects = list({candidate.subject for candidate in candidates})
    found = sql.ask(_VERSIONS, [subjects]) if subjects else []
    versions = {ref: last or 0 for ref, last in found}
    ready, parked = [], []
    for candidate in candidates:
        subject, version = candidate.subject, candidate.version
        expected = versions[subject] + 1
        if version != expected:
            if candidate.parked_at is None or at - candidate.parked_at < PATIENCE:
                parked.append(candidate.row)
                continue
            gap = Gap(expected=expected, found=version, event=candidate.event_id.hex)
            log.record(gap, actor=NAME, subject=subject, at=at, case=candidate.case)
        versions[subject] = max(version, versions[subject])
        ready.append(candidate)
    if parked:
        sql.ask(_PARK, [at, parked])
    return ready


def _enter(candidates: list[Candidate], *, at: datetime) -> None:
    """Write the entries behind the head, move the head on, and take the rows off the queue."""
    state = _state()
    now = max(at, state.last_at)
    regressed = state.last_at - at > TOLERANCE
    if regressed and not state.clock_regressed:  # once, or each entry would bring another
        ms = (state.last_at - at) // timedelta(milliseconds=1)
        log.record(ClockRegressed(milliseconds=ms), actor=NAME, subject=NAME, at=at)
    entries, payloads = _rows(candidates, state.size, now=now)
    extend(state, entries, payloads, now=now, regressed=regressed)
    urgency = CRITICAL if any(c.critical for c in candidates) else ""
    sql.ask(_DONE, [[c.row for c in candidates], CHANNEL, urgency])
    live.tell((c.case or c.subject, c.kind) for c in candidates)
    if urgency:
        cursor.ring()


def _state() -> State:
    size, frontier, last_at, regressed = sql.ask(_HEAD)[0]
    return State(size=size, frontier=frontier, last_at=last_at, clock_regressed=regressed)


def extend(
    state: State,
    entries: list[tuple[Any, ...]],
    payloads: list[tuple[Any, ...]],
    *,
    now: datetime,
    regressed: bool = False,
) -> None:
    """Write rows of entries and payloads behind the head, and move it on.

    The columns of the rows are those of `ENTRIES` and `PAYLOADS`; `now` is the last entry's time.
    """
    grown, changed = tree.grow(state.tree, [row[3] for row in entries], tiles.read)
    sql.copy("audit_entry", ENTRIES, entries)
    if payloads:
        sql.copy("audit_payload", {**PAYLOADS, "key_id": "int8"}, [*_kept(entries, payloads)])
    if changed:
        rows = [(tile.level, tile.index, tile.data) for tile in changed]
        sql.ask(_TILES, [[*column] for column in zip(*rows, strict=True)])
    sql.ask(_MOVE_ON, [grown.size, bytes(grown), now, regressed])


def _rows(
    candidates: list[Candidate], size: int, *, now: datetime
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the rows of entries and of payloads that follow `size` entries."""
    stamp = leaf.microseconds(now)
    entries: list[tuple[Any, ...]] = []
    payloads: list[tuple[Any, ...]] = []
    for seq, each in enumerate(candidates, start=size):
        body = leaf.placed(each.envelope, seq=seq, at=stamp)
        columns = (each.kind, each.actor, each.subject, each.case, each.version)
        times = (now, leaf.moment(each.occurred))
        entries.append((seq, each.event_id, body, leaf.leaf_hash(body), *columns, *times))
        payloads += [(seq, part, *content) for part, content in each.parts.items()]
    return entries, payloads


def _kept(
    entries: list[tuple[Any, ...]], payloads: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Yield the payloads as they are kept: words of people encrypted, with the key they have."""
    personal = {row[0] for row in payloads if row[1] == PERSONAL}
    owners = {
        row[0]: datakeys.owner_of(row[5], row[6], row[7], row[9])
        for row in entries
        if row[0] in personal
    }
    keys = datakeys.keys_of({*owners.values()})
    for seq, part, salt, said in payloads:
        key = keys.get(owners[seq]) if part == PERSONAL else None
        kept = datakeys.lock(key[1], seq, part, said) if key else said
        yield seq, part, salt, kept, key[0] if key else None
