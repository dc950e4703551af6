"""Mail, by the server that the installation names, or kept here where it names none."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from smtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from typing import cast

from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import User
from alerts import letters
from alerts.channels.base import Line, Trouble
from alerts.messages import Message
from alerts.models import Channel

_WELL = 250
_SERVER = (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPServerDisconnected,
)


class MailLine(Line):
    """One connection to the mail server."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._backend: BaseEmailBackend = get_connection()

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Send one mail. Raises Trouble when the server did not take it."""
        self._send(letters.write(messages[0]) if len(messages) == 1 else letters.join(messages))

    def say(self, title: str, text: str, *, to: User | None, at: datetime) -> None:
        """Send a person a mail about no entry."""
        person = cast(User, to)
        headers = {"Date": format_datetime(at), "Auto-Submitted": "auto-generated"}
        self._send(EmailMessage(f"[Breakglass] {title}", text, to=[person.email], headers=headers))

    def probe(self, *, at: datetime) -> None:
        """Connect, say who is there, and hang up without a mail."""
        try:
            self._backend.open()
            server: SMTP | None = getattr(self._backend, "connection", None)
            if server:
                server.ehlo_or_helo_if_needed()
            code, said = server.noop() if server else (_WELL, b"")
        except Exception as error:
            raise trouble_of(error) from error
        if code != _WELL:
            raise Trouble(f"{code} {said.decode(errors='replace')}", server=True)

    def _send(self, mail: EmailMessage) -> None:
        try:
            self._backend.open()
            self._backend.send_messages([mail])
        except Exception as error:
            raise trouble_of(error) from error

    def close(self) -> None:
        """Hang up; the next mail connects anew."""
        self._backend.close()


def trouble_of(error: Exception) -> Trouble:
    """Say what an error means for this message and for the others."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return Trouble(said, final=all(code >= 500 for code in codes))
    if isinstance(error, SMTPDataError):
        return Trouble(said, final=error.smtp_code >= 500)
    if isinstance(error, BadHeaderError):
        return Trouble(said, final=True)
    # What is not the protocol's is the network's: refused, timed out, no such host, bad TLS.
    network = isinstance(error, OSError) and not isinstance(error, SMTPException)
    return Trouble(said, server=network or isinstance(error, _SERVER))
