"""`manage.py audit_sequencer`: the process that enters events into the record."""

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from audit import sequencer

logger = logging.getLogger(__name__)

POLL = 0.25  # seconds between two looks when nobody rings
LONGEST_PAUSE = 5.0  # seconds between two attempts to reach the database
_OFFICE = 0x6272_6561_6B02  # held by the sequencer that works; a second one waits for it


class Command(BaseCommand):
    help = "Enter committed events into the record, until SIGTERM. A second one stands by."
    stopped = False

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        pause = 0.1
        while not self.stopped:
            try:
                if _in_office():
                    pause = 0.1
                    self.serve()
                else:
                    time.sleep(POLL)
            except (DatabaseError, InterfaceError):
                # Nothing is half done: a batch is one transaction. Begin again with a new
                # connection; the server may be restarting.
                logger.exception("The sequencer lost its database; next try in %.1f s.", pause)
                connection.close()
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        connection.close()

    def stop(self, *args: Any) -> None:
        """Remember to end. A plain flag: a handler that takes a lock may wait for itself."""
        self.stopped = True

    def serve(self) -> None:
        """Enter what is pending, then sleep until a writer rings or a poll is due."""
        logger.info("The sequencer is at work.")
        with connection.cursor() as cursor:
            cursor.execute("LISTEN audit_pending")
        while not self.stopped:
            if not sequencer.run_once(at=timezone.now()):
                with connection.wrap_database_errors:
                    list(connection.connection.notifies(timeout=POLL, stop_after=1))


def _in_office() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_OFFICE])
        return bool(cursor.fetchone()[0])
