"""Processes of a test, each with a connection of its own."""

import multiprocessing
import time
from multiprocessing.process import BaseProcess

from django.db import connections

_processes = multiprocessing.get_context("fork")


def start(what: object, *args: object) -> BaseProcess:
    """Run `what` in a process of its own with a connection of its own."""
    connections.close_all()
    process = _processes.Process(target=what, args=args, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def wait_until(done: object, *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def stop(process: BaseProcess) -> None:
    """Ask a process to end, and see that it does."""
    process.terminate()
    process.join(5)
    assert process.exitcode == 0
