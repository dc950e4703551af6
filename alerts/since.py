"""What became of a message since it was sent: its words stay as they were, things go on."""

import dataclasses
import re
from datetime import datetime
from uuid import UUID

from accounts.models import User
from alerts.models import Delivery, Mail, Silence
from audit.models import Entry
from breakglass.models import Freeze, Request
from core.refs import key_of

_OURS = re.compile(r"<([0-9a-f]{32})\.")  # how the id of each of our mails begins


@dataclasses.dataclass(frozen=True, kw_only=True)
class Since:
    """When a message was sent, and how its case or freeze stands now, as its reader may see it.

    `read` is the alert that was to be read, once somebody has.
    """

    at: datetime
    asked: Request | None = None
    freeze: Freeze | None = None
    read: Silence | None = None


def of_delivery(delivery: Delivery, *, reader: User, at: datetime) -> Since:
    """Return what became of a message until `at`."""
    read = Silence.objects.filter(entry_seq=delivery.root or delivery.entry_seq, state="seen")
    return Since(
        at=delivery.sent_at or delivery.created_at,
        asked=_case(delivery.case, reader, at),
        freeze=_freeze(delivery.subject),
        read=read.select_related("seen_by").first(),
    )


def of_mail(mail: Mail, *, reader: User, at: datetime) -> Since:
    """Return the same of a mail; of one that tells many things, only when it was sent."""
    found = _OURS.match(mail.message_id)
    entry = Entry.objects.filter(event_id=UUID(found[1])).first() if found else None
    rows = Delivery.objects.filter(recipient=reader, together=False)
    delivery = rows.filter(entry_seq=entry.seq).first() if entry else None
    if delivery is None:
        return Since(at=mail.sent_at)
    return dataclasses.replace(of_delivery(delivery, reader=reader, at=at), at=mail.sent_at)


def of_silence(silence: Silence, *, reader: User, at: datetime) -> Since:
    """Return the same of an alert that was to be read, whose page says itself who has read it."""
    return Since(
        at=silence.since, asked=_case(silence.case, reader, at), freeze=_freeze(silence.subject)
    )


def _case(ref: str, reader: User, at: datetime) -> Request | None:
    key = key_of(ref, "request")
    return Request.objects.visible_to(reader, at).told().filter(pk=key).first() if key else None


def _freeze(ref: str) -> Freeze | None:
    key = key_of(ref, "freeze")
    return Freeze.objects.filter(pk=key).first() if key else None
