"""What it costs to write into the record, as ratios of what any database does.

Usage: python -m bench.bench_ledger [TRANSACTIONS]        (400 for each part if not given)

One server with fsync on. A business transaction (lock, change, tell) with a recorded event is
compared with one that writes a plain row, and with one that django-auditlog tells of, in rounds
that alternate; how much client and backend work for it is told as well, and what it takes when
other processes entered so many events of the object that its version is none of those expected.
Eight writers whose events are all signed at the end are compared with eight that write a plain
row, in transactions of Django both and in rounds that alternate; and it is told how long eight
clients wait for their receipts.

Those ask five times a second each: forty emergencies a second, far more than anybody has. Eight
clients of Django that never pause saturate two processors by themselves, and wait for a processor
and not for the record; so that is told without a goal, and so are writers without Django.

The sequencer is compared with bulk inserts of the same leaves and payloads into one table with one
index, batch for batch, each in a transaction of its own on a connection that is open. What is
compared there is processor time, of the client and of its backend: the sequencer reads pending
rows, checks them, and writes two tables with the indexes of the ledger's pages, the tiles and the
head. So that comparison is only told, and the goal stands beside the second one: rows of the same
columns and indexes, inserted in bulk, that nobody proves (docs/adr/0034).
"""

import functools
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg

from bench.ground import Goals, installation, processor, quantile
from bench.writers import (
    CLIENTS,
    auditlog,
    nothing,
    record,
    record_after_others,
    record_critical,
    row,
    work,
)

# Many short rounds: what else the machine does then falls on all parts alike.
ROUNDS, ENTRIES, BATCH = 40, 20_000, 1000
# Of eight at once: what is not critical is signed once a second, so short rounds measure that.
LONG, LONG_ROUNDS = 3, 3
ASKS, PAUSE = 125, 0.2  # of each client that waits for receipts; seconds between two, on average
LEAF, PAYLOAD = b"e" * 297, b"p" * 215  # of the size that a usual entry has
Rows = list[tuple[Any, ...]]
Raw = psycopg.Connection[tuple[Any, ...]]
_LEAVES = "CREATE TABLE bench_leaf (seq int8 PRIMARY KEY, leaf bytea, payload bytea)"
_ALIKE = """CREATE TABLE bench_entry (LIKE audit_entry INCLUDING INDEXES);
    CREATE TABLE bench_payload (LIKE audit_payload INCLUDING INDEXES)"""
_ROW = "INSERT INTO bench_leaf VALUES (%s, %s, %s)"
_ENTRY = "INSERT INTO bench_entry VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_PAYLOAD = "INSERT INTO bench_payload (entry_id, part, salt, body) VALUES (%s, %s, %s, %s)"
_WORDS = """SELECT entry_id, part, salt, body FROM audit_payload
    WHERE entry_id >= %s AND entry_id < %s"""

_SIGNED = """SELECT NOT EXISTS (SELECT FROM audit_pending WHERE set_aside_at IS NULL)
    AND size = (SELECT max(size) FROM audit_checkpoint) FROM audit_state"""


def main(transactions: int) -> int:
    """Measure and print; return 1 when a goal is missed."""
    goals = Goals()
    with installation() as database:
        _business(goals, transactions)
        _bulk(goals, database)
        with _processes():
            _writers(goals, transactions)
    return goals.missed


def _business(goals: Goals, transactions: int) -> None:
    """Compare what one transaction takes by what it tells, in seconds and in processor time."""
    from django.contrib.auth.models import Group
    from django.db import connection

    Group.objects.create(name="bench")
    backend = connection.connection.info.backend_pid
    tells = {"bare": nothing, "plain row": row, "auditlog": auditlog, "recorded": record}
    tells["unexpected"] = record_after_others
    taken: dict[str, list[float]] = {name: [] for name in tells}
    worked: dict[str, list[float]] = {name: [] for name in tells}
    each = transactions // 8
    for _ in range(ROUNDS):
        for name, tell in tells.items():
            began = time.perf_counter()
            worked[name].append(_processor_seconds(functools.partial(_run, tell, each), backend))
            taken[name].append(time.perf_counter() - began)
    for name in tells:
        wall, work = (statistics.median(of[name]) / each * 1e6 for of in (taken, worked))
        print(f"a transaction, {name:<12}{wall:8.0f} µs, of processors {work:8.0f} µs")
    goals.ratio("recorded ÷ plain row", taken["plain row"], taken["recorded"], least=0.9)
    goals.ratio("recorded ÷ django-auditlog", taken["auditlog"], taken["recorded"], least=1.15)
    goals.ratio("unexpected ÷ plain row", taken["plain row"], taken["unexpected"], least=None)
    for other in ("plain row", "auditlog"):
        goals.ratio(f"÷ {other}, of processors", worked[other], worked["recorded"], least=None)


def _run(tell: Callable[[int], None], transactions: int) -> None:
    from django.contrib.auth.models import Group
    from django.db import transaction

    for number in range(transactions):
        with transaction.atomic():
            group = Group.objects.select_for_update().get(name="bench")
            Group.objects.filter(pk=group.pk).update(name="bench")
            tell(number)


def _bulk(goals: Goals, database: str) -> None:
    """Compare the sequencer, batch by batch, with bulk inserts that prove nothing."""
    from django.db import connection, transaction
    from django.utils import timezone

    from audit import sequencer

    for first in range(0, ENTRIES, BATCH):
        with transaction.atomic():
            for number in range(first, first + BATCH):
                record(number)
    taken: dict[str, list[float]] = {"rows": [], "copy": [], "alike": [], "sequencer": []}
    with psycopg.connect(database, autocommit=True) as raw:
        raw.execute(_LEAVES)
        raw.execute(_ALIKE)
        pids = raw.info.backend_pid, connection.connection.info.backend_pid
        for first in range(0, ENTRIES, BATCH):
            ways: dict[str, Callable[[], object]] = {
                "rows": lambda n=first: _insert(raw, n),  # type: ignore[misc]
                "copy": lambda n=first: _copy(raw, n + ENTRIES),  # type: ignore[misc]
                "sequencer": lambda: sequencer.run_once(at=timezone.now(), limit=BATCH),
            }
            for name, work in ways.items():
                taken[name].append(_processor_seconds(work, *pids))
            same = _written(raw, first)
            took = _processor_seconds(lambda rows=same: _insert_alike(raw, *rows), *pids)  # type: ignore[misc]
            taken["alike"].append(took)
    for name, seconds in taken.items():
        each = statistics.median(seconds) / BATCH * 1e6
        print(f"processor time an entry, {name}: {each:6.1f} µs")
    goals.ratio("sequencer ÷ executemany", taken["rows"], taken["sequencer"], least=None)
    goals.ratio("sequencer ÷ COPY", taken["copy"], taken["sequencer"], least=None)
    goals.ratio("sequencer ÷ rows alike", taken["alike"], taken["sequencer"], least=0.75)


def _insert(raw: Raw, first: int) -> None:
    rows = [(first + number, LEAF, PAYLOAD) for number in range(BATCH)]
    with raw.transaction(), raw.cursor() as cursor:
        cursor.executemany(_ROW, rows)


def _copy(raw: Raw, first: int) -> None:
    rows = [(first + number, LEAF, PAYLOAD) for number in range(BATCH)]
    copying = "COPY bench_leaf FROM STDIN (FORMAT BINARY)"
    with raw.transaction(), raw.cursor() as cursor, cursor.copy(copying) as copy:
        copy.set_types(["int8", "bytea", "bytea"])
        for each in rows:
            copy.write_row(each)


def _written(raw: Raw, first: int) -> tuple[Rows, Rows]:
    """Return the entries that the sequencer has just written, and their payloads."""
    place = [first, first + BATCH]
    entries = raw.execute("SELECT * FROM audit_entry WHERE seq >= %s AND seq < %s", place)
    payloads = raw.execute(_WORDS, place)
    return entries.fetchall(), payloads.fetchall()


def _insert_alike(raw: Raw, entries: Rows, payloads: Rows) -> None:
    with raw.transaction(), raw.cursor() as cursor:
        cursor.executemany(_ENTRY, entries)
        cursor.executemany(_PAYLOAD, payloads)


def _writers(goals: Goals, times: int) -> None:
    """Let eight write at once: rows, events that are all signed at the end, events waited for."""
    ways, many = ("bare", "plain row", "recorded"), LONG * times
    took: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(LONG_ROUNDS):
        for way in ways:
            took[way].append(_all(way, many)[0])
    for way, rounds in took.items():
        print(f"{CLIENTS} writers, {way}: {CLIENTS * many / statistics.median(rounds):8.0f} /s")
    plain, recorded = took["plain row"], took["recorded"]
    goals.ratio("eight to signed ÷ eight plain rows", plain, recorded, least=0.5)
    seconds, waits = _all("receipts", times)
    print(f"{CLIENTS} who never pause: {CLIENTS * times / seconds:8.0f} receipts/s", end="")
    print(f", wait {quantile(waits, 0.5) * 1000:.1f} ms, p99 {quantile(waits, 0.99) * 1000:.1f} ms")
    _, waits = _all("receipts", ASKS, pause=PAUSE)
    goals.most("wait for a receipt, median", quantile(waits, 0.5) * 1000, most=15)
    goals.most("wait for a receipt, p99", quantile(waits, 0.99) * 1000, most=60)


def _all(way: str, times: int, *, pause: float = 0) -> tuple[float, list[float]]:
    """Run eight processes; return the seconds until all is signed, and each wait for a receipt."""
    from audit import sql

    context = multiprocessing.get_context("spawn")
    barrier: Barrier = context.Barrier(CLIENTS + 1)
    queue = context.Queue()
    writers = [
        context.Process(target=work, args=(way, barrier, queue, number, times, pause))
        for number in range(CLIENTS)
    ]
    for each in writers:
        each.start()
    barrier.wait()
    began = time.perf_counter()
    waits = [wait for _ in writers for wait in queue.get()]
    while not sql.ask(_SIGNED)[0][0]:
        time.sleep(0.01)
    took = time.perf_counter() - began
    for each in writers:
        each.join()
    return took, waits


@contextmanager
def _processes() -> Iterator[None]:
    """Run sequencer and sealer as an installation does, from the first entry that is signed."""
    from audit import heads
    from audit.events import Gap

    names = ("audit_sequencer", "audit_sealer")
    running = [subprocess.Popen([sys.executable, "manage.py", name]) for name in names]
    try:
        record_critical("client:first")
        if not heads.wait_for("client:first", Gap.kind, patience=120):
            raise RuntimeError("Nothing was signed within two minutes.")
        yield
    finally:
        for each in running:
            each.terminate()
            each.wait()


def _processor_seconds(work: Callable[[], object], *backends: int) -> float:
    began = processor(*backends)
    work()
    return processor(*backends) - began


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
