"""Keep verifying the record: what is new each minute, and the whole of it each night or when asked.

Both go on in steps from where they are, which is kept after each: a worker that is killed, or a
record of any length, costs neither the work that was done nor memory.
"""

import dataclasses
import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from django.http import HttpRequest

from audit import locks, transitions
from audit.models import Run, Verification
from audit.verify import verify
from core.once import once

logger = logging.getLogger(__name__)

STEP = 20_000  # entries between two words of how far it is
LONGEST = timedelta(seconds=10)  # that a worker is kept from its other work
NIGHT = time(2, tzinfo=UTC)  # from when on the whole record is verified
LOST = timedelta(seconds=15)  # without a step, and nobody is at work
_NEW, _WHOLE = 0x6272_6561_6B04, 0x6272_6561_6B05  # locks of those who verify the one and the other
Clock = Callable[[], datetime]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """What is known of the record: of the newest entries, and of all of them."""

    new: Verification | None
    whole: Run | None  # the last that came to an end
    running: Run | None

    @property
    def why(self) -> str:
        """What is wrong with the record; empty while nothing is."""
        return (self.new.why if self.new else "") or (self.whole.why if self.whole else "")

    @property
    def seq(self) -> int:
        """The newest entry up to which all is good; a run over all may have come further."""
        whole = self.whole.size - 1 if self.whole and not self.whole.why else -1
        return max(whole, self.new.seq if self.new else -1)

    @property
    def bad(self) -> int:
        """The first entry that is wrong, where something is."""
        worse = self.new if self.new and self.new.why else self.whole
        return (worse and worse.bad) or 0

    @property
    def found_at(self) -> datetime | None:
        """When that was found."""
        if self.new and self.new.why:
            return self.new.at
        return self.whole.ended_at if self.whole else None

    def waits(self, at: datetime) -> bool:
        """Whether the run that is open has nobody who works at it."""
        run = self.running
        return run is not None and at - (run.moved_at or run.asked_at) > LOST


def standing() -> Standing:
    """Return what verification has found."""
    runs = list(Run.objects.order_by("-ended_at")[:2])  # the open one stands before all others
    running = runs.pop(0) if runs and not runs[0].ended_at else None
    whole = runs[0] if runs else None
    return Standing(new=Verification.objects.first(), whole=whole, running=running)


@once
def standing_for(_: HttpRequest) -> Standing:
    """Return what verification has found, for all corners of one page."""
    return standing()


def look_at_new(clock: Clock) -> None:
    """Verify what was entered since the last good entry, and that this one is still the same."""
    end = clock() + LONGEST
    with locks.alone(_NEW) as alone:
        last = Verification.objects.first() or Verification()
        while alone:
            verdict = verify(after=last.tree, most=STEP)
            if verdict.why:
                logger.error("The record is not whole: %s", verdict.why)
            last = transitions.note_new(verdict, at=clock())
            if verdict.why or verdict.is_all or clock() >= end:
                return


def begin_night(*, at: datetime) -> None:
    """Have the whole record verified, once for each night."""
    night = datetime.combine(at.date(), NIGHT)
    night -= timedelta(days=night > at)
    if not Run.objects.filter(asked_at__gte=night).exists():
        transitions.ask_for_verification(by=None, at=at)


def go_on(clock: Clock) -> bool:
    """Work at the verification of the whole record for a while; return whether more is to do."""
    end = clock() + LONGEST
    with locks.alone(_WHOLE) as alone:
        run = Run.objects.open().first() if alone else None
        while run and not run.ended_at:
            if clock() >= end:
                return True
            verdict = verify(after=run.tree, most=STEP)
            if verdict.why:
                logger.error("The record is not whole: %s", verdict.why)
            run = transitions.take_step(run, verdict, at=clock())
    return False
