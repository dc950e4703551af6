"""What is wrong with on-call schedules, each as one sentence."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.models import Schedule
from core.speech import phrase

AHEAD = timedelta(days=14)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing that is wrong; nobody is told because of it where it is `severe`."""

    sentence: str
    severe: bool = False
    field: str = ""

    @property
    def severity(self) -> str:
        """As templates know it."""
        return "error" if self.severe else "warning"


def of_schedule(schedule: Schedule, at: datetime) -> list[Remark]:
    """Return what is wrong with a schedule now and in the next days."""
    return [*_of_feed(schedule), *_of_days(schedule, at)]


def everything(at: datetime) -> list[tuple[Schedule, list[Remark]]]:
    """Return what is wrong with each schedule in use; asks no more often for many than for one."""
    return [(each, of_schedule(each, at)) for each in Schedule.objects.in_use().whole()]


def _of_feed(schedule: Schedule) -> Iterator[Remark]:
    if schedule.kind == Schedule.Kind.CALENDAR and schedule.last_error:
        kept = phrase("The calendar cannot be read; the last good one counts: %(why)s",
                      why=schedule.last_error)  # fmt: skip
        yield Remark(sentence=kept, field="url")


def _of_days(schedule: Schedule, at: datetime) -> Iterator[Remark]:
    spans = schedule.rota().spans(at, at + AHEAD)
    gap = next((span for span in spans if span.nobody), None)
    strangers = dict.fromkeys(name for span in spans for name in span.named)
    if gap and gap.starts == at:
        yield Remark(sentence=phrase("Nobody is on call now."), severe=True)
    elif gap:
        said = phrase("Nobody is on call from %(start)s on.", start=gap.starts)
        yield Remark(sentence=said)
    for name in strangers:
        said = phrase("“%(name)s” is nobody here: the calendar needs an address or a full name"
                      " as it is here.", name=name)  # fmt: skip
        yield Remark(sentence=said, field="url")
