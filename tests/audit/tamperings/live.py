"""Two sequencers at once, and one that dies amid a batch: real processes and transactions."""

import os
import signal
import time
from threading import Thread
from unittest import mock

from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from audit import sequencer, sql
from audit.models import Entry, Pending
from tests.audit.make import NOON, happen
from tests.audit.processes import start, wait_until
from tests.audit.tamperings.record import Record
from tests.audit.tamperings.scene import Answer, Row

_WRITERS, _EVENTS = 3, 60


def _write(number: int) -> None:
    for count in range(_EVENTS):
        happen(f"thing:{number}.{count % 7}", what=str(count))
    connections.close_all()


def _sequence_on() -> None:
    """Enter what is pending again and again, as if there were no other process that does so."""
    while True:
        if not sequencer.run_once(at=timezone.now(), limit=5):
            time.sleep(0.001)


def _two_at_once(record: Record) -> Answer:
    others = [start(_sequence_on), start(_sequence_on)]
    for writer in [start(_write, number) for number in range(_WRITERS)]:
        writer.join(30)
    wait_until(lambda: not Pending.objects.exists())
    for each in others:
        each.kill()
        each.join()
    assert Entry.objects.values("event_id").distinct().count() == 6 + _WRITERS * _EVENTS
    record.seal()
    return record.both()


def _two_without_a_lock(record: Record) -> Answer:
    """Let two of them take the same head, by a lock that does not exclude; one is refused."""
    happen("thing:1")
    happen("thing:2")
    said: list[str] = []

    def second() -> None:
        try:
            sequencer.run_once(at=NOON)
        except IntegrityError as refused:
            said.append(str(refused))
        connections.close_all()

    with transaction.atomic():
        assert sequencer.run_once(at=NOON, limit=1) == 1
        with mock.patch.object(sequencer, "_LOCK", 1):
            other = Thread(target=second)
            other.start()
            wait_until(_somebody_waits)  # for the same place
            assert other.is_alive()
    other.join(10)
    assert (Entry.objects.count(), Pending.objects.count()) == (7, 1)
    assert sequencer.run_once(at=NOON) == 1
    record.seal()
    code, good = record.both()
    return code, f"{said}\n{good}"


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def _die_amid_a_batch(record: Record) -> Answer:
    """Kill it between the entries that it has written and the head that would count them."""
    for number in range(20):
        happen(f"thing:{number}")
    ask = sql.ask

    def ask_or_die(statement: str, *values: list[object]) -> list[tuple[object, ...]]:
        if statement.startswith("UPDATE audit_state"):
            os.kill(os.getpid(), signal.SIGKILL)
        return ask(statement, *values)

    with mock.patch.object(sql, "ask", ask_or_die):
        victim = start(lambda: sequencer.run_once(at=NOON))
    victim.join(10)
    assert victim.exitcode == -signal.SIGKILL
    assert (Entry.objects.count(), Pending.objects.count()) == (6, 20)
    # Its backend may hold the lock for a moment longer than it lived.
    wait_until(lambda: sequencer.run_once(at=NOON) == 20)
    record.seal()
    return record.both()


ROWS = [
    Row(39, "two sequencers at once", _two_at_once, 0, "GOOD: 186 entries",
        by="verify_log and bgverify"),
    Row(39, "two sequencers that know of no lock", _two_without_a_lock, 0,
        'duplicate key value violates unique constraint "audit_entry_pkey"[^\0]*GOOD: 8 entries',
        by="the database"),
    Row(40, "killed amid a batch", _die_amid_a_batch, 0, "GOOD: 26 entries",
        by="verify_log and bgverify"),
]  # fmt: skip
