"""Whose turn a review is, as the ledger tells it. `person` is who is to do it."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewAssigned(
    Event, kind="review.assigned", title=_lazy("Review assigned"), personal=("reason",)
):
    """It is this person's turn. Without a reason the house chose, by rotation and load."""

    person: str
    due_at: str
    reason: str

    def sentence(self) -> str:
        if self.reason:
            return _("gave the review to somebody else: %(reason)s") % {"reason": self.reason}
        return _("chose who reviews what was done")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewUnassignable(Event, kind="review.unassignable", title=_lazy("Nobody can review")):
    """Everybody who may review had a part in the case, or is away."""

    def sentence(self) -> str:
        return _("found nobody independent who could review what was done")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingAssigned(Event, kind="finding.assigned", title=_lazy("Finding has an owner")):
    """Somebody answers for a finding until some day."""

    person: str
    due_at: str

    def sentence(self) -> str:
        return _("said who answers for the finding, and until when")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deadline(Event):
    """What reminders have in common; a kind of its own has none."""

    person: str
    due_at: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewNearlyDue(Deadline, kind="review.nearly_due", title=_lazy("Review nearly due")):
    """The deadline of a review comes near."""

    def sentence(self) -> str:
        return _("reminded of a review that is nearly due")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewOverdue(Deadline, kind="review.overdue", title=_lazy("Review overdue")):
    """The deadline of a review has passed."""

    def sentence(self) -> str:
        return _("found a review overdue")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingNearlyDue(Deadline, kind="finding.nearly_due", title=_lazy("Finding nearly due")):
    """The deadline of a finding comes near."""

    def sentence(self) -> str:
        return _("reminded of a finding that is nearly due")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingOverdue(Deadline, kind="finding.overdue", title=_lazy("Finding overdue")):
    """The deadline of a finding has passed."""

    def sentence(self) -> str:
        return _("found a finding overdue")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObligationNearlyDue(
    Deadline, kind="obligation.nearly_due", title=_lazy("Obligation nearly due")
):
    """The deadline of an obligation comes near."""

    def sentence(self) -> str:
        return _("reminded of something to do that is nearly due")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObligationOverdue(Deadline, kind="obligation.overdue", title=_lazy("Obligation overdue")):
    """The deadline of an obligation has passed."""

    def sentence(self) -> str:
        return _("found something to do overdue")
