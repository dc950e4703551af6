"""`manage.py audit_sequencer`: the process that enters events into the record."""

import logging
import time
from typing import Any

from django.db import connection
from django.utils import timezone

from audit import restore, sequencer, sql
from audit.office import LONGEST_PAUSE, POLL, Office

logger = logging.getLogger(__name__)

MOST = 1000  # entries in one transaction
# Seconds for others to come along, while several write at once: a batch of many costs little more
# than one of one, and PostgreSQL has the processor meanwhile. Somebody waits for what is critical.
TOGETHER, TOGETHER_CRITICAL = 0.05, 0.004
_OFFICE = 0x6272_6561_6B02  # held by the sequencer that works; a second one waits for it


class Command(Office):
    help = "Enter committed events into the record, until SIGTERM. A second one stands by."
    name, lock = "sequencer", _OFFICE
    told = ""  # why nothing is entered, as it was last said

    def handle(self, *args: Any, **options: Any) -> None:
        self.hold(self.serve)

    def serve(self) -> None:
        """Enter what is pending, then sleep until a writer rings or a poll is due.

        Not before it is clear that no older copy of the database was put back.
        """
        while not self.stopped and (why := restore.why_not_go_on()):
            if why != self.told:
                logger.error("The sequencer enters nothing. %s", why)
            self.told = why
            self.rest(LONGEST_PAUSE)
        logger.info("The sequencer is at work.")
        with connection.cursor() as cursor:
            cursor.execute("LISTEN audit_pending")
        while not self.stopped:
            entered = sequencer.run_once(at=timezone.now(), limit=MOST)
            if entered < MOST:
                rung = sql.rings(POLL)  # one that came meanwhile is heard at once
                if entered > 1 and rung:
                    _gather(rung)


def _gather(rung: list[str]) -> None:
    """Let others come along to those who rang, for as long as nobody waits for it."""
    until = time.monotonic() + TOGETHER
    while sequencer.CRITICAL not in rung and (left := until - time.monotonic()) > 0:
        rung = sql.rings(left)
    if sequencer.CRITICAL in rung:
        time.sleep(TOGETHER_CRITICAL)
