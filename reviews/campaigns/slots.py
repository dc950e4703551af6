"""What campaigns show on shared pages: a line of the rail, and what waits for their owner."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import slots
from core.words import duration_words, relative_words
from reviews.campaigns.policy import why_not_see_campaigns
from reviews.models import Campaign

_SHOWN = 3


@slots.nav.provide(order=42)
def nav(request: HttpRequest) -> list[slots.NavItem]:
    """Lead those who oversee the house to campaigns."""
    user = request.user
    if not isinstance(user, User) or why_not_see_campaigns(by=user):
        return []
    return [slots.NavItem(group="Review", label=_("Campaigns"), url_name="campaigns", icon="round")]


@slots.waiting.provide(order=35)
def waiting(request: HttpRequest) -> list[slots.Waiting]:
    """Show the open campaigns that this person owns, the most urgent first."""
    user, now = request.user, timezone.now()
    if not isinstance(user, User):
        return []
    mine = Campaign.objects.open().filter(owner=user).told().order_by("due_at")
    found = [_campaign(each, late=each.is_overdue(now), now=now) for each in mine[:_SHOWN]]
    more = mine.count() - len(found)
    title = ngettext("%(number)s more campaign", "%(number)s more campaigns", more)
    rest = slots.rest(more, title % {"number": more}, icon="round", url=reverse("campaigns"))
    return found + rest


def _campaign(campaign: Any, *, late: bool, now: datetime) -> slots.Waiting:
    facts = {
        "decided": campaign.decided_count,
        "count": campaign.item_count,
        "when": relative_words(campaign.due_at - now),
        "length": duration_words(now - campaign.due_at),
    }
    detail = (
        _("%(decided)s of %(count)s decided. Late by %(length)s.")
        if late
        else _("%(decided)s of %(count)s decided. Due %(when)s.")
    )
    done = campaign.decided_count == campaign.item_count
    return slots.Waiting(
        icon="round",
        tone="danger" if late else "wait",
        title=f"{campaign.get_kind_display()}, {campaign.period}",
        detail=detail % facts,
        url=campaign.get_absolute_url(),
        action=_("Sign off") if done else _("Go on"),
    )
