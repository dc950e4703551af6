"""Findings that the record itself brings up: certain ones only, each entry looked at once.

A cursor moves in the transaction that opens the finding, and a finding belongs to one entry, so
neither a crash nor reading everything again makes a second one.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from audit import cursor, reading
from audit.models import Entry
from breakglass.models import Request
from core.refs import key_of
from reviews import transitions
from reviews.models import Finding
from reviews.transitions import Observation

NAME = "reviews.detect"
REFUSALS = 5  # of one person, within
WINDOW = timedelta(minutes=10)
Kind, Severity = Finding.Kind, Finding.Severity


def run(*, at: datetime, limit: int = 1000) -> int:
    """Look at up to `limit` new entries; return how many were looked at."""
    return cursor.follow(NAME, lambda entry: look(entry, at=at), limit=limit)


def take_up_again(*, at: datetime) -> int:
    """Look once more at the entries that were set aside; return how many succeeded."""
    return cursor.retry(NAME, lambda entry: look(entry, at=at))


def look(entry: Entry, *, at: datetime) -> None:
    """Open the finding that an entry calls for, if any."""
    watch = WATCHED.get(entry.kind)
    if watch and (seen := watch(entry)):
        transitions.open_finding(seen, by=None, at=at)


def _ratification_refused(entry: Entry) -> Observation:
    return _of_entry(entry, Kind.RATIFICATION_REFUSED, Severity.HIGH, "comment",
                     "Breaking the glass was found to be wrong")  # fmt: skip


def _ratification_overdue(entry: Entry) -> Observation:
    return _of_entry(entry, Kind.RATIFICATION_OVERDUE, Severity.MEDIUM, "",
                     "Nobody ratified in time")  # fmt: skip


def _door_close_failed(entry: Entry) -> Observation:
    return _of_entry(entry, Kind.DOOR_CLOSE_FAILED, Severity.HIGH, "target",
                     "A door could not be proved closed for a minute")  # fmt: skip


def _record_altered(entry: Entry) -> Observation:
    return _of_entry(entry, Kind.RECORD_ALTERED, Severity.HIGH, "why",
                     "An event was altered or removed before it was entered")  # fmt: skip


def _refused_repeatedly(entry: Entry) -> Observation | None:
    """See the refusal that completes a burst; the ones after it belong to the same finding."""
    if not entry.actor.startswith("user:"):
        return None
    burst = Entry.objects.filter(
        kind=entry.kind,
        actor=entry.actor,
        seq__lte=entry.seq,
        occurred_at__gt=entry.occurred_at - WINDOW,
    )
    seqs = list(burst.order_by("-seq").values_list("seq", flat=True)[:200])
    known = Finding.objects.filter(kind=Kind.REFUSED_REPEATEDLY, entry_seq__in=seqs)
    if len(seqs) < REFUSALS or known.exclude(entry_seq=entry.seq).exists():
        return None
    return Observation(
        kind=Kind.REFUSED_REPEATEDLY,
        severity=Severity.MEDIUM,
        text=f"Refused {REFUSALS} times within {WINDOW.seconds // 60} minutes.",
        subject=entry.actor,
        entry_seq=entry.seq,
    )


WATCHED: dict[str, Callable[[Entry], Observation | None]] = {
    "ratification.refused": _ratification_refused,
    "ratification.overdue": _ratification_overdue,
    "door.close_failed": _door_close_failed,
    "access.refused": _refused_repeatedly,
    "audit.pending_altered": _record_altered,
    "audit.gap": _record_altered,
}


def _of_entry(
    entry: Entry, kind: Finding.Kind, severity: Finding.Severity, detail: str, words: str
) -> Observation:
    """Return what one entry says by itself, with one of its details where it still has it."""
    event = reading.event_of(entry)
    said = str(getattr(event, detail, "") or "") if detail else ""
    return Observation(
        kind=kind,
        severity=severity,
        text=f"{words}: {said}" if said else f"{words}.",
        subject=entry.subject,
        case=case_of(entry.case),
        entry_seq=entry.seq,
    )


def case_of(reference: str) -> Request | None:
    """Return the case that the ledger names so, if there is one."""
    key = key_of(reference, "request")
    return Request.objects.filter(pk=key).first() if key else None
