"""Keep a handful of processes running, show what they say, and end them together."""

import dataclasses
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from config import processes

_STEADY_SECONDS = 60
_PATIENCE_SECONDS = 10  # for all programs of one stage together
_LONGEST_PAUSE_SECONDS = 5.0  # before what died again and again is tried again: doors wait for it
_COLOURS = ("36", "35", "33", "32", "34", "31")


@dataclasses.dataclass(kw_only=True)
class Child:
    """A process to keep running. `start` makes it; those of a later `stage` are ended first."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stage: int = 1
    how_to_stop: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    failures: int = 0
    again_at: float | None = None
    unfinished: bytes = b""


class Children:
    """All processes of ours. One thread does everything, from starting to printing."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._colour = sys.stdout.isatty()

    def add(self, child: Child) -> None:
        """Start a process, or take over the one it already has."""
        self._children.append(child)
        self._begin(child)

    def pump(self, seconds: float) -> None:
        """For that long, print what they say and start again what has died."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in self._selector.select(min(left, 0.25)):
                self._read(key.data)
            for child in self._children:
                self._look_after(child)

    def stop(self) -> None:
        """End all of them, programs before the servers that they need."""
        for stage in sorted({child.stage for child in self._children}, reverse=True):
            running = [
                (child.process, child.how_to_stop)
                for child in self._children
                if child.stage == stage and child.process
            ]
            for process, how in running:
                processes.ask(process, how)
            deadline = time.monotonic() + _PATIENCE_SECONDS
            for process, _ in running:
                processes.end(process, seconds=max(deadline - time.monotonic(), 0.1))
                if process.stdout:
                    process.stdout.close()

    def _begin(self, child: Child) -> None:
        if not child.process:
            child.process = child.start()
        child.started, child.again_at = time.monotonic(), None
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process and child.process.poll() is not None:
            status = child.process.returncode
            self._read(child)
            self._let_go(child.process)
            child.process = None
            child.failures = 1 if now - child.started > _STEADY_SECONDS else child.failures + 1
            delay = min(_LONGEST_PAUSE_SECONDS, 0.25 * 2**child.failures)
            child.again_at = now + delay
            self._say(child, f"ended with status {status}; starts again in {delay:.1f} s")
        elif child.again_at and now >= child.again_at:
            self._begin(child)

    def _let_go(self, process: subprocess.Popen[bytes]) -> None:
        processes.end(process, seconds=0)
        if process.stdout:
            if process.stdout in self._selector.get_map():
                self._selector.unregister(process.stdout)
            process.stdout.close()

    def _read(self, child: Child) -> None:
        if not child.process or not child.process.stdout:
            return
        stream = child.process.stdout
        try:
            heard = os.read(stream.fileno(), 65_536)
        except BlockingIOError:
            return
        if not heard and stream in self._selector.get_map():
            self._selector.unregister(stream)
        *lines, child.unfinished = (child.unfinished + heard).split(b"\n")
        for line in lines:
            self._say(child, line.decode(errors="replace"))

    def _say(self, child: Child, line: str) -> None:
        name = f"{child.name:>9}"
        if self._colour:
            colour = _COLOURS[self._children.index(child) % len(_COLOURS)]
            name = f"\033[{colour}m{name}\033[0m"
        sys.stdout.write(f"{name} {line}\n")
        sys.stdout.flush()
