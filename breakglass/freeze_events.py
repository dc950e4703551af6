"""What happens to freezes, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class FreezeImposed(
    Event, kind="freeze.imposed", title=_lazy("Frozen"), personal=("reason",), critical=True
):
    """A responder pulled the panic switch."""

    scope: str
    target: str
    reason: str
    revoked: int

    def sentence(self) -> str:
        said = {
            "all": _("froze everything: %(reason)s"),
            "person": _("froze a person: %(reason)s"),
            "scenario": _("froze a scenario: %(reason)s"),
        }[self.scope]
        return said % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class FreezeLiftProposed(
    Event,
    kind="freeze.lift_proposed",
    title=_lazy("Lifting a freeze proposed"),
    personal=("reason",),
):
    """The first of two people wants a freeze lifted; older entries have no reason."""

    reason: str = ""

    def sentence(self) -> str:
        if not self.reason:
            return _("proposed to lift the freeze")
        return _("proposed to lift the freeze: %(reason)s") % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class FreezeLifted(Event, kind="freeze.lifted", title=_lazy("Freeze lifted")):
    """The second of two people lifted a freeze."""

    def sentence(self) -> str:
        return _("lifted the freeze")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FreezeKept(Event, kind="freeze.kept", title=_lazy("A freeze stays")):
    """A proposal to lift a freeze was taken back, or the second of two people said no."""

    proposer: str

    def sentence(self) -> str:
        return _("keeps the freeze; the proposal to lift it is gone")
