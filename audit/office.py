"""A process of which one works at a time, for as long as it is left to."""

import logging
import signal
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

logger = logging.getLogger(__name__)

POLL = 0.25  # seconds between two looks when nobody rings
LONGEST_PAUSE = 5.0  # seconds between two attempts after something went wrong


class Office(BaseCommand):
    """A command that works until SIGTERM, while it holds the advisory lock; a second one waits."""

    name: str
    lock: int
    stopped = False

    def hold(self, work: Callable[[], None]) -> None:
        """Do `work` whenever in office, and begin again with a new connection when it is lost.

        Losing it undoes nothing: what the work does is one transaction each time.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        pause = 0.1
        while not self.stopped:
            try:
                if self._is_ours():
                    pause = 0.1
                    work()
                else:
                    time.sleep(POLL)
            except (DatabaseError, InterfaceError):
                # The server may be restarting.
                logger.exception("The %s lost its database; next try in %.1f s.", self.name, pause)
                connection.close()
                self.rest(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        connection.close()

    def stop(self, *args: Any) -> None:
        """Remember to end. A plain flag: a handler that takes a lock may wait for itself."""
        self.stopped = True

    def rest(self, seconds: float) -> None:
        """Wait, but not longer than until somebody wants the process to end."""
        until = time.monotonic() + seconds
        while not self.stopped and time.monotonic() < until:
            time.sleep(0.1)

    def _is_ours(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self.lock])
            return bool(cursor.fetchone()[0])
