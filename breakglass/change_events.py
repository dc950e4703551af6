"""What happens to changes that weaken a control, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfChange(Event):
    """Base of what happens to a proposed change; `about` and `proposer` are references."""

    about: str
    name: str
    proposer: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChangeProposed(
    OfChange,
    kind="change.proposed",
    title=_lazy("A change waits for you"),
    personal=("name", "weakenings", "reason"),
):
    """A change that weakens a control waits for a second administrator."""

    weakenings: list[str]
    reason: str

    def sentence(self) -> str:
        said = {"name": self.name, "reason": self.reason}
        return _("proposed a change of %(name)s that weakens a control: %(reason)s") % said


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChangeAccepted(
    OfChange,
    kind="change.accepted",
    title=_lazy("Change accepted"),
    personal=("name", "weakenings", "reason", "answer"),
    critical=True,
):
    """A second administrator accepted a proposed change, which is made with it."""

    weakenings: list[str]
    reason: str
    answer: str

    def sentence(self) -> str:
        said = {"name": self.name, "reason": self.reason}
        return _("accepted the proposed change of %(name)s: %(reason)s") % said


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChangeDeclined(
    OfChange, kind="change.declined", title=_lazy("Change declined"), personal=("name", "answer")
):
    """A second administrator declined a proposed change: nothing was changed."""

    answer: str

    def sentence(self) -> str:
        said = {"name": self.name, "answer": self.answer}
        return _("declined the proposed change of %(name)s: %(answer)s") % said


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChangeWithdrawn(
    OfChange, kind="change.withdrawn", title=_lazy("Change withdrawn"), personal=("name",)
):
    """Who had proposed a change took it back."""

    def sentence(self) -> str:
        return _("withdrew the proposed change of %(name)s") % {"name": self.name}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChangeLapsed(
    OfChange, kind="change.lapsed", title=_lazy("Change lapsed"), personal=("name",)
):
    """Nobody decided on a proposed change in time."""

    def sentence(self) -> str:
        said = {"name": self.name}
        return _("closed the proposed change of %(name)s: nobody decided in time") % said


@dataclasses.dataclass(frozen=True, kw_only=True)
class WeakenedAlone(
    Event,
    kind="config.weakened_alone",
    title=_lazy("A control weakened alone"),
    personal=("name", "weakenings", "reason"),
    critical=True,
):
    """A control was weakened without a second person: there was no other administrator."""

    name: str
    weakenings: list[str]
    reason: str

    def sentence(self) -> str:
        said = {"name": self.name, "reason": self.reason}
        return _("weakened a control of %(name)s alone: %(reason)s") % said
