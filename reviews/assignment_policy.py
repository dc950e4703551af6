"""Whose turn a review is: somebody independent, by rotation and load."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db.models import Count, Max

from accounts.models import Part, User
from breakglass.models import Grant, GroupPermit, Permit, Substitution
from core.speech import phrase
from reviews.models import Review
from reviews.policy import not_alone, why_not_judge, why_not_review

_NEVER = datetime.min.replace(tzinfo=UTC)


def able(grant: Grant, *, at: datetime) -> Iterator[list[User]]:
    """Yield those who may judge a use: the scenario's own reviewers, then compliance."""
    permits = GroupPermit.objects.of(Permit.REVIEW).standing(at)
    groups = permits.filter(content_object=grant.scenario_id).values("group")
    for candidates in (
        User.objects.active().in_groups(groups, at),
        User.objects.active().playing(Part.COMPLIANCE, at),
    ):
        yield [each for each in candidates if not why_not_judge(grant, by=each, at=at)]


def next_reviewer(review: Review, *, at: datetime, but: User | None = None) -> User | None:
    """Return whose turn it is: who has fewest in hand, of those whose last turn is longest ago.

    Nobody's who is away, as far as the house knows: who has named a substitute for now. `but` is
    who has just given the review back. Of a reopened case it is never that of who judged it, and
    that of who reopened it only where nobody else is there.
    """
    away = {*Substitution.objects.standing(at).values_list("person", flat=True), *review.judges}
    sided, last = not_alone(review), list[User]()
    for candidates in able(review.grant, at=at):
        there = [each for each in candidates if each.pk not in away and each != but]
        if fresh := [each for each in there if each not in sided]:
            return _by_turn(fresh)[0]
        last += there
    return _by_turn(last)[0] if last else None


def anybody_new(review: Review, *, at: datetime) -> bool:
    """Whether somebody may judge a closed case who has not judged it."""
    judged = {review.reviewer_id, review.second_reviewer_id, *review.judges}
    return any(each.pk not in judged for people in able(review.grant, at=at) for each in people)


def _by_turn(people: list[User]) -> list[User]:
    in_hand = Review.objects.owed().order_by()
    turns = Review.objects.filter(assignee__in=people).order_by()
    waiting = dict(
        in_hand.filter(state=Review.State.DUE, assignee__in=people)
        .values_list("assignee")
        .annotate(n=Count("pk"))
    )
    taken = dict(
        in_hand.filter(state=Review.State.IN_REVIEW, reviewer__in=people)
        .values_list("reviewer")
        .annotate(n=Count("pk"))
    )
    last = dict(turns.values_list("assignee").annotate(last=Max("assigned_at")))
    return sorted(
        people,
        key=lambda each: (
            waiting.get(each.pk, 0) + taken.get(each.pk, 0),
            last.get(each.pk) or _NEVER,
            each.name,
            each.pk,
        ),
    )


def why_turn_over(review: Review, *, at: datetime) -> str | None:
    """Why it is no longer the turn of who was chosen: no right, a part in the case, or away."""
    if review.assignee is None:
        return None
    if why := why_not_review(review, by=review.assignee, at=at):
        return why
    away = Substitution.objects.standing(at).filter(person=review.assignee)
    return phrase("%(person)s is away.", person=review.assignee) if away.exists() else None


def why_not_reassign(review: Review, *, by: User, at: datetime) -> str | None:
    """Why `by` may not give the turn to somebody else."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if by == review.assignee or by.plays(Part.COMPLIANCE, at):
        return None
    if review.assignee is None:
        return phrase("Only a compliance officer says who reviews this. You may take it yourself.")
    return phrase(
        "Only %(person)s or a compliance officer gives this review to somebody else.",
        person=review.assignee,
    )
