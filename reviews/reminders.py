"""Reminders of what is due: once before the deadline, once at it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from audit import log
from breakglass.transitions.locks import lock
from reviews import assignment_events as events
from reviews.assignment_events import Deadline
from reviews.models import Finding, Obligation, Review

BEFORE, LATE = 1, 2
_SOONEST = timedelta(days=1)  # nobody is reminded earlier before a deadline
Due = Review | Finding | Obligation
_EVENTS: dict[type[Due], tuple[type[Deadline], type[Deadline]]] = {
    Review: (events.ReviewNearlyDue, events.ReviewOverdue),
    Finding: (events.FindingNearlyDue, events.FindingOverdue),
    Obligation: (events.ObligationNearlyDue, events.ObligationOverdue),
}


def due(at: datetime, *, limit: int = 200) -> Iterator[Due]:
    """Yield what has a reminder coming at `at`."""
    soon = Q(reminded__lt=BEFORE, due_at__lte=at + _SOONEST) | Q(reminded__lt=LATE, due_at__lte=at)
    found: list[Due] = [
        *Review.objects.owed().filter(soon)[:limit],
        *Finding.objects.open().filter(soon)[:limit],
        *Obligation.objects.open().filter(soon)[:limit],
    ]
    yield from (row for row in found if _wanted(row, at) > row.reminded)


@log.transition
def remind(row: Due, *, at: datetime) -> Due:
    """Write down that the deadline comes near or has passed, once each, so that people are told."""
    row = lock(row)
    wanted = _wanted(row, at)
    if row.due_at is None or wanted <= row.reminded or not _waits(row):
        return row
    row.reminded = wanted
    row.save(update_fields=["reminded"])
    person = _person(row)
    event = _EVENTS[type(row)][wanted - 1](
        person=person.ref if person else "", due_at=row.due_at.isoformat()
    )
    log.record(event, actor=log.SYSTEM, subject=row.ref, at=at, case=row.case_ref)
    return row


def _wanted(row: Due, at: datetime) -> int:
    """Return which reminder is due: the last quarter of the time, or its last day, comes first."""
    if row.due_at is None:
        return 0
    if row.due_at <= at:
        return LATE
    begun = row.reopened_at or row.owed_at if isinstance(row, Review) else row.opened_at
    return BEFORE if row.due_at - at <= min(_SOONEST, (row.due_at - begun) / 4) else 0


def _waits(row: Due) -> bool:
    if isinstance(row, Review):
        return row.state in Review.OWED
    return row.state == "open"


def _person(row: Due) -> User | None:
    """Return whose it is; a verdict to be confirmed is not that of whoever gave it any more."""
    if not isinstance(row, Review):
        return row.owner
    return None if row.waits_for_second else row.reviewer or row.assignee
