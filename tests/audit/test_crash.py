"""The sequencer as a process: a second one stands by, and it outlives its connection.

Who is killed at random moments, by the hundred, is in `bench.kills`; a few with tests/faults.
"""

import pytest
from django.core.management import call_command
from django.db import connection

from audit.models import Entry
from tests.audit.make import happen, sql
from tests.audit.processes import start, stop, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def sequencer() -> None:
    call_command("audit_sequencer")


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
