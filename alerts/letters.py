"""Write the mail of a message: the same words as plain text and as HTML."""

from collections.abc import Sequence
from email.utils import format_datetime, formataddr
from time import monotonic, sleep
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.models import User
from alerts import plain
from alerts.messages import Message, one_line, reading_as
from alerts.models import Delivery
from audit import heads

Audience = Delivery.Audience
_PATIENCE, _LOOK = 1.0, 0.05  # seconds to wait for a receipt, and between two looks for it
_PROVED = frozenset(
    {
        "decision.approved", "decision.denied", "decision.ratified", "request.approved",
        "grant.activated", "grant.scheduled", "breakglass.activated", "ratification.confirmed",
        "ratification.refused",
    }
)  # fmt: skip
_HOLDERS = frozenset({Audience.REQUESTER, Audience.APPROVER, Audience.ASKED})


def write(message: Message) -> EmailMultiAlternatives:
    """Return the mail that tells its recipient. Raises ValueError where there is no recipient."""
    person = message.delivery.recipient
    if person is None:
        raise ValueError("A mail needs somebody to read it.")
    with reading_as(person):
        text = render_to_string("email/layout.txt", message.context).strip()
        html = render_to_string("email/layout.html", message.context).strip()
    mail = EmailMultiAlternatives(
        subject=message.words.subject,
        body=text,
        to=[_address(person)],
        headers=_headers(message),
    )
    mail.attach_alternative(html, "text/html")
    if receipt := _receipt(message):
        mail.attach(f"entry-{message.story.entry.seq}.tlog-proof", receipt, "text/plain")
    return mail


def join(messages: Sequence[Message]) -> EmailMultiAlternatives:
    """Return one mail that tells a recipient many things, in the order they are given.

    It begins no thread and answers none. Receipts are left to the pages of the cases.
    """
    last = messages[-1]
    person = last.delivery.recipient
    if person is None:
        raise ValueError("A mail needs somebody to read it.")
    with reading_as(person):
        context = {**last.context, "messages": messages, "subject": plain.title(messages)}
        text = render_to_string("email/many.txt", context).strip()
        html = render_to_string("email/many.html", context).strip()
    headers = _headers(last)
    headers["X-Breakglass-Entries"] = " ".join(str(each.story.entry.seq) for each in messages)
    for threading in ("In-Reply-To", "References"):
        headers.pop(threading, None)
    mail = EmailMultiAlternatives(
        subject=plain.title(messages), body=text, to=[_address(person)], headers=headers
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _address(person: User) -> str:
    return formataddr((one_line(str(person)), person.email))


def _receipt(message: Message) -> str | None:
    """Return the receipt of a decision for those it binds; it waits a moment for the signature.

    Never longer, and not at all while nobody signs: a receipt can be had later, news cannot.
    """
    entry = message.story.entry
    if entry.kind not in _PROVED or message.delivery.audience not in _HOLDERS:
        return None
    until = monotonic() + (_PATIENCE if heads.is_signing(message.at) else 0)
    while not (receipt := heads.receipt(entry.seq)) and monotonic() < until:
        sleep(_LOOK)
    return receipt


def _headers(message: Message) -> dict[str, str]:
    """One case is one thread; a mail that is sent twice is the same mail."""
    delivery, entry, state = message.delivery, message.story.entry, message.state
    host = urlsplit(settings.BASE_URL).hostname or "breakglass"
    reader = delivery.recipient_id.hex if delivery.recipient_id else ""
    headers = {
        "Message-ID": f"<{entry.event_id.hex}.{reader}@{host}>",
        "Date": format_datetime(message.at),
        "Auto-Submitted": "auto-generated",
        "X-Breakglass-Record": f"entry={entry.seq}; size={state.size}; "
        f"root={state.tree.root.hex()}",
    }
    if entry.case:
        thread = f"<{entry.case.replace(':', '.')}@{host}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    if delivery.urgent:
        headers["Importance"] = "high"
    return headers
