"""What holds put on the record."""

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class HoldPlaced(
    Event, kind="hold.placed", title=_lazy("Legal hold placed"), personal=("reason",), critical=True
):
    """What is about `ref`, or everything, is neither pruned nor erased from now on."""

    scope: str
    ref: str
    reason: str

    def sentence(self) -> str:
        facts = {"reason": self.reason}
        return {
            "case": gettext("put the case under a legal hold: %(reason)s"),
            "person": gettext("put a person under a legal hold: %(reason)s"),
        }.get(self.scope, gettext("put the whole record under a legal hold: %(reason)s")) % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class HoldLiftProposed(
    Event,
    kind="hold.lift_proposed",
    title=_lazy("Lifting a legal hold proposed"),
    personal=("reason",),
):
    """Somebody wants to lift a hold; another person has to agree."""

    reason: str

    def sentence(self) -> str:
        return gettext("proposed to lift a legal hold: %(reason)s") % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class HoldLifted(Event, kind="hold.lifted", title=_lazy("Legal hold lifted"), critical=True):
    """A second person agreed: what was held may go when its time is over."""

    proposer: str

    def sentence(self) -> str:
        return gettext("lifted a legal hold, as a second person")


@dataclasses.dataclass(frozen=True, kw_only=True)
class HoldKept(Event, kind="hold.kept", title=_lazy("Legal hold kept")):
    """The proposal to lift a hold was taken back or turned down."""

    proposer: str

    def sentence(self) -> str:
        return gettext("kept a legal hold that somebody had proposed to lift")
