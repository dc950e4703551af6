"""A review is reopened, as the ledger tells it."""

import dataclasses

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from reviews.events import verdict_words


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReviewReopened(
    Event, kind="review.reopened", title=_lazy("Review reopened"), personal=("reason",)
):
    """The case is judged again. `verdict` stood until then, `judges` gave and confirmed it.

    `seal` is the entry by which the case was sealed, where it was: that seal stays.
    """

    verdict: str
    judges: list[str]
    seal: int | None
    due_at: str
    reason: str

    @property
    def in_words(self) -> str:
        """The verdict as it reads in a sentence."""
        return verdict_words(self.verdict)

    def sentence(self) -> str:
        said = {"verdict": self.in_words, "reason": self.reason}
        return _("reopened the review, in which the verdict was %(verdict)s: %(reason)s") % said
