"""Kill the sequencer at random moments, again and again: no event is lost, none is doubled."""

import os
import random
import signal
import time
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection, connections

from audit import verify
from audit.models import Entry, Pending
from tests.audit.make import happen, sql
from tests.audit.processes import start, stop, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EVENTS, KILLS = 2, 400, 10


def sequencer() -> None:
    call_command("audit_sequencer")


def writer(number: int) -> None:
    for count in range(EVENTS):
        happen(f"thing:{number}.{count % 7}", what=str(count))
    connections.close_all()


def test_nothing_is_lost_or_doubled_when_the_sequencer_is_killed() -> None:
    writers = [start(writer, number) for number in range(WRITERS)]
    for _ in range(KILLS):
        process = start(sequencer)
        time.sleep(random.uniform(0.05, 0.3))  # noqa: S311
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    last = start(sequencer)
    for process in writers:
        process.join(30)
        assert process.exitcode == 0
    wait_until(lambda: not Pending.objects.exists())
    stop(last)

    written = Counter(Entry.objects.values_list("subject", flat=True))
    assert sum(written.values()) == WRITERS * EVENTS
    assert Entry.objects.values("event_id").distinct().count() == WRITERS * EVENTS
    assert verify.verify().why == ""


def test_a_second_sequencer_waits_and_takes_over() -> None:
    first, second = start(sequencer), start(sequencer)
    happen()
    wait_until(lambda: Entry.objects.count() == 1)

    stop(first)
    happen()
    wait_until(lambda: Entry.objects.count() == 2)
    stop(second)


def test_the_sequencer_outlives_its_connection() -> None:
    process = start(sequencer)
    happen()
    wait_until(lambda: Entry.objects.count() == 1)

    sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    happen()
    wait_until(lambda: Entry.objects.count() == 2)
    stop(process)


def test_readers_are_rung_when_there_are_new_entries() -> None:
    process = start(sequencer)
    with connection.cursor() as cursor:
        cursor.execute("LISTEN audit_entries")
    happen()

    rung = list(connection.connection.notifies(timeout=5, stop_after=1))

    assert [notice.channel for notice in rung] == ["audit_entries"]
    stop(process)
