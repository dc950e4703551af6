"""The mail channel where no mail server is named: mails are kept here and read in the app."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import User
from alerts.models import Mail


class MailboxBackend(BaseEmailBackend):
    """Keeps each mail for each of its recipients."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; return how many there were."""
        for message in email_messages:
            Mail.objects.bulk_create(
                _kept(message, parseaddr(recipient)[1]) for recipient in message.recipients()
            )
        return len(email_messages)


def _kept(message: EmailMessage, address: str) -> Mail:
    headers = message.message()  # refuses line breaks in headers, as a mail server's backend does
    fields: dict[str, Any] = {}
    if "Date" in message.extra_headers:
        fields["sent_at"] = _aware(parsedate_to_datetime(message.extra_headers["Date"]))
    return Mail(
        address=address,
        person=User.objects.filter(email__iexact=address).first(),
        message_id=str(headers["Message-ID"] or ""),
        subject=str(message.subject),
        text=str(message.body),
        html=_html(message),
        **fields,
    )


def _html(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for alternative in message.alternatives:
            if alternative[1] == "text/html":
                return str(alternative[0])
    return ""


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
