"""Hand messages over to their channels: claim, send, write down what came of it.

Sending happens outside any transaction, by one process at a time for each channel: a server that
hangs holds up its own messages, and never those of others or the closing of doors.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from django.db import connection

from alerts import channel_transitions, transitions
from alerts.channels import Trouble, line_to
from alerts.messages import Message, compose
from alerts.models import Channel, Delivery
from alerts.stories import NothingToTell, Story, story_at
from core.errors import DomainError

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]

LONGEST = timedelta(seconds=20)  # of one run; the next one goes on where it ended
FRESH = timedelta(seconds=2)  # how old a story may be that many are told of, one after the other
_LOCK = 0x0B5EA5  # any number: names the advisory locks of whoever sends, with that of the channel
_SIDE_BY_SIDE = 8


def run(clock: Clock) -> int:
    """Send what is due on every channel; return how many messages were handed over."""
    return sum(run_channel(channel, clock) for channel in _due(clock()))


def run_side_by_side(clock: Clock) -> None:
    """Send what is due, each channel in a thread of its own."""
    channels = _due(clock())
    if len(channels) < 2:
        run(clock)
        return
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        for channel in channels:
            pool.submit(_run_apart, channel, clock)


def _run_apart(channel: Channel, clock: Clock) -> None:
    with closing(connection):  # it is this thread's own
        try:
            run_channel(channel, clock)
        except Exception:
            logger.exception("The messages of %s were not handed over.", channel)


def _due(at: datetime) -> list[Channel]:
    due = Delivery.objects.due(at).order_by().values("channel")
    return list(Channel.objects.awake(at).filter(pk__in=due))


def run_channel(channel: Channel, clock: Clock) -> int:
    """Send on one channel until nothing is left, it fails, or `LONGEST` is over.

    Return how many messages were handed over; 0 while another process is at it.
    """
    handed_over, end = 0, clock() + LONGEST
    with _alone(channel) as alone:
        if not alone:
            return 0
        with closing(_Run(channel)) as sending:
            while (at := clock()) < end:
                batch = transitions.claim(channel, at=at, joins=sending.joins)
                if not batch:
                    break
                taken, goes_on = sending.hand_over(batch, at=at, clock=clock)
                handed_over += taken
                if not goes_on:
                    break
    return handed_over


class _Run:
    """One channel during one run."""

    def __init__(self, channel: Channel) -> None:
        self._channel, self._line = channel, line_to(channel)
        self._stories: dict[int, Story] = {}
        self._fresh_until: datetime | None = None

    @property
    def joins(self) -> bool:
        """Whether many messages may be handed over as one."""
        return self._line.joins

    def hand_over(
        self, batch: Sequence[Delivery], *, at: datetime, clock: Clock
    ) -> tuple[int, bool]:
        """Send a batch as one message, and write down what came of it.

        Return how many deliveries were handed over, and whether the channel goes on.
        """
        messages = self._composed(batch, at=at, clock=clock)
        if not messages:
            return 0, True
        try:
            self._line.hand_over(messages)
        except Exception as error:
            logger.exception("%s has not taken delivery %s.", self._channel, batch[0].pk)
            trouble = error if isinstance(error, Trouble) else Trouble(_said(error))
            self.close()
            return 0, self._failed(messages, trouble, at=clock())
        transitions.sent(*(message.delivery for message in messages), at=clock())
        channel_transitions.works(self._channel, at=clock())
        return len(messages), True

    def close(self) -> None:
        """Hang up; the next message connects anew."""
        self._line.close()

    def _composed(self, batch: Sequence[Delivery], *, at: datetime, clock: Clock) -> list[Message]:
        """Return the messages that can be written; the others are given up, and hold up none."""
        found = []
        for delivery in batch:
            try:
                found.append(compose(delivery, self._story_of(delivery, at=at), at=at))
            except Exception as error:
                logger.exception("Delivery %s cannot be written.", delivery.pk)
                transitions.failed(delivery, error=_said(error), final=True, at=clock())
        return found

    def _failed(self, messages: Sequence[Message], trouble: Trouble, *, at: datetime) -> bool:
        """Write down why messages were not taken; return whether the channel goes on."""
        if trouble.again_in:
            for message in messages:
                transitions.postponed(message.delivery, until=at + trouble.again_in)
            channel_transitions.rests(self._channel, until=at + trouble.again_in)
            return False
        for message in messages:
            transitions.failed(message.delivery, error=trouble.error, final=trouble.final, at=at)
        if trouble.server:
            channel_transitions.failed(self._channel, error=trouble.error, at=at)
        return not trouble.server

    def _story_of(self, delivery: Delivery, *, at: datetime) -> Story:
        """Gather a story once for all who are told of it within a moment.

        Raises NothingToTell where another attempt would end as all before it have.
        """
        if delivery.attempts > transitions.MOST_ATTEMPTS:
            # It took its process down each time, or the outcome could never be written.
            raise NothingToTell("Every attempt broke off before its end.")
        if self._fresh_until is None or at > self._fresh_until:
            self._stories, self._fresh_until = {}, at + FRESH
        if (seq := delivery.entry_seq) not in self._stories:
            self._stories[seq] = story_at(seq)
        return self._stories[seq]


def _said(error: Exception) -> str:
    if isinstance(error, NothingToTell | DomainError):
        return str(error)
    return f"{type(error).__name__}: {error}"


@contextmanager
def _alone(channel: Channel) -> Iterator[bool]:
    """Whether no other process sends on the channel; the database lets go of it when we die."""
    lock = [_LOCK, channel.pk.int & 0x7FFFFFFF]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
