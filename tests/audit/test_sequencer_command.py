"""The sequencer's process, run inside the test's own (its crashes are in `test_crash.py`)."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from audit import sequencer
from audit.management.commands import audit_sequencer
from audit.models import Entry
from tests.audit.make import happen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Put the handlers of signals back as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*, seconds: float) -> None:
    """Run the command until SIGTERM comes after some seconds."""
    timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGTERM])
    timer.start()
    call_command("audit_sequencer")
    timer.join()


def test_enters_what_is_pending_and_ends_when_told() -> None:
    happen()

    run(seconds=0.3)

    assert Entry.objects.count() == 1


def test_stands_by_while_another_one_is_in_office() -> None:
    happen()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [audit_sequencer._OFFICE])  # noqa: SLF001
        run(seconds=0.1)
        assert Entry.objects.count() == 0
        cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()


def test_begins_again_when_it_loses_its_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    works, calls = sequencer.run_once, []

    def fail_once(**options: object) -> int:
        calls.append(options)
        if len(calls) == 1:
            raise OperationalError("the server is restarting")
        return works(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(sequencer, "run_once", fail_once)
    happen()

    run(seconds=0.6)

    assert Entry.objects.count() == 1
    assert "The sequencer lost its database; next try in 0.1 s." in caplog.text
