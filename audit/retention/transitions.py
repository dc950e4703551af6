"""The verbs of retention: to prune the record, which it says before anything goes; and to hold."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from audit import leaf, log, pruned
from audit.events import Event, KeyRotated, Pruned
from audit.holds import Hold
from audit.models import Entry
from audit.policy import Reader
from audit.reading import parts_of
from audit.retention import carrying_out, policy
from audit.retention.events import HoldKept, HoldLifted, HoldLiftProposed, HoldPlaced
from audit.retention.plan import Plan
from audit.transitions import RECORD
from core import refs
from core.errors import BadInput, NotAllowed, WrongState
from core.reasons import why_not_reason
from core.speech import phrase

_LOCK = 0x6272_6561_6B08


@log.transition
def prune(made: Plan, *, by: str, at: datetime) -> UUID:
    """Put on the record that what a plan takes goes; return the event. The worker does it then.

    Raises WrongState when nothing can go, or when an earlier pruning was not carried out yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if not carrying_out.is_finished():
        raise WrongState(phrase("An earlier pruning waits to be carried out."))
    if made.cut <= made.low or made.low != pruned.low():
        raise WrongState(phrase("There is nothing that could go."))
    carried = pruned.carried(made.cut)
    if len(carried) > pruned.PART * pruned.PARTS:
        raise WrongState(phrase("The record has more objects than a pruning can carry over."))
    event = Pruned(
        below=made.cut,
        before=f"{made.before:%Y-%m-%dT%H:%M:%SZ}",
        at=leaf.microseconds(Entry.objects.get(seq=made.cut - 1).at),
        carried=sha256(carried).hexdigest(),
        keys=_keys(made.cut),
    )
    return log.record(event, actor=by, subject=RECORD, at=at)


def _keys(cut: int) -> list[dict[str, Any]]:
    """Return the changes of the record's key below a cut, those too that were pruned before."""
    kept: list[dict[str, Any]] = []
    before = Entry.objects.filter(kind=Pruned.kind, seq=pruned.by()).first()
    if before:
        kept = parts_of(before)["d"]["keys"]
    for entry in Entry.objects.filter(kind=KeyRotated.kind, seq__lt=cut).order_by("seq"):
        said = parts_of(entry)["d"]
        kept.append({"seq": entry.seq} | {name: said[name] for name in ("old", "new", "until")})
    return kept


@log.transition
def place_hold(kind: str, ref: str, *, reason: str, by: Reader, at: datetime) -> Hold:
    """Put a case, a person or (with an empty `ref`) everything under a legal hold.

    Raises NotAllowed for whoever may not, BadInput when it is not clear what is meant, and
    WrongState when it is held already.
    """
    _allow(policy.why_not_hold(by), by=by, subject=RECORD, at=at)
    meant = {"case": "request", "person": "user", "everything": ""}.get(kind)
    if meant is None or (meant and not (ref.startswith(f"{meant}:") and refs.looks_like_one(ref))):
        raise BadInput(phrase("Name the case or the person."), field="what")
    if why := why_not_reason(reason):
        raise BadInput(why, field="reason")
    held, made = Hold.objects.get_or_create(
        kind=kind, ref=ref if meant else "", lifted_at=None,
        defaults={"reason": reason.strip(), "placed_at": at, "placed_by": by.ref},
    )  # fmt: skip
    if not made:
        raise WrongState(phrase("This is under a legal hold already."))
    event = HoldPlaced(scope=kind, ref=held.ref, reason=held.reason)
    log.record(event, actor=by.ref, subject=held.own_ref, at=at, case=held.case)
    return held


@log.transition
def lift_hold(hold: Hold, *, reason: str, by: Reader, at: datetime) -> Hold:
    """Lift a hold that somebody else proposes to lift, or propose it for a `reason`.

    Raises NotAllowed for whoever may not or proposed it, BadInput when the reason says too little,
    and WrongState when it is lifted already.
    """
    hold = _lock_standing(hold)
    _allow(policy.why_not_lift(hold, by), by=by, subject=hold.own_ref, at=at)
    if hold.lift_proposed_at:
        hold.lifted_by, hold.lifted_at = by.ref, at
        hold.save(update_fields=["lifted_by", "lifted_at"])
        _say(HoldLifted(proposer=hold.lift_proposed_by), hold, by=by, at=at)
        return hold
    if why := why_not_reason(reason):
        raise BadInput(why, field="reason")
    hold.lift_proposed_by, hold.lift_proposed_at, hold.lift_reason = by.ref, at, reason.strip()
    hold.save(update_fields=["lift_proposed_by", "lift_proposed_at", "lift_reason"])
    _say(HoldLiftProposed(reason=hold.lift_reason), hold, by=by, at=at)
    return hold


@log.transition
def keep_hold(hold: Hold, *, by: Reader, at: datetime) -> Hold:
    """Take back the proposal to lift a hold, or say no to that of somebody else.

    Raises NotAllowed for whoever may not, WrongState when nobody proposes it (any more).
    """
    hold = _lock_standing(hold)
    _allow(policy.why_not_hold(by), by=by, subject=hold.own_ref, at=at)
    if not hold.lift_proposed_at:
        raise WrongState(phrase("Nobody proposes to lift this hold. It stays as it is."))
    kept = HoldKept(proposer=hold.lift_proposed_by)
    hold.lift_proposed_at, hold.lift_proposed_by, hold.lift_reason = None, "", ""
    hold.save(update_fields=["lift_proposed_by", "lift_proposed_at", "lift_reason"])
    _say(kept, hold, by=by, at=at)
    return hold


def _lock_standing(hold: Hold) -> Hold:
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at:
        raise WrongState(phrase("This hold is lifted already."))
    return hold


def _allow(why_not: str | None, *, by: Reader, subject: str, at: datetime) -> None:
    if why_not:
        raise NotAllowed(why_not, actor=by.ref, subject=subject, at=at)


def _say(event: Event, hold: Hold, *, by: Reader, at: datetime) -> None:
    log.record(event, actor=by.ref, subject=hold.own_ref, at=at, case=hold.case)
