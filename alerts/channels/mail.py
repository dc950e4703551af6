"""Mail, by the server that the installation names, or kept here where it names none."""

from collections.abc import Sequence
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)

from django.core.mail import BadHeaderError, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from alerts import letters
from alerts.channels.base import Line, Trouble
from alerts.messages import Message
from alerts.models import Channel

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
        try:
            mail = letters.write(messages[0]) if len(messages) == 1 else letters.join(messages)
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
