"""What the house begins by itself: the campaign of each period that is over, once."""

import logging
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Max, Q

from accounts.models import Part, User
from audit.models import Entry
from core import zones
from core.errors import WrongState
from reviews.campaigns import rhythm, transitions
from reviews.campaigns.populations import Scope
from reviews.campaigns.sampling import Size
from reviews.campaigns.transitions import Plan
from reviews.models import Campaign

logger = logging.getLogger(__name__)


def run(*, at: datetime) -> list[Campaign]:
    """Begin what is due and not begun yet. Running it twice, or by two at once, is harmless."""
    found = []
    for kind, often in rhythm.scheduled():
        first, last = rhythm.last_period(often, at=at)
        begun = Campaign.objects.filter(kind=kind, rhythm=often, first=first)
        owner = next_owner(at)
        if owner is None or begun.exists() or _before_the_record(last):
            continue
        size = Size(wanted=settings.CAMPAIGN_SAMPLE) if kind == Campaign.Kind.CASES else Size()
        scope = Scope(kind=kind, first=first, last=last, size=size)
        due_at = zones.day_end(zones.today(at + rhythm.TIME[often]))
        plan = Plan(scope=scope, due_at=due_at, rhythm=often)
        try:
            found.append(transitions.begin(plan, owner=owner, by=None, at=at))
        except WrongState:
            continue  # another worker was quicker
        except Exception:
            logger.exception("The campaign %s of %s could not be begun.", kind, first)
    return found


def remind(*, at: datetime) -> None:
    """Tell of each campaign whose deadline is near or over; each once."""
    soon = Q(soon_told_at=None, due_at__lte=at + rhythm.SOON, due_at__gt=at)
    late = Q(late_told_at=None, due_at__lte=at)
    for campaign in Campaign.objects.open().filter(soon | late):
        try:
            transitions.remind(campaign, at=at)
        except WrongState:
            continue  # somebody ended it between our read and our lock
        except Exception:
            logger.exception("%r could not be told; the next sweep tries again.", campaign)


def _before_the_record(last: date) -> bool:
    """Whether the house had not been set up yet when a period was over."""
    first = Entry.objects.order_by("seq").first()
    return first is None or first.occurred_at >= zones.day_end(last)


def next_owner(at: datetime) -> User | None:
    """Return the compliance officer whose turn it is: fewest open ones, then longest ago."""
    officers = User.objects.playing(Part.COMPLIANCE, at).annotate(
        open_campaigns=Count("campaigns", filter=Q(campaigns__state=Campaign.State.OPEN)),
        last_campaign=Max("campaigns__begun_at"),
    )
    turn = sorted(
        officers,
        key=lambda each: (
            each.open_campaigns,
            each.last_campaign.timestamp() if each.last_campaign else 0.0,
            each.name,
            each.pk.hex,
        ),
    )
    return turn[0] if turn else None
