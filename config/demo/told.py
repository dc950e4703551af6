"""Who was told of the past: the same messages, handed over and read at the time, but not mailed."""

from datetime import datetime, timedelta

from alerts import relay, transitions
from alerts.models import Delivery
from audit import cursor, sequencer
from audit.models import Entry
from reviews import judging, settling, unusual

_SENT_AFTER = timedelta(seconds=1)
_READ_AFTER = timedelta(minutes=3)


def tell(*, now: datetime) -> None:
    """Give the past its place in the record, and its alerts theirs.

    Nobody gets mail about it weeks later: that begins with what happens from now on.
    """
    while sequencer.run_once(at=now):
        pass
    for entry in Entry.objects.after(-1).prefetch_related("payloads"):
        judging.look(entry, at=entry.occurred_at)
        unusual.look(entry, at=entry.occurred_at)
    settling.run(at=now)
    for name in (judging.NAME, unusual.NAME):
        cursor.begin_here(name)
    while sequencer.run_once(at=now):
        pass
    for entry in Entry.objects.after(-1).prefetch_related("payloads"):
        relay.tell(entry, at=entry.occurred_at)
    relay.begin_here()
    for delivery in Delivery.objects.select_related("recipient"):
        transitions.sent(delivery, at=delivery.created_at + _SENT_AFTER)
        if delivery.receipt and delivery.recipient:
            read_at = delivery.created_at + _READ_AFTER
            transitions.acknowledge(delivery, by=delivery.recipient, at=read_at)
