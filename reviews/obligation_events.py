"""What happens to obligations, as the ledger tells it. `person` is who has to do them."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObligationOpened(
    Event, kind="obligation.opened", title=_lazy("Obligation opened"), personal=("text",)
):
    """Something has to be done before the case can close. `task` is its kind."""

    task: str
    person: str
    due_at: str
    text: str
    entry: int | None

    def sentence(self) -> str:
        return _("wrote down what has to be done before the case is sealed: %(text)s") % {
            "text": self.text
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObligationHandedOn(
    Event, kind="obligation.handed_on", title=_lazy("Obligation handed on"), personal=("reason",)
):
    """Somebody else has to do it, or until another day."""

    person: str
    due_at: str
    reason: str

    def sentence(self) -> str:
        said = _("changed who does it, or until when: %(reason)s")
        return said % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObligationDone(
    Event, kind="obligation.done", title=_lazy("Obligation done"), personal=("evidence",)
):
    """It was done, and this is what shows it."""

    task: str
    evidence: str

    def sentence(self) -> str:
        return _("did what had to be done: %(evidence)s") % {"evidence": self.evidence}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObligationWaived(
    Event, kind="obligation.waived", title=_lazy("Obligation waived"), personal=("reason",)
):
    """It need not be done."""

    task: str
    reason: str

    def sentence(self) -> str:
        return _("waived what had to be done: %(reason)s") % {"reason": self.reason}
