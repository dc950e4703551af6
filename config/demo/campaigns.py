"""Two campaigns: a sample of cases that is signed off, and rights that somebody is half through."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from core import zones
from reviews.campaigns import transitions
from reviews.campaigns.deciding import decide
from reviews.campaigns.policy import why_not_decide
from reviews.campaigns.populations import Scope
from reviews.campaigns.sampling import Size
from reviews.campaigns.transitions import Plan
from reviews.models import Campaign

_NOTES = {2: "The ticket says the same, and names who was told.", 4: "Good reason, short access."}
_KEPT = 6


def run(people: Mapping[str, User], *, now: datetime) -> None:
    """Let both begin some days before `now`."""
    _sample(people["hugo"], people["compliance"], now)
    _rights(people["compliance"], now)


def _sample(owner: User, other: User, now: datetime) -> None:
    begun, today = now - timedelta(days=6), zones.today(now)
    scope = Scope(
        kind=Campaign.Kind.CASES,
        first=today - timedelta(days=45),
        last=today - timedelta(days=14),
        size=Size(wanted=5),
    )
    plan = Plan(scope=scope, due_at=zones.day_end(zones.today(begun) + timedelta(days=14)),
                seed="the auditor's seed of the fourth quarter: 58213")  # fmt: skip
    campaign = transitions.begin(plan, owner=owner, by=owner, at=begun)
    for item in campaign.items.all():
        at = begun + timedelta(days=1, minutes=4 * item.position)
        by = other if why_not_decide(item, by=owner, at=at) else owner
        decide(item, by=by, outcome="in_order", note=_NOTES.get(item.position, ""), at=at)
    transitions.sign_off(campaign, by=owner, at=begun + timedelta(days=2))


def _rights(owner: User, now: datetime) -> None:
    begun, today = now - timedelta(days=3), zones.today(now)
    scope = Scope(
        kind=Campaign.Kind.RIGHTS, first=today - timedelta(days=90), last=today - timedelta(days=4)
    )
    plan = Plan(scope=scope, due_at=zones.day_end(zones.today(begun) + timedelta(days=14)))
    campaign = transitions.begin(plan, owner=owner, by=owner, at=begun)
    theirs = [item for item in campaign.items.all() if not why_not_decide(item, by=owner, at=begun)]
    for item in theirs[:_KEPT]:  # what is the officers' own, an administrator certifies
        at = begun + timedelta(hours=2, minutes=item.position)
        decide(item, by=owner, outcome="keep", at=at)
