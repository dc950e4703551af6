"""The verbs of this room: to read the record, to verify it, to erase; each is on it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from audit import log, policy
from audit.erasure import DETAIL, PERSONAL, Found, Order
from audit.events import (
    Degraded,
    Erased,
    Event,
    RecordRead,
    Verified,
    VerifyFailed,
    VerifyMended,
)
from audit.legal import Basis
from audit.models import Run, State, Verification
from audit.policy import Reader
from audit.verify import Verdict
from core import doorbell
from core.errors import BadInput, NotAllowed
from core.speech import phrase

RECORD = "record:ledger"
_MOST = 5000  # entries that one entry erases, so that it stays of a size to be read
_LONGEST = 60  # characters of a reference
_QUIET = timedelta(minutes=1)
_READ = """INSERT INTO audit_reading (reader, at) VALUES (%s, %s) ON CONFLICT (reader)
    DO UPDATE SET at = excluded.at WHERE audit_reading.at <= %s RETURNING at"""


@log.transition
def read_record(
    *, by: Reader, page: str, filters: dict[str, str], at: datetime, always: bool = False
) -> None:
    """Let `by` read the record, and say so on the record, once a minute for each person.

    `always` says it each time: of files that are taken away.

    Raises NotAllowed when this person may not.
    """
    if why := policy.why_not_read(by):
        raise NotAllowed(why, actor=by.ref, subject=RECORD, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [by.ref, at, at - _QUIET])
        first = cursor.fetchone() is not None
    if first or always:
        log.record(RecordRead(page=page, filters=filters), actor=by.ref, subject=RECORD, at=at)


@log.transition
def degrade(*, actor: str, subject: str, case: str, at: datetime) -> None:
    """Put on the record that an emergency went on before its entry was signed."""
    log.record(Degraded(), actor=actor, subject=subject, case=case, at=at)


@log.transition
def ask_for_verification(*, by: Reader | None, at: datetime) -> Run:
    """Have the whole record verified, for `by` or for the night; return the run that does it.

    Whoever asks while one is under way shares that one. Its end is what the record says.

    Raises NotAllowed when this person may not.
    """
    if by and (why := policy.why_not_verify(by)):
        raise NotAllowed(why, actor=by.ref, subject=RECORD, at=at)
    begin = {"by": by.ref if by else "", "asked_at": at, "size": State.objects.get().size}
    run, _ = Run.objects.get_or_create(ended_at=None, defaults=begin)
    doorbell.ring("audit.tasks.verify_whole")
    return run


@log.transition
def take_step(run: Run, verdict: Verdict, *, at: datetime) -> Run:
    """Keep how far a verification of the whole record has come, and record how it ends."""
    before = _whole_failed()
    run.frontier, run.size, run.moved_at = bytes(verdict.tree), verdict.size, at
    run.seconds += verdict.seconds
    if verdict.why or verdict.is_all:
        run.ended_at = max(at, run.asked_at)  # a clock that goes back must not stop verification
        run.why, run.bad = verdict.why, verdict.bad
        log.record(_end(run, before), actor=run.by or log.SYSTEM, subject=RECORD, at=at)
    run.save(update_fields=["frontier", "size", "moved_at", "seconds", "ended_at", "why", "bad"])
    return run


@log.transition
def note_new(verdict: Verdict, *, at: datetime) -> Verification:
    """Keep what was found of the newest entries, and record it when that is news.

    While something is wrong the last good place stays where it is.
    """
    last = Verification.objects.select_for_update().first() or Verification()
    before, last.at, last.why, last.bad = last.why, at, verdict.why, verdict.bad
    if not verdict.why:
        last.seq, last.frontier = verdict.seq, bytes(verdict.tree)
    if event := _news(verdict, before) if verdict.why != before else None:
        log.record(event, actor=log.SYSTEM, subject=RECORD, at=at)
    last.save()
    return last


def _news(verdict: Verdict, before: str) -> Event | None:
    """Return what has changed since `before` was what is wrong, as an event."""
    if verdict.why:
        return VerifyFailed(bad=verdict.bad or 0, why=verdict.why)
    return VerifyMended(before=before) if before and not _whole_failed() else None


def _end(run: Run, before: str) -> Event:
    """Return how a verification of the whole record ended, as an event."""
    if run.why:
        return VerifyFailed(bad=run.bad or 0, why=run.why)
    if before:
        return VerifyMended(before=before)
    return Verified(entries=run.done, milliseconds=round(run.seconds * 1000))


def _whole_failed() -> str:
    """Return what the last verification of the whole record found wrong, if anything."""
    return Run.objects.over().values_list("why", flat=True).first() or ""


@log.transition
def erase(found: Found, order: Order, *, about: str = RECORD, at: datetime) -> list[UUID]:
    """Put on the record that compartments are erased; return the events. `finish` does it then.

    `about` is whom it is about, as the record names them.

    Raises BadInput for grounds that are none, a reference that is too long, and entries whose
    payload is not there or stays for good.
    """
    check_grounds(order.basis, order.reference)
    said = []
    for part, seqs in ((PERSONAL, found.personal), (DETAIL, found.detail)):
        if why := policy.why_not_erase(seqs, part):
            raise BadInput(why, field="seqs")
        for start in range(0, len(seqs), _MOST):
            event = Erased(
                compartment=part,
                seqs=seqs[start : start + _MOST],
                range=None,
                legal_basis=order.basis,
                requested_by=order.requested_by,
                approver=order.approver,
                reference=order.reference.strip(),
            )
            said.append(log.record(event, actor=order.approver, subject=about, at=at))
    return said


def check_grounds(basis: str, reference: str) -> None:
    """Raise BadInput for grounds that are none and for a reference that is too long."""
    if basis not in Basis.values:
        raise BadInput(phrase("Choose the legal basis."), field="basis")
    if len(reference) > _LONGEST:
        why = phrase("A reference has %(most)s characters at most.", most=_LONGEST)
        raise BadInput(why, field="reference")
