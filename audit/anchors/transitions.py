"""The verbs of what stands outside: to anchor a head, to give a sign of life, to miss a place."""

import hashlib
from datetime import datetime, timedelta

from audit import heads, log
from audit.events import Anchored, AnchorLost, AnchorRegained, Contradicted, Heartbeat
from audit.models import Checkpoint, Entry
from audit.outside import Anchor, Place

RECORD = "record:ledger"
EVERY = timedelta(minutes=15)  # the verifier misses the end of a record after three of them
GRACE = timedelta(minutes=1)  # that a place may fail before anybody is told


@log.transition
def anchor(head: Checkpoint, *, at: datetime) -> None:
    """Put a head with its witnesses' signatures into the record: what follows is younger.

    Does nothing where that was done before. From now on this head is given away as it is now.
    """
    note = heads.cosigned(head)
    _, is_new = Anchor.objects.get_or_create(
        checkpoint=head, kind=Anchor.Kind.ENTRY, target="", defaults={"note": note, "at": at}
    )
    if is_new:
        event = Anchored(sha256=hashlib.sha256(note.encode()).hexdigest(), size=head.size)
        log.record(event, actor=log.SYSTEM, subject=RECORD, at=at)


@log.transition
def beat(*, at: datetime) -> None:
    """Say that the record is alive, when nothing else said so for a quarter of an hour."""
    last = Entry.objects.order_by("-seq").first()
    if last and at - last.at >= EVERY:
        log.record(Heartbeat(), actor=log.SYSTEM, subject=RECORD, at=at)


@log.transition
def tell(place: Place, *, at: datetime) -> None:
    """Put on the record, once, that a place fails or contradicts, and once that it is well again.

    A contradiction is told at once, a failure when it has lasted for a minute.
    """
    place = Place.objects.select_for_update().get(pk=place.pk)
    event: AnchorLost | AnchorRegained | Contradicted | None = None
    if place.why and not place.told_at and place.contradicts:
        event = Contradicted(place=place.name, why=place.why)
    elif place.why and not place.told_at and place.failing_since:
        lasted = at - place.failing_since >= GRACE
        event = AnchorLost(place=place.name, why=place.why) if lasted else None
    elif place.told_at and not place.why:
        event = AnchorRegained(place=place.name)
    if event:
        place.told_at = at if place.why else None
        place.save(update_fields=["told_at"])
        log.record(event, actor=log.SYSTEM, subject=RECORD, at=at)
