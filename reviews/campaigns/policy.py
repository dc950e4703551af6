"""Every rule of campaigns, once: the sentence why not, or None."""

from datetime import datetime
from uuid import UUID

from accounts.models import Membership, Part, User
from accounts.policy import why_not_play
from core.speech import phrase, phrase_count
from reviews.models import Campaign, CampaignItem, Review
from reviews.obligation_policy import why_not_fulfil
from reviews.policy import why_not_resolve, why_not_review

Kind = Campaign.Kind


def why_not_see_campaigns(*, by: User, at: datetime | None = None) -> str | None:
    """Why `by` may not look at campaigns."""
    parts = by.parts(at)
    if any(part in (Part.COMPLIANCE, Part.AUDITOR, Part.ADMINISTRATOR) for part in parts):
        return None
    return phrase(
        "Campaigns are for compliance officers, auditors and administrators. Ask an administrator."
    )


def why_not_begin(*, by: User, at: datetime) -> str | None:
    """Why `by` may not begin a campaign, or end or take over one of somebody else."""
    return why_not_play(Part.COMPLIANCE, by=by, at=at)


def why_not_take_over(campaign: Campaign, *, by: User, at: datetime) -> str | None:
    """Why `by` may not become the owner."""
    if by == campaign.owner:
        return phrase("This campaign is yours already.")
    return why_not_begin(by=by, at=at)


def why_not_sign_off(campaign: Campaign, *, by: User, at: datetime) -> str | None:
    """Why `by` may not sign the campaign off, whatever is left of it."""
    if by != campaign.owner:
        return phrase(
            "%(person)s owns this campaign and signs it off. A compliance officer can take it"
            " over.",
            person=campaign.owner,
        )
    return why_not_begin(by=by, at=at)


def why_unfinished(campaign: Campaign) -> str | None:
    """Why the campaign cannot be signed off yet, whoever does it."""
    if left := campaign.items.left().count():
        return phrase_count(
            "%(number)s item is not decided yet.", "%(number)s items are not decided yet.", left
        )
    if waiting := campaign.items.waiting().count():
        return phrase_count(
            "%(number)s removal waits for a second administrator.",
            "%(number)s removals wait for a second administrator.",
            waiting,
        )
    return None


def why_not_decide(item: CampaignItem, *, by: User, at: datetime) -> str | None:
    """Why `by` may not decide on an item."""
    if item.review:
        return _why_not_look(item, by, at)
    if item.finding:
        return why_not_begin(by=by, at=at) or why_not_resolve(item.finding, by=by, at=at)
    if item.obligation:
        return why_not_begin(by=by, at=at) or why_not_fulfil(item.obligation, by=by, at=at)
    return _why_not_certify(item, by, at)


def _why_not_look(item: CampaignItem, by: User, at: datetime) -> str | None:
    """Whoever reviewed a case looks at it again only where nobody else can."""
    if (why := why_not_begin(by=by, at=at)) or item.review is None:
        return why
    if why := why_not_review(item.review, by=by, at=at):
        return why
    if by.pk in _judged(item.review) and _another(item, by, at):
        return phrase("You reviewed this case, so somebody else looks at it here.")
    return None


def _another(item: CampaignItem, by: User, at: datetime) -> bool:
    review = item.review
    return review is not None and any(
        other.pk not in {by.pk, *_judged(review)}
        and why_not_review(review, by=other, at=at) is None
        for other in User.objects.playing(Part.COMPLIANCE, at)
    )


def _judged(review: Review) -> set[UUID | None]:
    """Who judges or judged the case, also before it was reopened."""
    return {review.reviewer_id, review.second_reviewer_id, *review.judges}


def _why_not_certify(item: CampaignItem, by: User, at: datetime) -> str | None:
    """Nobody certifies their own; where all compliance officers have it, an administrator does."""
    if concerns(item, by, at):
        return phrase("Nobody certifies what they may do themselves. Somebody else has to.")
    if by.plays(Part.COMPLIANCE, at):
        return None
    officers = User.objects.playing(Part.COMPLIANCE, at)
    if by.plays(Part.ADMINISTRATOR, at) and all(concerns(item, each, at) for each in officers):
        return None
    return why_not_begin(by=by, at=at)


def concerns(item: CampaignItem, person: User, at: datetime) -> bool:
    """Whether a right is the person's own: their membership, or what a group of theirs may do."""
    if item.person_id:
        return item.person_id == person.pk
    inside = Membership.objects.standing(at).filter(user=person, group=item.group_id)
    return inside.exists()
