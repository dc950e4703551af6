"""Time that passes while we act, measured by a clock that nobody can set."""

import time
from datetime import datetime, timedelta


class Stopwatch:
    """Counts on from the moment `at`, however the wall clock jumps meanwhile."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._started = time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since it was started."""
        return time.monotonic() - self._started

    def now(self) -> datetime:
        """Return the moment it was started at, plus what has passed since."""
        return self._at + timedelta(seconds=self.elapsed())

    def left(self, until: datetime) -> float:
        """Return the seconds that remain until `until`; negative once it is over."""
        return (until - self.now()).total_seconds()
