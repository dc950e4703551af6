"""What happens to reviews and findings, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from judgement.sigma.naming import titles


def verdict_words(verdict: str) -> str:
    """Return a verdict as it reads within a sentence."""
    return {
        "justified": _("justified"),
        "drill": _("drill"),
        "justified_with_findings": _("justified with findings"),
        "misuse": _("misuse"),
        "inconclusive": _("inconclusive"),
    }.get(verdict, verdict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewOwed(Event, kind="review.owed", title=_lazy("Review owed")):
    """A use is over, so somebody has to look at it."""

    due_at: str

    def sentence(self) -> str:
        return _("asked for a review of what was done")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewStarted(Event, kind="review.started", title=_lazy("Review taken")):
    """Somebody independent took the review."""

    def sentence(self) -> str:
        return _("began the review")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewReturned(
    Event, kind="review.returned", title=_lazy("Review given back"), personal=("reason",)
):
    """The review waits for another reviewer again."""

    reason: str

    def sentence(self) -> str:
        return _("gave the review back: %(reason)s") % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged(Event):
    """What verdicts have in common; a kind of its own has none."""

    verdict: str
    comment: str

    @property
    def in_words(self) -> str:
        """The verdict as it reads in a sentence."""
        return verdict_words(self.verdict)

    def said(self, verb: str) -> str:
        """Put the verb, the verdict and the comment into a sentence."""
        said = f"{verb}: {self.in_words}"
        return f"{said}. {self.comment}" if self.comment else said


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewConcluded(
    Judged, kind="review.concluded", title=_lazy("Verdict given"), personal=("comment",)
):
    """The first of two reviewers gave a verdict."""

    def sentence(self) -> str:
        return self.said(_("gave a verdict that a second person has to confirm"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewConfirmed(Event, kind="review.confirmed", title=_lazy("Verdict confirmed")):
    """The second of two reviewers agreed."""

    verdict: str

    def sentence(self) -> str:
        return _("confirmed the verdict: %(verdict)s") % {"verdict": verdict_words(self.verdict)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewDisputed(
    Event, kind="review.disputed", title=_lazy("Verdict disputed"), personal=("reason",)
):
    """The second of two reviewers disagreed; the first one looks again."""

    reason: str

    def sentence(self) -> str:
        return _("did not confirm the verdict: %(reason)s") % {"reason": self.reason}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewClosed(
    Judged, kind="review.closed", title=_lazy("Review closed"), personal=("comment",)
):
    """The verdict stands."""

    def sentence(self) -> str:
        return self.said(_("closed the review"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingOpened(
    Event, kind="finding.opened", title=_lazy("Finding opened"), personal=("text",)
):
    """Something has to be answered for. `finding` is its kind, `about` its subject."""

    finding: str
    severity: str
    about: str
    text: str
    entry: int | None

    def sentence(self) -> str:
        return _("opened a finding: %(text)s") % {"text": titles(self.text)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmRaised(
    Event, kind="alarm.raised", title=_lazy("Alarm"), personal=("text",), critical=True
):
    """Something was done that somebody has to look at now. `finding` is the kind of its finding.

    `person` did it; `entry` says what; `ended` tells that the access was ended because of it.
    """

    finding: str
    text: str
    person: str
    entry: int
    ended: bool

    def sentence(self) -> str:
        said = (
            _("raised an alarm and ended the access: %(text)s")
            if self.ended
            else _("raised an alarm: %(text)s")
        )
        return said % {"text": self.words}

    @property
    def words(self) -> str:
        """What happened, with the rules of detection by their titles."""
        return titles(self.text)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingResolved(
    Event, kind="finding.resolved", title=_lazy("Finding resolved"), personal=("comment",)
):
    """A finding was answered for."""

    resolution: str
    comment: str

    def sentence(self) -> str:
        said = {"resolution": self.resolution.replace("_", " "), "comment": self.comment}
        return _("resolved the finding as %(resolution)s: %(comment)s") % said
