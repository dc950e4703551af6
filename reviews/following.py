"""What follows from entries of the record by itself, each entry looked at once.

A cursor of its own moves in the transaction that does it, so neither a crash nor reading
everything again does anything twice.
"""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from audit import cursor
from audit.models import Entry
from breakglass.models import Request
from core.refs import key_of
from reviews import obligations
from reviews.assignment_transitions import assign
from reviews.models import Finding, Review
from reviews.policy import why_not_seal
from reviews.seal_transitions import seal

NAME = "reviews.follow"
_ENDING = ("review.closed", "obligation.done", "obligation.waived", "finding.resolved")


def run(*, at: datetime, limit: int = 1000) -> int:
    """Look at up to `limit` new entries; return how many were looked at."""
    return cursor.follow(NAME, lambda entry: look(entry, at=at), limit=limit)


def take_up_again(*, at: datetime) -> int:
    """Look once more at the entries that were set aside; return how many succeeded."""
    return cursor.retry(NAME, lambda entry: look(entry, at=at))


def look(entry: Entry, *, at: datetime) -> None:
    """Do what follows from an entry, if anything."""
    if follow := _FOLLOWED.get(entry.kind):
        follow(entry, at)


def _door_closed(entry: Entry, at: datetime) -> None:
    obligations.owed_by_door(entry, at=at)


def _finding_opened(entry: Entry, at: datetime) -> None:
    key = key_of(entry.subject, "finding")
    finding = Finding.objects.filter(pk=key).select_related("case").first() if key else None
    if finding:
        obligations.owed_by(finding, at=at)


def _review_waits(entry: Entry, at: datetime) -> None:
    """Choose whose turn it is; not that of who has just given the review back."""
    key = key_of(entry.subject, "review")
    giver = key_of(entry.actor, "user") if entry.kind == "review.returned" else None
    if review := Review.objects.filter(pk=key).first() if key else None:
        but = User.objects.filter(pk=giver).first() if giver else None
        assign(review, at=at, but=but)


def _nothing_left(entry: Entry, at: datetime) -> None:
    """Seal the case, if this was the last thing to do in it.

    The tables may be ahead of an entry: what ended the case later comes by itself.
    """
    key = key_of(entry.case, "request")
    case = Request.objects.filter(pk=key).first() if key else None
    later = Entry.objects.filter(case=entry.case, seq__gt=entry.seq, kind__in=_ENDING)
    if case and why_not_seal(case) is None and not later.exists():
        seal(case, until=entry.seq + 1, at=at)


_FOLLOWED: dict[str, Callable[[Entry, datetime], None]] = {
    "door.closed": _door_closed,
    "finding.opened": _finding_opened,
    "review.owed": _review_waits,
    "review.returned": _review_waits,
    "review.reopened": _review_waits,
    **dict.fromkeys(_ENDING, _nothing_left),
}
