"""What the record says about messages: that one was given up, tried again, or read."""

import dataclasses

from django.utils.translation import gettext

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryDead(Event, kind="delivery.dead", personal=("error",)):
    """A message could not be handed over, and no further attempt is made."""

    about: str
    recipient: str
    channel: str
    attempts: int
    error: str

    def sentence(self) -> str:
        return f"gave up a message about {self.about} after {self.attempts} attempts: {self.error}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryRetried(Event, kind="delivery.retried"):
    """Somebody had a message that was given up sent again."""

    about: str

    def sentence(self) -> str:
        return f"had a message about {self.about} sent again"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelTested(Event, kind="channel.tested"):
    """An administrator sent themselves a message, and the channel took it over."""

    channel: str

    def sentence(self) -> str:
        return gettext("sent a test message by %(channel)s") % {"channel": self.channel}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryAcknowledged(Event, kind="delivery.acknowledged"):
    """The recipient says that they have read a message."""

    about: str
    entry: int

    def sentence(self) -> str:
        return f"has read the alert about {self.about} (entry {self.entry})"
