"""Between which times an entry was made, by clocks that are not ours: those of witnesses.

A head that a witness signed was there then, and so was every entry under it. An entry that holds
the hash of such a head is younger than it, and so is every entry behind that one.
"""

import dataclasses
from datetime import datetime

from django.db.models import Min

from audit import reading
from audit.events import Anchored
from audit.models import Entry
from audit.outside import Anchor, Cosignature


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bounds:
    """What is known from outside; either side may be missing."""

    after: datetime | None = None
    anchor: int | None = None  # the entry that shows it
    before: datetime | None = None
    witness: str = ""  # who saw it first
    head: int | None = None  # and under which head


def bounds(seq: int) -> Bounds:
    """Return the times before and after which the entry `seq` was made. Indexes answer it."""
    seen = Cosignature.objects.filter(checkpoint__gt=seq).order_by("checkpoint", "at").first()
    anchor = Entry.objects.filter(kind=Anchored.kind, seq__lte=seq).order_by("-seq").first()
    return Bounds(
        after=_since(anchor) if anchor else None,
        anchor=anchor.seq if anchor else None,
        before=seen.at if seen else None,
        witness=seen.name if seen else "",
        head=seen.checkpoint_id if seen else None,
    )


def _since(anchor: Entry) -> datetime | None:
    """Return when the head that stands in an anchoring entry was first signed by a witness."""
    event = reading.event_of(anchor)
    if not isinstance(event, Anchored):
        return None
    anchored = Anchor.objects.filter(kind=Anchor.Kind.ENTRY, checkpoint=event.size)
    times = Cosignature.objects.filter(checkpoint__in=anchored.values("checkpoint"))
    found: datetime | None = times.aggregate(first=Min("at"))["first"]
    return found
