"""What the record says about Slack: a button was pressed, and what was refused before that."""

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from core.speech import shown


@dataclasses.dataclass(frozen=True, kw_only=True)
class SlackPressed(
    Event, kind="slack.pressed", title=_lazy("Pressed in Slack"), personal=("member",)
):
    """Somebody pressed a button in Slack; what came of it is an entry of its own."""

    button: str
    member: str

    def sentence(self) -> str:
        return gettext("pressed “%(button)s” in Slack") % {"button": self.button}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SlackRefused(
    Event, kind="slack.refused", title=_lazy("Call of Slack refused"), personal=("member",)
):
    """A call was refused before anybody was asked what they may; `more` came like it before."""

    why: str
    member: str
    more: int

    def sentence(self) -> str:
        said = gettext("was refused a call of Slack: %(why)s") % {"why": shown(self.why)}
        more = gettext("(%(number)s more since the entry before)") % {"number": self.more}
        return f"{said} {more}" if self.more else said
