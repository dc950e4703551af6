"""The verbs of retention: to prune the record. It is on the record before anything goes."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from audit import leaf, log, pruned
from audit.events import KeyRotated, Pruned
from audit.models import Entry
from audit.reading import parts_of
from audit.retention import carrying_out
from audit.retention.plan import Plan
from audit.transitions import RECORD
from core.errors import WrongState
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
