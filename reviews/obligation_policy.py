"""Every rule of obligations, once: the sentence why not, or None.

A reviewer says what has to be done and by whom, never by themselves: they judge what shows that it
was done. Whoever has to do it says that it is done, and never that it need not be.
"""

from datetime import datetime

from accounts.models import User
from core.speech import phrase
from reviews.models import Obligation, Review
from reviews.policy import why_not_judge


def why_not_manage(obligation: Obligation, *, by: User, at: datetime) -> str | None:
    """Why `by` may not say who does it and until when."""
    grant = obligation.case.held
    if grant is None:
        return phrase("This case was never used.")
    return why_not_judge(grant, by=by, at=at)


def why_not_own(review: Review, *, owner: User) -> str | None:
    """Why this person may not be the one who has to do it."""
    if not owner.is_active:
        return phrase("The account of %(person)s is switched off.", person=owner)
    if owner in (review.reviewer, review.second_reviewer):
        return phrase(
            "%(person)s judges this case. Name somebody else: nobody judges what they have to do"
            " themselves.",
            person=owner,
        )
    return None


def why_not_fulfil(obligation: Obligation, *, by: User, at: datetime) -> str | None:
    """Why `by` may not say that it is done."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if by == obligation.owner or why_not_manage(obligation, by=by, at=at) is None:
        return None
    if obligation.owner is None:
        return phrase("Only a reviewer of this case says that this is done.")
    return phrase(
        "Only %(person)s or a reviewer of this case says that this is done.",
        person=obligation.owner,
    )


def why_not_waive(obligation: Obligation, *, by: User, at: datetime) -> str | None:
    """Why `by` may not say that it need not be done."""
    if by == obligation.owner:
        return phrase("You have to do it, so somebody else says whether it can be left undone.")
    return why_not_manage(obligation, by=by, at=at)


def why_bad_deadline(due_at: datetime, *, at: datetime) -> str | None:
    """Why it may not be due then."""
    return None if due_at > at else phrase("Choose a day that is not over.")
