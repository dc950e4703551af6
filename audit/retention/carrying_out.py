"""Carry out what entries `audit.pruned` say: once they are signed, witnessed and in the copies.

They go in steps from the beginning. With the first one the record counts all below the cut as
gone, and a crash in between changes nothing: the next run does what is left. What stands in the way
before, such as a hold, is respected: then the bytes stay, and the pruning waits.
"""

import json
import logging
from datetime import UTC, datetime
from time import monotonic

from django.conf import settings
from django.db import connection, transaction

from audit import heads, pruned
from audit.anchors import places
from audit.events import Pruned
from audit.models import Cursor, Entry, Pending
from audit.outside import Place
from audit.reading import parts_of
from audit.retention import obstacles
from audit.retention.obstacles import CURSOR
from audit.retention.plan import first_since
from core.speech import Sentence, phrase

logger = logging.getLogger(__name__)

STEP = 25_600  # entries that go in one transaction, so that it takes seconds
LONGEST = 10.0  # seconds that a worker is kept from its other work


def finish(*, at: datetime) -> int:
    """Delete what signed prunings cover, for a while; return how many entries went.

    Each step is a transaction of its own, so that nobody waits for it and what went before can be
    vacuumed. Running twice is harmless; of two at the same time one does it.
    """
    Cursor.objects.get_or_create(name=CURSOR)
    gone, end = 0, monotonic() + LONGEST
    while some := _step(at=at):
        gone += some
        if monotonic() >= end:
            break
    return gone


@transaction.atomic
def _step(*, at: datetime) -> int:
    """Delete the next entries of the first pruning that is not over; return how many went."""
    done = Cursor.objects.select_for_update(skip_locked=True).filter(name=CURSOR).first()
    entry = waiting() if done else None
    if done is None or entry is None:
        return 0
    below = parts_of(entry)["d"]["below"]
    # Once it has begun, it goes to its end: the record counts all of it as gone.
    if below > pruned.low() and (why := why_not_yet(entry, at=at)):
        logger.info("The pruning of entry %d waits: %s", entry.seq, why)
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_prune(%s, %s)", [entry.seq, STEP])
        gone = int(cursor.fetchone()[0])
    if not Entry.objects.filter(seq__lt=below).exists():
        Cursor.objects.filter(name=CURSOR).update(seq=entry.seq)
    return gone


def why_not_yet(entry: Entry, *, at: datetime) -> Sentence | None:
    """Return why an entry `audit.pruned` cannot be carried out now, or None."""
    if heads.over(entry.seq) is None:
        return phrase("Entry %(seq)s is not signed yet.", seq=entry.seq)
    if settings.LEDGER_WITNESSES and heads.over(entry.seq, witnessed=True) is None:
        return phrase("Not enough witnesses have signed entry %(seq)s yet.", seq=entry.seq)
    for place in places.watched(Place.Kind.COPY):
        if place.size <= entry.seq:
            facts = {"name": place.name, "seq": entry.seq}
            return phrase("%(name)s does not have entry %(seq)s yet.", **facts)
    said = parts_of(entry)["d"]
    until = first_since(datetime.strptime(said["before"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))
    found = obstacles.all_below(said["below"], until=until, at=at)
    return found[0].why if found else None


def waiting() -> Entry | None:
    """Return the entry of a pruning that was not carried out yet, if there is one."""
    done = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first()
    last = -1 if done is None else done
    return Entry.objects.filter(kind=Pruned.kind, seq__gt=last).order_by("seq").first()


def is_finished() -> bool:
    """Whether no pruning is on its way: neither as an entry nor as an event that waits."""
    asked = Pending.objects.filter(set_aside_at=None).values_list("envelope", flat=True)
    return waiting() is None and not any(_is_pruning(bytes(raw)) for raw in asked.iterator())


def _is_pruning(envelope: bytes) -> bool:
    try:
        return bool(json.loads(envelope)["ev"] == Pruned.kind)
    except (ValueError, TypeError, KeyError):
        return False  # the sequencer will find out, and set it aside
