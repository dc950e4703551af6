"""What the record says about messages: that one was given up, tried again, or read."""

import dataclasses

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event, title_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryDead(
    Event, kind="delivery.dead", title=_lazy("Message undelivered"), personal=("error",)
):
    """A message could not be handed over, and no further attempt is made."""

    about: str
    recipient: str
    channel: str
    attempts: int
    error: str

    def sentence(self) -> str:
        said = ngettext(
            "gave up a message about “%(title)s” after %(number)s attempt: %(error)s",
            "gave up a message about “%(title)s” after %(number)s attempts: %(error)s",
            self.attempts,
        )
        return said % {
            "title": title_of(self.about),
            "number": self.attempts,
            "error": self.error,
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryRetried(Event, kind="delivery.retried", title=_lazy("Message sent again")):
    """Somebody had a message that was given up sent again."""

    about: str

    def sentence(self) -> str:
        return gettext("had a message about “%(title)s” sent again") % {
            "title": title_of(self.about)
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeliveryAcknowledged(Event, kind="delivery.acknowledged", title=_lazy("Alert read")):
    """The recipient says that they have read a message."""

    about: str
    entry: int

    def sentence(self) -> str:
        said = gettext("has read the alert “%(title)s” (entry %(entry)s)")
        return said % {"title": title_of(self.about), "entry": self.entry}
