"""Mail the newest head to people outside: whoever keeps the mail can compare it for ever.

Each gets one a day, and one more when the key of the record changes.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override

from audit import heads
from audit.anchors import places
from audit.models import Checkpoint, Key
from audit.outside import Anchor, Place

EVERY = timedelta(days=1)


def bring_all(*, at: datetime) -> None:
    """Mail the newest head to everybody who is due, and note how that went."""
    head = heads.best() if settings.LEDGER_MAILS else None
    for address in settings.LEDGER_MAILS if head else ():
        if head and _is_due(address, head, at=at):
            _send(address, head, at=at)


def _is_due(address: str, head: Checkpoint, *, at: datetime) -> bool:
    last = Anchor.objects.filter(kind=Anchor.Kind.MAIL, target=address).last()
    if last is None:
        return True
    newest = Key.objects.order_by("from_size").last()
    changed = newest is not None and last.checkpoint_id < newest.from_size <= head.size
    return last.checkpoint_id < head.size and (changed or at - last.at >= EVERY)


def _send(address: str, head: Checkpoint, *, at: datetime) -> None:
    note = heads.cosigned(head)
    with override("en"):
        subject = gettext("Head of the record: %(count)s entries") % {"count": f"{head.size:,}"}
        text = gettext(
            "This is the signed head of the record of %(url)s. Please keep this mail: together with"
            " a later copy of the record it shows whether anything was changed or left out.\n\n"
            "%(note)s\n"
            "It is attached as head.note as well. To compare:\n\n"
            "    python3 bgverify.pyz log FOLDER-OF-THE-RECORD --policy POLICY --pin head.note\n"
        ) % {"url": settings.BASE_URL, "note": note}
    mail = EmailMessage(subject, text, to=[address])
    mail.attach("head.note", note, "text/plain")
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        why = f"The mail was not taken: {error or type(error).__name__}."
        places.failed(Place.Kind.MAIL, address, why=why, at=at)
    else:
        Anchor.objects.get_or_create(
            checkpoint=head,
            kind=Anchor.Kind.MAIL,
            target=address,
            defaults={"note": note, "at": at},
        )
        places.went_well(Place.Kind.MAIL, address, size=head.size, at=at)
