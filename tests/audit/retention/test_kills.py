"""Whoever prunes is killed: the record is good all the same, and the next run does the rest."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from audit import pruned
from audit.retention import carrying_out
from audit.verify import verify
from tests.audit.processes import start, wait_until
from tests.audit.retention.make import (
    NEW,
    OLD,
    bgverify,
    fill,
    finish,
    order,
    seqs,
    verify_whole,
    write_log,
)

pytestmark = pytest.mark.django_db(transaction=True)
STEP = 256


@pytest.fixture
def due(seal: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of which 512 entries go, in two steps."""
    monkeypatch.setattr(carrying_out, "STEP", STEP)
    fill(2 * STEP + 1, at=OLD, cases=7)
    fill(3, at=NEW, cases=0)
    verify_whole(at=NEW)
    seal()
    order()
    seal()


def pruner(dies_behind: int, *, done: bool) -> None:
    """Prune, and die by SIGKILL behind so many steps: amid the next one, or before it has begun."""
    begun = 0

    def die(execute: Any, statement: str, *rest: Any) -> Any:
        nonlocal begun
        is_step = "audit_prune(" in statement
        if is_step and begun == dies_behind and not done:
            os.kill(os.getpid(), signal.SIGKILL)
        found = execute(statement, *rest)
        if is_step and begun == dies_behind:
            os.kill(os.getpid(), signal.SIGKILL)
        begun += is_step
        return found

    with connection.execute_wrapper(die):
        finish()


def kill(dies_behind: int, *, done: bool) -> None:
    """Let somebody prune and be killed; wait until the server has noticed."""
    victim = start(lambda: pruner(dies_behind, done=done))
    victim.join(30)
    assert victim.exitcode == -signal.SIGKILL
    wait_until(_nobody_else_is_there)


def _nobody_else_is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND backend_type = 'client backend')"
        )
        return bool(cursor.fetchone()[0])


def assert_good(folder: Path) -> None:
    assert verify().why == ""
    code, said = bgverify(write_log(folder))
    assert code == 0, said


@pytest.mark.usefixtures("due")
def test_a_pruning_is_killed_amid_a_step_and_between_two(tmp_path: Path) -> None:
    kill(0, done=True)  # all is deleted, and nothing committed
    assert (seqs()[0], pruned.low()) == (0, 0)
    assert_good(tmp_path / "amid")

    kill(1, done=False)
    assert (seqs()[0], pruned.low()) == (STEP, 2 * STEP)
    assert_good(tmp_path / "between")

    kill(0, done=True)  # amid the last one
    assert (seqs()[0], pruned.low()) == (STEP, 2 * STEP)

    assert (finish(), finish()) == (STEP, 0)
    assert (seqs()[0], carrying_out.is_finished()) == (2 * STEP, True)
    assert_good(tmp_path / "whole")
