"""Who writes in `bench_ledger`: ways to tell of a change, and processes that do so at once."""

import os
import time
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import psycopg

CLIENTS = 8
_RAW = "CREATE TABLE IF NOT EXISTS bench_raw (id bigserial PRIMARY KEY, body bytea)"


def nothing(_: int) -> None:
    """Tell nobody."""


def row(number: int) -> None:
    """Write a row as an audit table without proof would."""
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    key = f"{time.monotonic_ns()}.{number}"
    Session.objects.create(session_key=key, session_data="x" * 400, expire_date=timezone.now())


def auditlog(_: int) -> None:
    """Tell django-auditlog of a change, as it is told of a `save()`."""
    from auditlog.models import LogEntry
    from django.contrib.auth.models import Group

    group = Group.objects.get(name="bench")
    changes = {"name": ["before", "bench"]}
    LogEntry.objects.log_create(group, action=LogEntry.Action.UPDATE, changes=changes)


def record(number: int) -> None:
    """Record an event."""
    from django.utils import timezone

    from audit import log
    from audit.events import RecordRead

    event = RecordRead(page="list", filters={"kind": "grant.activated", "actor": "user:1"})
    log.record(event, actor="user:1", subject=f"grant:{number % 50}", at=timezone.now())


def _raw(barrier: Barrier, queue: "Queue[list[float]]", _: int, transactions: int) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(_RAW)

        def write(_: int) -> None:
            connection.execute("INSERT INTO bench_raw (body) VALUES (%s)", [b"x" * 512])

        _timed(write, barrier, queue, transactions)


def _recorded(
    barrier: Barrier, queue: "Queue[list[float]]", writer: int, transactions: int
) -> None:
    import django

    django.setup()
    from django.db import transaction

    def write(number: int) -> None:
        with transaction.atomic():
            record(writer + number * CLIENTS)

    _timed(write, barrier, queue, transactions)


def _receipts(
    barrier: Barrier, queue: "Queue[list[float]]", writer: int, transactions: int
) -> None:
    """Wait, after each event, until a signed head covers it, as whoever asks for credentials."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from audit import heads, log
    from audit.events import Gap

    def write(number: int) -> None:
        subject = f"client:{writer}.{number}"
        with transaction.atomic():
            event = Gap(expected=1, found=2, event="0" * 32)  # critical: signed at once
            log.record(event, actor="user:1", subject=subject, at=timezone.now())
        began = time.perf_counter()
        if not heads.wait_for(subject, Gap.kind, patience=10):
            raise RuntimeError("No receipt within ten seconds.")
        waits.append(time.perf_counter() - began)

    waits: list[float] = []
    _timed(write, barrier, None, transactions)
    queue.put(waits)


def _timed(
    write: Callable[[int], None],
    barrier: Barrier,
    queue: "Queue[list[float]] | None",
    transactions: int,
) -> None:
    write(-1)  # connects
    barrier.wait()
    for number in range(transactions):
        write(number)
    if queue:
        queue.put([])


WAYS = {"raw": _raw, "recorded": _recorded, "receipts": _receipts}
