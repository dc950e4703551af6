"""What the record says about channels: that one fails, works again, or was tested."""

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelFails(Event, kind="channel.fails", title=_lazy("Channel fails"), personal=("error",)):
    """A channel failed again and again; what is urgent goes by those that stand in for it."""

    name: str
    error: str

    def sentence(self) -> str:
        said = gettext("cannot hand messages over to %(channel)s: %(error)s")
        return said % {"channel": self.name, "error": self.error}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelWorks(Event, kind="channel.works", title=_lazy("Channel works again")):
    """A channel that failed takes messages again."""

    name: str
    failures: int

    def sentence(self) -> str:
        return gettext("hands messages over to %(channel)s again") % {"channel": self.name}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelTested(Event, kind="channel.tested", title=_lazy("Test message")):
    """An administrator sent a test message, and the channel took it over."""

    channel: str

    def sentence(self) -> str:
        return gettext("sent a test message by %(channel)s") % {"channel": self.channel}
