"""What every channel is for those who hand messages over, and what may stand against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from alerts.messages import Message
from alerts.models import Channel, Contact

_LONGEST_REST = timedelta(minutes=15)


def rest_of(said: str | None) -> timedelta | None:
    """Return how long a service asks us to wait (`Retry-After` in seconds, RFC 9110, 10.2.3)."""
    if not said or not said.strip().isdecimal():
        return None
    return min(timedelta(seconds=max(int(said), 1)), _LONGEST_REST)


class Trouble(Exception):
    """Why messages were not handed over.

    `final`: another attempt would end the same. `server`: it lies with the channel, so that the
    other messages would only wait for the same time-out one after the other. `again_in`: the
    service has said when it takes messages again, which counts as no failure.
    """

    def __init__(
        self,
        error: str,
        *,
        final: bool = False,
        server: bool = False,
        again_in: timedelta | None = None,
    ) -> None:
        super().__init__(error)
        self.error, self.final, self.server, self.again_in = error, final, server, again_in


class Line:
    """One channel during one run: opened by the first message, closed at the end."""

    # Whether many messages for one reader may be put into one.
    joins = True
    # Whether a probe that goes well shows that messages would be taken.
    proves = True

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Hand over messages for one reader, as one. Raises Trouble when they were not taken."""
        raise NotImplementedError

    def close(self) -> None:
        """Hang up; the next message connects anew."""

    def say(self, title: str, text: str, *, to: User | None, at: datetime) -> None:
        """Hand over words about no entry, a test: to a person, or to the place where `to` is None.

        Raises Trouble when they were not taken.
        """
        raise NotImplementedError

    def probe(self, *, at: datetime) -> None:
        """Find out whether messages would be taken, and send none that a person sees.

        Raises Trouble when they would not.
        """
        raise NotImplementedError

    def address_of(self, person: User | None) -> str:
        """Return where somebody is on a personal channel.

        Raises Trouble where they have no address there (any more).
        """
        contact = Contact.objects.filter(channel=self.channel, person=person).first()
        if contact is None:
            said = _("%(person)s has no address on %(channel)s.")
            words = said % {"person": person, "channel": self.channel}
            raise Trouble(words, final=True)
        return contact.address


class Unusable(Line):
    """A channel that cannot even be opened: its secret is not to be read, say."""

    joins = False

    def __init__(self, channel: Channel, why: Trouble) -> None:
        super().__init__(channel)
        self._why = why

    def hand_over(self, _messages: Sequence[Message]) -> None:
        """Raise what stands against it."""
        raise self._why

    def say(self, _title: str, _text: str, *, to: User | None, at: datetime) -> None:
        """Raise what stands against it."""
        raise self._why

    def probe(self, *, at: datetime) -> None:
        """Raise what stands against it."""
        raise self._why
