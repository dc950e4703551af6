"""Carry out what entries `audit.pruned` say: once they are signed, witnessed and in the copies.

A crash in between changes nothing: the next run does what is left. What stands in the way since,
such as a hold, is respected: then the bytes stay, and the pruning waits.
"""

import json
import logging
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction

from audit import heads
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


def finish(*, at: datetime) -> int:
    """Delete what a signed pruning covers; return how many entries went.

    Running twice is harmless; of two at the same time one does it.
    """
    Cursor.objects.get_or_create(name=CURSOR)
    gone = 0
    with transaction.atomic():
        done = Cursor.objects.select_for_update(skip_locked=True).filter(name=CURSOR).first()
        if done is None:
            return 0
        for entry in Entry.objects.filter(kind=Pruned.kind, seq__gt=done.seq).order_by("seq"):
            if why := why_not_yet(entry, at=at):
                logger.info("The pruning of entry %d waits: %s", entry.seq, why)
                break
            with connection.cursor() as cursor:
                cursor.execute("SELECT audit_prune(%s)", [entry.seq])
                gone += cursor.fetchone()[0]
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
