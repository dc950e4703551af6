"""What it costs to write into the record, as ratios of what any database does.

Usage: python -m bench.bench_ledger [TRANSACTIONS]        (400 for each part if not given)

One server with fsync on. A business transaction (lock, change, tell) with a recorded event is
compared with one that writes a plain row, and with one that django-auditlog tells of; the
sequencer with bulk inserts of the same bytes; eight writers whose events are all signed with
eight that insert a row and commit; and how long eight clients wait for their receipts.
"""

import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier

import psycopg

from bench.ground import Goals, installation, quantile
from bench.writers import CLIENTS, WAYS, auditlog, nothing, record, row

ROUNDS, ENTRIES, BATCH = 5, 20_000, 1000
LEAF, PAYLOAD = b"e" * 297, b"p" * 215  # of the size that a usual entry has
_LEAVES = "CREATE TABLE bench_leaf (seq int8 PRIMARY KEY, leaf bytea, payload bytea)"


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
    """Compare what one transaction costs by what it tells."""
    from django.contrib.auth.models import Group

    Group.objects.create(name="bench")
    tells = {"bare": nothing, "plain row": row, "auditlog": auditlog, "recorded": record}
    taken: dict[str, list[float]] = {name: [] for name in tells}
    for _ in range(ROUNDS):
        for name, tell in tells.items():
            taken[name].append(_seconds(lambda tell=tell: _run(tell, transactions)))  # type: ignore[misc]
    for name, seconds in taken.items():
        print(f"transactions, {name}: {transactions / statistics.median(seconds):8.0f} /s")
    goals.ratio("recorded ÷ plain row", taken["plain row"], taken["recorded"], least=0.9)
    goals.ratio("recorded ÷ django-auditlog", taken["auditlog"], taken["recorded"], least=1.15)


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
    from django.db import transaction
    from django.utils import timezone

    from audit import sequencer

    with psycopg.connect(database) as connection:
        connection.execute(_LEAVES)
    with transaction.atomic():
        for number in range(ENTRIES):
            record(number)
    taken: dict[str, list[float]] = {"executemany": [], "copy": [], "sequencer": []}
    for first in range(0, ENTRIES, BATCH):
        taken["executemany"].append(_seconds(lambda n=first: _insert(database, n)))  # type: ignore[misc]
        taken["copy"].append(_seconds(lambda n=first: _copy(database, n + ENTRIES)))  # type: ignore[misc]
        taken["sequencer"].append(
            _seconds(lambda: sequencer.run_once(at=timezone.now(), limit=BATCH))
        )
    print(f"sequencer: {BATCH / statistics.median(taken['sequencer']):8.0f} entries/s")
    goals.ratio("sequencer ÷ executemany", taken["executemany"], taken["sequencer"], least=0.55)
    goals.ratio("sequencer ÷ COPY", taken["copy"], taken["sequencer"], least=0.25)


def _insert(database: str, first: int) -> None:
    rows = [(first + number, LEAF, PAYLOAD) for number in range(BATCH)]
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_leaf VALUES (%s, %s, %s)", rows)


def _copy(database: str, first: int) -> None:
    rows = [(first + number, LEAF, PAYLOAD) for number in range(BATCH)]
    with (
        psycopg.connect(database) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY bench_leaf FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int8", "bytea", "bytea"])
        for each in rows:
            copy.write_row(each)


def _writers(goals: Goals, transactions: int) -> None:
    """Let eight write at once: rows, events that are all signed at the end, events waited for."""
    from audit.models import Checkpoint, State

    took = {}
    for way in ("raw", "recorded", "receipts"):
        began, waits = _all(way, transactions)
        while not Checkpoint.objects.filter(size=State.objects.get().size).exists():
            time.sleep(0.005)
        took[way] = time.monotonic() - began
        print(f"{CLIENTS} writers, {way}: {CLIENTS * transactions / took[way]:8.0f} /s")
    goals.ratio("eight to signed ÷ eight raw", [took["raw"]], [took["recorded"]], least=0.5)
    goals.most("wait for a receipt, median", quantile(waits, 0.5) * 1000, most=15)
    goals.most("wait for a receipt, p99", quantile(waits, 0.99) * 1000, most=60)


def _all(way: str, transactions: int) -> tuple[float, list[float]]:
    """Run eight processes; return when they began, and what each transaction took, in seconds."""
    context = multiprocessing.get_context("spawn")
    barrier: Barrier = context.Barrier(CLIENTS + 1)
    queue = context.Queue()
    writers = [
        context.Process(target=WAYS[way], args=(barrier, queue, number, transactions))
        for number in range(CLIENTS)
    ]
    for each in writers:
        each.start()
    barrier.wait()
    began = time.monotonic()
    waits = [wait for _ in writers for wait in queue.get()]
    for each in writers:
        each.join()
    return began, waits


@contextmanager
def _processes() -> Iterator[None]:
    """Run sequencer and sealer as an installation does."""
    names = ("audit_sequencer", "audit_sealer")
    running = [subprocess.Popen([sys.executable, "manage.py", name]) for name in names]
    try:
        yield
    finally:
        for each in running:
            each.terminate()
            each.wait()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
