"""What the record says about the nightly self-test of the alerts."""

import dataclasses

from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class SelfTested(
    Event, kind="alerts.self_tested", title=_lazy("Alerts tested"), personal=("wrong",)
):
    """Every channel in use was probed, and everybody looked for who has to be reached.

    `things` are those that something is wrong with, `wrong` the sentences, in that order.
    """

    channels: int
    things: list[str]
    wrong: list[str]

    def sentence(self) -> str:
        said = ngettext(
            "tested %(number)s channel, and whether everybody can be reached: nothing is wrong",
            "tested %(number)s channels, and whether everybody can be reached: nothing is wrong",
            self.channels,
        )
        if self.things:
            said = ngettext(
                "tested whether alerts would arrive: %(count)s thing stands in the way",
                "tested whether alerts would arrive: %(count)s things stand in the way",
                len(self.things),
            )
        return said % {"number": self.channels, "count": len(self.things)}
