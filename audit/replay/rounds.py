"""Keep comparing the tables with the record: each night, by a command, and when somebody asks."""

import logging
import time as clocks
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from audit import erasure, locks
from audit.differences import Replay
from audit.events import Erased
from audit.models import Pending
from audit.replay import transitions, walk
from audit.replay.walk import Step
from audit.watch import LONGEST, NIGHT

logger = logging.getLogger(__name__)

_LOCK = 0x6272_6561_6B07  # held by whoever replays
Clock = Callable[[], datetime]


def begin_night(*, at: datetime) -> None:
    """Have the tables compared with the record, once for each night."""
    night = datetime.combine(at.date(), NIGHT)
    night -= timedelta(days=night > at)
    if not Replay.objects.filter(asked_at__gte=night).exists():
        transitions.ask_for_replay(by=None, at=at)


def go_on(clock: Clock) -> bool:
    """Work at the open replay for a while; return whether more is to do."""
    end = clock() + LONGEST
    for _run, _step in steps(clock):
        if clock() >= end:
            return Replay.objects.open().exists()
    return False


def steps(clock: Clock) -> Iterator[tuple[Replay, Step]]:
    """Work at the open replay, step by step; nothing where there is none, or others are at it.

    While words are being erased, tables and record give them up one after the other: then nothing
    that differs is believed, and the same step is taken again later.
    """
    with locks.alone(_LOCK) as alone:
        run = Replay.objects.open().first() if alone else None
        while run and not run.ended_at:
            began = clocks.perf_counter()
            step = walk.step(run.place)
            if step.found and _is_erasing():
                return
            for reference, (_case, texts) in step.found.items():
                logger.error("%s differs from the record: %s", reference, "; ".join(texts))
            spent = clocks.perf_counter() - began
            run = transitions.take_replay_step(run, step, seconds=spent, at=clock())
            yield run, step


def _is_erasing() -> bool:
    asked = Pending.objects.filter(set_aside_at=None).values_list("envelope", flat=True)
    kind = f'"ev":"{Erased.kind}"'.encode()
    return not erasure.is_finished() or any(kind in bytes(each) for each in asked.iterator())
