"""The sealer's process, run inside the test's own."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from audit import heads, key_file, sealer
from audit.management.commands import audit_sealer
from audit.models import Checkpoint, Sealing
from tests.audit.make import happen, sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Put the handlers of signals back as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.LEDGER_KEY_PATH = str(tmp_path / "ledger" / "key")
    settings.LEDGER_MEMORY_PATH = str(tmp_path / "ledger" / "memory")
    return tmp_path / "ledger"


def run(*words: str, seconds: float) -> None:
    """Run the command until SIGTERM comes, after some seconds at the latest."""
    timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGTERM])
    timer.start()
    call_command("audit_sealer", *words)
    timer.cancel()
    timer.join()


def test_makes_its_key_signs_and_ends_when_told(home: Path) -> None:
    happen()
    sequence(timezone.now())

    run(seconds=0.5)

    head = Checkpoint.objects.get()
    assert head.size == 1
    key = key_file.read((home / "key").read_text())
    assert head.note.startswith(f"{key.origin}\n1\n")
    assert heads.is_signing(timezone.now())


def test_goes_on_with_its_key_and_its_memory() -> None:
    for _ in range(2):
        happen()
        sequence(timezone.now())
        run(seconds=0.5)

    assert [head.size for head in Checkpoint.objects.order_by("size")] == [1, 2]
    assert len(heads.public_keys()) == 1


def test_takes_its_key_from_the_environment(home: Path, settings: Settings) -> None:
    made = key_file.make(home / "other", "example.org/record")
    settings.LEDGER_KEY = (home / "other").read_text()
    happen()
    sequence(timezone.now())

    run(seconds=0.5)

    assert [key.name for key in heads.public_keys()] == [made.origin]


def test_takes_its_key_from_a_key_store_once_that_gives_one(home: Path, settings: Settings) -> None:
    settings.LEDGER_KEY_COMMAND = f"cat {home / 'store'}"
    happen()
    sequence(timezone.now())

    run(seconds=0.3)
    assert "LEDGER_KEY_COMMAND gave no key (it ended with 1)" in Sealing.objects.get().why
    assert not (home / "key").exists()

    made = key_file.make(home / "store", "example.org/record")
    run(seconds=0.5)
    assert [key.name for key in heads.public_keys()] == [made.origin]
    assert not (home / "key").exists()


@pytest.mark.parametrize("command", ["no-such-program --secret", "'unfinished"])
def test_a_key_store_that_cannot_be_asked_is_no_reason_to_end(
    command: str, settings: Settings
) -> None:
    settings.LEDGER_KEY_COMMAND = command
    run(seconds=0.3)
    why = Sealing.objects.get().why
    assert "LEDGER_KEY_COMMAND gave no key" in why
    assert "secret" not in why


def test_refuses_a_key_that_is_none_and_does_not_tell_it(settings: Settings) -> None:
    settings.LEDGER_KEY = "PRIVATE+KEY+secret"
    with pytest.raises(CommandError, match="LEDGER_KEY: This is no signing key") as caught:
        call_command("audit_sealer")
    assert "secret" not in str(caught.value)


def test_says_to_the_lamps_why_it_signs_nothing(home: Path) -> None:
    happen()
    sequence(timezone.now())
    run(seconds=0.5)
    (home / "memory").unlink()

    run(seconds=0.3)
    assert "Put it back from a copy" in Sealing.objects.get().why

    run("--trust-database", seconds=0.5)
    assert Sealing.objects.get().why == ""


def test_never_makes_a_second_key_for_a_record_that_was_signed(home: Path) -> None:
    happen()
    sequence(timezone.now())
    run(seconds=0.5)
    (home / "key").unlink()

    run(seconds=0.3)

    assert "Put the key back" in Sealing.objects.get().why
    assert not (home / "key").exists()


def test_stands_by_while_another_one_is_in_office() -> None:
    happen()
    sequence(timezone.now())
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [audit_sealer._OFFICE])  # noqa: SLF001
        run(seconds=0.2)
        assert not Checkpoint.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()


def test_begins_again_when_it_loses_its_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    works, calls = sealer.seal, []

    def fail_once(*args: Any, **options: Any) -> sealer.Memory:
        calls.append(options)
        if len(calls) == 1:
            raise OperationalError("the server is restarting")
        memory = works(*args, **options)
        os.kill(os.getpid(), signal.SIGTERM)  # it has signed, however long that took
        return memory

    monkeypatch.setattr(sealer, "seal", fail_once)
    happen()
    sequence(timezone.now())

    run(seconds=30)

    assert Checkpoint.objects.count() == 1
    assert "The sealer lost its database; next try in 0.1 s." in caplog.text
