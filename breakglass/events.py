"""What happens to requests, grants and scenarios, as the ledger tells it."""

import dataclasses
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from core.dates import moment_words
from core.words import minutes_words

# What a freeze writes where it ends an access; its own reason is not for those whom it stops.
FROZEN = "Frozen."


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestSubmitted(
    Event,
    kind="request.submitted",
    title=_lazy("Asked to decide"),
    personal=("justification", "intent"),
):
    """A person asked for access."""

    scenario: str
    version: int
    targets: list[str]
    justification: str
    reference: str
    intent: str
    minutes: int
    urgency: str
    drill: bool
    extension: bool
    filed_by: str
    starts_at: str | None
    coach_score: int
    read_only: bool = False

    def sentence(self) -> str:
        if self.extension:
            said = _("asked for more time: %(targets)s, %(length)s, for %(scenario)s")
        elif self.filed_by:
            said = _(
                "asked for access for somebody else: %(targets)s, %(length)s, for %(scenario)s"
            )
        else:
            said = _("asked for access: %(targets)s, %(length)s, for %(scenario)s")
        said %= {
            "targets": ", ".join(self.targets),
            "length": minutes_words(self.minutes),
            "scenario": self.scenario,
        }
        if self.starts_at is None:
            return said
        start = moment_words(datetime.fromisoformat(self.starts_at))
        return _("%(said)s, from %(start)s") % {"said": said, "start": start}


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestFiled(Event, kind="request.filed", title=_lazy("Asked in your name")):
    """A person asked in the name of another, who is told of it."""

    requester: str

    def sentence(self) -> str:
        return _("filed it for the requester, who is told")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestReferenced(Event, kind="request.referenced", title=_lazy("Ticket named")):
    """The requester named the incident or ticket of a case that began without one."""

    reference: str

    def sentence(self) -> str:
        return _("named the ticket: %(reference)s") % {"reference": self.reference}


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(Event, kind="request.withdrawn", title=_lazy("Withdrawn")):
    """The requester took the request back."""

    def sentence(self) -> str:
        return _("withdrew the request")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestLapsed(Event, kind="request.lapsed", title=_lazy("Lapsed")):
    """Nobody ended the request in time."""

    def sentence(self) -> str:
        return _("closed the request: nobody answered in time")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestEscalated(Event, kind="request.escalated", title=_lazy("Asked to decide")):
    """A further step is asked because the one before was silent or is done."""

    step: int
    group: str

    def sentence(self) -> str:
        return _("asked %(group)s as well") % {"group": self.group}


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequestApproved(Event, kind="request.approved", title=_lazy("Approved")):
    """Every step is satisfied."""

    minutes: int
    targets: list[str]
    read_only: bool

    def sentence(self) -> str:
        said = _("counted the approval as complete: %(length)s on %(targets)s")
        return said % {"length": minutes_words(self.minutes), "targets": ", ".join(self.targets)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decided(Event):
    """What the decisions have in common; a kind of its own has none.

    `instead_of` is in whose place somebody answered; nobody's in older entries.
    """

    step: int
    group: str
    comment: str
    by_link: bool
    instead_of: str = ""

    def said(self, sentence: str) -> str:
        """Put the group into the sentence, and the comment behind it."""
        said = sentence % {"group": self.group}
        return f"{said}: {self.comment}" if self.comment else said


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecisionApproved(
    Decided, kind="decision.approved", title=_lazy("One yes"), personal=("comment",)
):
    """One person approved."""

    def sentence(self) -> str:
        return self.said(_("approved for %(group)s"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecisionDenied(Decided, kind="decision.denied", title=_lazy("Denied"), personal=("comment",)):
    """One person denied, and so ended the request."""

    def sentence(self) -> str:
        return self.said(_("denied for %(group)s"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecisionCountered(
    Decided, kind="decision.countered", title=_lazy("Less was offered"), personal=("comment",)
):
    """One person offered less."""

    minutes: int
    targets: list[str]
    read_only: bool

    def sentence(self) -> str:
        offered = (
            _("offered %(length)s on %(targets)s, read-only, for %(group)s")
            if self.read_only
            else _("offered %(length)s on %(targets)s for %(group)s")
        )
        facts = {"length": minutes_words(self.minutes), "targets": ", ".join(self.targets)}
        said = offered % (facts | {"group": self.group})
        return f"{said}: {self.comment}" if self.comment else said


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecisionRatified(
    Decided,
    kind="decision.ratified",
    title=_lazy("One ratification"),
    personal=("comment",),
):
    """One person ratified a break-glass activation."""

    def sentence(self) -> str:
        return self.said(_("ratified for %(group)s"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class CounterAccepted(Event, kind="counter.accepted", title=_lazy("Offer accepted")):
    """The requester took the smaller offer."""

    minutes: int
    targets: list[str]
    read_only: bool

    def sentence(self) -> str:
        return _("accepted the offer of %(length)s") % {"length": minutes_words(self.minutes)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class CounterDeclined(Event, kind="counter.declined", title=_lazy("Offer declined")):
    """The requester would rather have the answer to the first request."""

    def sentence(self) -> str:
        return _("declined the offer; the request waits for approval again")


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantScheduled(Event, kind="grant.scheduled", title=_lazy("Access scheduled")):
    """Access is granted from a later moment on."""

    starts_at: str
    ends_at: str
    targets: list[str]

    def sentence(self) -> str:
        return _("scheduled the access to %(targets)s") % {"targets": ", ".join(self.targets)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantActivated(Event, kind="grant.activated", title=_lazy("Access started"), critical=True):
    """Access started after approval."""

    targets: list[str]
    ends_at: str
    read_only: bool

    def sentence(self) -> str:
        return _("started the access to %(targets)s") % {"targets": ", ".join(self.targets)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class BreakglassActivated(
    Event,
    kind="breakglass.activated",
    title=_lazy("Glass broken"),
    personal=("justification",),
    critical=True,
):
    """Access started before anybody approved."""

    targets: list[str]
    ends_at: str
    ratify_by: str
    justification: str

    def sentence(self) -> str:
        return _("broke the glass on %(targets)s") % {"targets": ", ".join(self.targets)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantExtended(Event, kind="grant.extended", title=_lazy("Access extended")):
    """A new decision moved the end."""

    ends_at: str
    minutes: int

    def sentence(self) -> str:
        return _("extended the access by %(length)s") % {"length": minutes_words(self.minutes)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantRelinquished(Event, kind="grant.relinquished", title=_lazy("Access ended early")):
    """The holder was done before the end."""

    def sentence(self) -> str:
        return _("ended the access early")


def why_ended(reason: str) -> str:
    """Say to the reader why an access ended: what a freeze wrote are our words."""
    return _("Frozen.") if reason == FROZEN else reason


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantRevoked(
    Event, kind="grant.revoked", title=_lazy("Access revoked"), personal=("reason",), critical=True
):
    """Somebody or a rule ended the access."""

    reason: str

    def sentence(self) -> str:
        return _("revoked the access: %(reason)s") % {"reason": why_ended(self.reason)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantExpired(Event, kind="grant.expired", title=_lazy("Access ended")):
    """The clock ended the access."""

    def sentence(self) -> str:
        return _("ended the access on time")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RatificationConfirmed(Event, kind="ratification.confirmed", title=_lazy("Ratified")):
    """Every step has said afterwards that breaking the glass was right."""

    def sentence(self) -> str:
        return _("counted the ratification as complete")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RatificationRefused(
    Decided, kind="ratification.refused", title=_lazy("Ratification refused"), personal=("comment",)
):
    """One person said that breaking the glass was wrong."""

    def sentence(self) -> str:
        return self.said(_("refused to ratify for %(group)s"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class RatificationOverdue(Event, kind="ratification.overdue", title=_lazy("Ratification overdue")):
    """Nobody ratified in time."""

    def sentence(self) -> str:
        return _("closed the ratification: nobody answered in time")


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuestionAsked(Event, kind="question.asked", title=_lazy("Question"), personal=("question",)):
    """Somebody who decides or reviews wants to know more. `about` is an entry of the record."""

    question: str
    about: int | None

    def sentence(self) -> str:
        return _("asked: %(question)s") % {"question": self.question}


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuestionAnswered(
    Event,
    kind="question.answered",
    title=_lazy("Question answered"),
    personal=("question", "answer"),
):
    """The requester answered `asker`; the question stands beside it, so that it reads alone."""

    asker: str
    question: str
    answer: str

    def sentence(self) -> str:
        return _("answered: %(answer)s") % {"answer": self.answer}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScenarioVersioned(
    Event, kind="scenario.versioned", title=_lazy("New version of a scenario"), personal=("reason",)
):
    """A saved change of a scenario made a version."""

    number: int
    reason: str
    changes: dict[str, Any]

    def sentence(self) -> str:
        said = {"number": self.number, "reason": self.reason}
        return _("made version %(number)s: %(reason)s") % said


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScenarioArchived(
    Event, kind="scenario.archived", title=_lazy("Scenario archived"), personal=("reason",)
):
    """A scenario was taken out of use."""

    reason: str

    def sentence(self) -> str:
        return _("archived the scenario: %(reason)s") % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScenarioBroughtBack(
    Event, kind="scenario.brought_back", title=_lazy("Scenario brought back"), personal=("reason",)
):
    """An archived scenario came into use again."""

    reason: str

    def sentence(self) -> str:
        return _("brought the scenario back: %(reason)s") % {"reason": self.reason}
