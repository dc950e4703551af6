"""Who writes in `bench_ledger`: ways to tell of a change, and processes that do so at once."""

import os
import random
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
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
    """Record an event of one of 50 objects; of eight who do, each has its own."""
    from django.utils import timezone

    from audit import log
    from audit.events import RecordRead

    event = RecordRead(page="list", filters={"kind": "grant.activated", "actor": "user:1"})
    log.record(event, actor="user:1", subject=f"grant:{number % 400}", at=timezone.now())


def record_after_others(number: int) -> None:
    """Record an event of an object of which other processes recorded many meanwhile."""
    from audit import log

    log._latest[f"grant:{number % 400}"] = -99  # noqa: SLF001
    record(number)


def work(
    way: str,
    barrier: Barrier,
    queue: "Queue[list[float]]",
    writer: int,
    times: int,
    pause: float,
) -> None:
    """Write so often, as one of eight, with pauses that are `pause` seconds long on average.

    Puts the seconds that each time was waited for a receipt into the queue.
    """
    write = WAYS[way](writer)
    write(-1)  # connects
    barrier.wait()
    waits = []
    for number in range(times):
        time.sleep(random.uniform(0, 2 * pause))
        waits.append(write(number))
    queue.put(waits)


Write = Callable[[int], float]


def _bare(_: int) -> Write:
    """Insert a row and commit, without Django."""
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    with suppress(psycopg.errors.UniqueViolation):  # eight make it at once
        connection.execute(_RAW)

    def write(_: int) -> float:
        connection.execute("INSERT INTO bench_raw (body) VALUES (%s)", [b"x" * 512])
        return 0

    return write


def _telling(tell: Callable[[int], None]) -> Callable[[int], Write]:
    """Tell in a transaction of Django, and wait for nothing."""

    def begin(writer: int) -> Write:
        import django

        django.setup()
        from django.db import transaction

        def write(number: int) -> float:
            with transaction.atomic():
                tell(writer + number * CLIENTS)
            return 0

        return write

    return begin


def _receipts(writer: int) -> Write:
    """Wait, after each event, until a signed head covers it, as whoever asks for credentials."""
    import django

    django.setup()
    from audit import heads
    from audit.events import Gap

    run = secrets.token_hex(4)

    def write(number: int) -> float:
        subject = f"client:{run}.{writer}.{number}"
        record_critical(subject)
        began = time.perf_counter()
        if not heads.wait_for(subject, Gap.kind, patience=10):
            raise RuntimeError("No receipt within ten seconds.")
        return time.perf_counter() - began

    return write


def record_critical(subject: str) -> None:
    """Record an event that is signed at once."""
    from django.db import transaction
    from django.utils import timezone

    from audit import log
    from audit.events import Gap

    with transaction.atomic():
        event = Gap(expected=1, found=2, event="0" * 32)
        log.record(event, actor="user:1", subject=subject, at=timezone.now())


WAYS: dict[str, Callable[[int], Write]] = {
    "bare": _bare,
    "plain row": _telling(row),
    "recorded": _telling(record),
    "receipts": _receipts,
}
