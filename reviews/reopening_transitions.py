"""The verb that has a case judged again whose review is closed."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from audit import log
from audit.pruned import why_case_gone
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.reasons import why_not_reason
from core.speech import phrase
from reviews import policy, seals
from reviews.models import EarlierVerdict, Review
from reviews.reopening_events import ReviewReopened

_AFRESH: dict[str, Any] = {
    "state": Review.State.DUE, "verdict": Review.Verdict.NONE, "comment": "", "reminded": 0,
    **dict.fromkeys(
        ("assignee", "assigned_at", "nobody_since", "reviewer", "started_at", "concluded_at",
         "second_reviewer", "closed_at")
    ),
}  # fmt: skip


@log.transition
def reopen(review: Review, *, by: User, reason: str, at: datetime) -> Review:
    """Let a closed review become due again, with a deadline of its own; its verdict is kept.

    Raises WrongState when it is not closed or its record is gone, NotAllowed for anybody but a
    compliance officer without a part in the case, BadInput without a reason.
    """
    review = lock(review)
    stands = _expect_closed(review)
    if gone := why_case_gone(review.case_ref):
        raise WrongState(gone)
    why = policy.why_not_reopen(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    if little := why_not_reason(reason):
        raise BadInput(little, field="reason")
    stood = _keep(review, *stands, by=by, reason=reason.strip(), at=at)
    for name, value in _AFRESH.items():
        setattr(review, name, value)
    within = timedelta(hours=review.grant.request.rules.review_within_hours)
    review.reopened_at, review.due_at = at, at + within
    review.save(update_fields=[*_AFRESH, "reopened_at", "due_at"])
    event = _event(stood, review)
    log.record(event, actor=by.ref, subject=review.ref, at=at, case=review.case_ref)
    return review


def _expect_closed(review: Review) -> tuple[User, datetime]:
    """Return who closed it and when; raise unless somebody did."""
    if review.state != Review.State.CLOSED or not (review.reviewer and review.closed_at):
        raise WrongState(phrase("This review is not closed, so it can still be judged."))
    return review.reviewer, review.closed_at


def _keep(
    review: Review, reviewer: User, closed_at: datetime, *, by: User, reason: str, at: datetime
) -> EarlierVerdict:
    """Keep the verdict that stood."""
    return review.earlier.create(
        verdict=review.verdict,
        comment=review.comment,
        reviewer=reviewer,
        second_reviewer=review.second_reviewer,
        due_at=review.due_at,
        closed_at=closed_at,
        reopened_at=at,
        reopened_by=by,
        reason=reason,
    )


def _event(stood: EarlierVerdict, review: Review) -> ReviewReopened:
    seal = seals.newest(review.grant.request)
    return ReviewReopened(
        verdict=stood.verdict,
        judges=[each.ref for each in (stood.reviewer, stood.second_reviewer) if each],
        seal=seal.seq if seal else None,
        due_at=review.due_at.isoformat(),
        reason=stood.reason,
    )
