"""What happens to reviews and findings, as the ledger tells it."""

import dataclasses

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewOwed(Event, kind="review.owed"):
    """A use is over, so somebody has to look at it."""

    due_at: str

    def sentence(self) -> str:
        return "asked for a review of what was done"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewStarted(Event, kind="review.started"):
    """Somebody independent took the review."""

    def sentence(self) -> str:
        return "began the review"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewReturned(Event, kind="review.returned", personal=("reason",)):
    """The review waits for another reviewer again."""

    reason: str

    def sentence(self) -> str:
        return f"gave the review back: {self.reason}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged(Event):
    """What verdicts have in common; a kind of its own has none."""

    verdict: str
    comment: str

    @property
    def in_words(self) -> str:
        """The verdict as it reads in a sentence."""
        return self.verdict.replace("_", " ")

    def said(self, verb: str) -> str:
        """Put the verb, the verdict and the comment into a sentence."""
        return f"{verb}: {self.in_words}" + (f". {self.comment}" if self.comment else "")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewConcluded(Judged, kind="review.concluded", personal=("comment",)):
    """The first of two reviewers gave a verdict."""

    def sentence(self) -> str:
        return self.said("gave a verdict that a second person has to confirm")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewConfirmed(Event, kind="review.confirmed"):
    """The second of two reviewers agreed."""

    verdict: str

    def sentence(self) -> str:
        return f"confirmed the verdict: {self.verdict.replace('_', ' ')}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewDisputed(Event, kind="review.disputed", personal=("reason",)):
    """The second of two reviewers disagreed; the first one looks again."""

    reason: str

    def sentence(self) -> str:
        return f"did not confirm the verdict: {self.reason}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewClosed(Judged, kind="review.closed", personal=("comment",)):
    """The verdict stands."""

    def sentence(self) -> str:
        return self.said("closed the review")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingOpened(Event, kind="finding.opened", personal=("text",)):
    """Something has to be answered for. `finding` is its kind, `about` its subject."""

    finding: str
    severity: str
    about: str
    text: str
    entry: int | None

    def sentence(self) -> str:
        return f"opened a finding: {self.text}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingResolved(Event, kind="finding.resolved", personal=("comment",)):
    """A finding was answered for."""

    resolution: str
    comment: str

    def sentence(self) -> str:
        return f"resolved the finding as {self.resolution.replace('_', ' ')}: {self.comment}"
