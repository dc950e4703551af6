"""Hand messages over to their channel: claim, send, write down what came of it.

Sending happens outside any transaction, by one process at a time: a mail server that hangs may
hold up one worker, and never those that close doors.
"""

import dataclasses
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
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
from django.db import connection

from alerts import letters, transitions
from alerts.models import Delivery
from alerts.stories import NothingToTell, Story, story_at

logger = logging.getLogger(__name__)

LONGEST = timedelta(seconds=20)  # of one run; the next one goes on where it ended
_LOCK = 0x0B5EA5  # any number: names the advisory lock of whoever sends
_SERVER = (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPServerDisconnected,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a message was not handed over.

    `final`: another attempt would end the same. `server`: it lies with the channel, so that the
    other messages would only wait for the same time-out one after the other.
    """

    error: str
    final: bool = False
    server: bool = False


def run(clock: Callable[[], datetime]) -> int:
    """Send what is due until nothing is left, the channel fails, or `LONGEST` is over.

    Return how many messages were handed over; 0 while another process is at it.
    """
    handed_over, end = 0, clock() + LONGEST
    with _alone() as alone, _post() as post:
        while alone and (at := clock()) < end and (delivery := transitions.claim(at=at)):
            trouble = post.hand_over(delivery, at=at)
            if trouble is None:
                transitions.sent(delivery, at=clock())
                handed_over += 1
                continue
            transitions.failed(delivery, error=trouble.error, final=trouble.final, at=clock())
            post.close()
            if trouble.server:
                break
    return handed_over


class Post:
    """The mail channel during one run: connected by the first mail, closed at the end."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend = get_connection()
        self._story: Story | None = None

    def hand_over(self, delivery: Delivery, *, at: datetime) -> Trouble | None:
        """Write and send one message; say what stood against it, if anything."""
        if delivery.attempts > transitions.MOST_ATTEMPTS:
            # It took its process down each time, or the outcome could never be written.
            return Trouble(error="Every attempt broke off before its end.", final=True)
        try:
            mail = letters.write(delivery, self._story_of(delivery), at=at)
            self._backend.open()
            self._backend.send_messages([mail])
        except Exception as error:
            logger.exception("Delivery %s was not handed over.", delivery.pk)
            return trouble_of(error)
        return None

    def close(self) -> None:
        """Hang up; the next mail connects anew."""
        self._backend.close()

    def _story_of(self, delivery: Delivery) -> Story:
        """Gather a story once for all who are told of it; they come one after the other."""
        if self._story is None or self._story.entry.seq != delivery.entry_seq:
            self._story = story_at(delivery.entry_seq)
        return self._story


def trouble_of(error: Exception) -> Trouble:
    """Say what an error means for this message and for the others."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return Trouble(error=said, final=all(code >= 500 for code in codes))
    if isinstance(error, SMTPDataError):
        return Trouble(error=said, final=error.smtp_code >= 500)
    if isinstance(error, BadHeaderError | NothingToTell):
        return Trouble(error=said, final=True)
    # What is not the protocol's is the network's: refused, timed out, no such host, bad TLS.
    network = isinstance(error, OSError) and not isinstance(error, SMTPException)
    return Trouble(error=said, server=network or isinstance(error, _SERVER))


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process is sending; the database lets go of it when we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _post() -> Iterator[Post]:
    post = Post()
    try:
        yield post
    finally:
        post.close()
