"""The verbs that say whose turn a review is, and who answers for a finding."""

from datetime import datetime

from accounts.models import User
from audit import log
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import phrase
from reviews import assignment_events as events
from reviews import assignment_policy as policy
from reviews.models import Finding, Review
from reviews.policy import why_not_resolve, why_not_review


@log.transition
def assign(review: Review, *, at: datetime, but: User | None = None) -> Review:
    """Choose whose turn a review is, where it is nobody's or no longer can be; else change nothing.

    Where nobody independent is there it says so, once. `but` is who gave it back.
    """
    review = lock(review)
    if review.state != Review.State.DUE:
        return review
    if review.assignee and review.assignee != but and not policy.why_turn_over(review, at=at):
        return review
    chosen = policy.next_reviewer(review, at=at, but=but)
    if chosen:
        return _give(review, chosen, actor=log.SYSTEM, at=at)
    alone = review.nobody_since is None
    review.assignee = review.assigned_at = None
    review.nobody_since = review.nobody_since or at
    review.save(update_fields=["assignee", "assigned_at", "nobody_since"])
    if alone:
        event = events.ReviewUnassignable()
        log.record(event, actor=log.SYSTEM, subject=review.ref, at=at, case=review.case_ref)
    return review


@log.transition
def reassign(review: Review, *, person: User, reason: str, by: User, at: datetime) -> Review:
    """Give the turn to somebody else.

    Raises WrongState once it is taken, NotAllowed for anybody but whose turn it is and compliance,
    BadInput for who may not review the case, or without a reason.
    """
    review = lock(review)
    if review.state == Review.State.CLOSED:
        raise WrongState(phrase("This review is already closed."))
    if review.state != Review.State.DUE:
        raise WrongState(
            phrase(
                "%(person)s has taken this review. They give it back first.",
                person=review.reviewer,
            )
        )
    why = policy.why_not_reassign(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    if why := why_not_review(review, by=person, at=at):
        about = phrase("%(person)s cannot review this case: they may not, or had a part in it.",
                       person=person)  # fmt: skip
        raise BadInput(about, field="person")
    if person == review.assignee:
        raise BadInput(phrase("It is their turn already. Name somebody else."), field="person")
    if not reason.strip():
        raise BadInput(phrase("Say why; whoever gets the review reads it."), field="reason")
    return _give(review, person, actor=by.ref, reason=reason.strip(), at=at)


@log.transition
def assign_finding(
    finding: Finding, *, owner: User, due_at: datetime, by: User, at: datetime
) -> Finding:
    """Say who answers for a finding, and until when.

    Raises WrongState once it is resolved, NotAllowed for whoever may not resolve it, BadInput for
    an account that is off or a deadline that is over.
    """
    finding = lock(finding)
    if finding.state != Finding.State.OPEN:
        raise WrongState(phrase("This finding is resolved already."))
    why = why_not_resolve(finding, by=by, at=at)
    refuse_unless(why, by=by, subject=finding, at=at, case=finding.case_ref)
    if not owner.is_active:
        off = phrase("The account of %(person)s is switched off.", person=owner)
        raise BadInput(off, field="owner")
    if due_at <= at:
        raise BadInput(phrase("Choose a day that is not over."), field="due")
    finding.owner, finding.due_at, finding.reminded = owner, due_at, 0
    finding.save(update_fields=["owner", "due_at", "reminded"])
    event = events.FindingAssigned(person=owner.ref, due_at=due_at.isoformat())
    log.record(event, actor=by.ref, subject=finding.ref, at=at, case=finding.case_ref)
    return finding


def _give(review: Review, person: User, *, actor: str, at: datetime, reason: str = "") -> Review:
    review.assignee, review.assigned_at, review.nobody_since = person, at, None
    review.save(update_fields=["assignee", "assigned_at", "nobody_since"])
    event = events.ReviewAssigned(
        person=person.ref, due_at=review.due_at.isoformat(), reason=reason
    )
    log.record(event, actor=actor, subject=review.ref, at=at, case=review.case_ref)
    return review
