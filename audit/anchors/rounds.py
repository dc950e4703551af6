"""Bring each new head to all witnesses, beside the sealer, which never waits for one of them."""

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent import futures
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

from audit import heads
from audit.anchors import places
from audit.anchors.courier import PATIENCE, Courier
from audit.anchors.failures import Contradicted, Failed, Later
from audit.models import Checkpoint
from audit.outside import Place

logger = logging.getLogger(__name__)

OFTEN = 10.0  # seconds until a head is brought, unless somebody rings
LONGEST_PAUSE = 60.0  # seconds between two attempts at a witness that fails


@dataclasses.dataclass
class _Way:
    """One witness, and when it is due again."""

    courier: Courier
    busy: bool = False
    pause: float = 0
    not_before: float = 0

    def is_due(self, head: Checkpoint) -> bool:
        waits = self.busy or time.monotonic() < self.not_before
        return not waits and self.courier.known != head.size


class Rounds(threading.Thread):
    """Goes round whenever somebody rings, and every ten seconds.

    A round brings one head to all, so that enough of them sign the same one; it ends when enough
    have, and a witness that has not answered by then is left out until it has.
    """

    def __init__(
        self, couriers: Sequence[Courier], enough: int, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(name="witnesses", daemon=True)
        self._ways, self._enough, self._clock = [_Way(each) for each in couriers], enough, clock
        self._pool = futures.ThreadPoolExecutor(max(1, len(couriers)), "witness")
        self._bell, self._over = threading.Event(), threading.Event()

    def ring(self) -> None:
        """Ask for a round now."""
        self._bell.set()

    def stop(self) -> None:
        """End after the round that is under way."""
        self._over.set()
        self._bell.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def run(self) -> None:
        """Go round until stopped; where there are no witnesses, not at all."""
        while self._ways and not self._over.is_set():
            try:
                self.go()
            except (DatabaseError, InterfaceError):
                logger.exception("The witnesses were not asked: the database does not answer.")
                connection.close()
            self._bell.wait(1 if any(way.pause for way in self._ways) else OFTEN)
            self._bell.clear()
        connection.close()

    def go(self) -> None:
        """Bring the newest head to every witness that is due."""
        head = heads.newest()
        if head is None:
            return
        due = [way for way in self._ways if way.is_due(head)]
        asked = []
        for way in due:
            way.busy = True
            asked.append(self._pool.submit(self._bring, way, head))
        signed = 0
        with suppress(TimeoutError):
            for answer in futures.as_completed(asked, timeout=2 * PATIENCE):
                signed += answer.result()
                if signed >= self._enough:
                    break

    def _bring(self, way: _Way, head: Checkpoint) -> bool:
        """Bring a head to one witness, note how that went, and return whether it signed."""
        name, at = way.courier.witness.name, self._clock()
        try:
            way.courier.bring(head, at=at)
            places.went_well(Place.Kind.WITNESS, name, size=head.size, at=at)
            way.pause = way.not_before = 0
        except Later:
            return False
        except Failed as failure:
            way.pause = min(2 * way.pause or 1, LONGEST_PAUSE)
            way.not_before = time.monotonic() + way.pause
            contradicts = isinstance(failure, Contradicted)
            level = logging.WARNING if contradicts or way.pause > 2 else logging.DEBUG
            logger.log(level, "The witness %s did not sign. %s", name, failure)
            places.failed(
                Place.Kind.WITNESS, name, why=str(failure), at=at, contradicts=contradicts
            )
            return False
        except (DatabaseError, InterfaceError):
            logger.exception("What the witness %s signed could not be kept.", name)
            return False
        finally:
            connection.close()  # each thread would keep one of its own
            way.busy = False
        return True
