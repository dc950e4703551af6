"""Where campaigns keep words by or about people."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import forgetting
from core.forgetting import Texts, Trace
from core.speech import phrase
from reviews.models import Campaign, CampaignItem


@forgetting.provide_reason
def campaigns(trace: Trace, _at: datetime) -> Iterator[str]:
    """Whoever owns an open campaign is needed until it is over, or somebody takes it over."""
    for campaign in Campaign.objects.open().filter(owner=trace.person):
        yield phrase("They own a campaign that is open: %(campaign)s.", campaign=campaign)


forgetting.keep(
    Texts(
        label=_("Reasons why campaigns were cancelled"),
        model=Campaign,
        fields=("reason",),
        about=lambda trace: Q(ended_by=trace.person),
    ),
    Texts(
        label=_("Notes on items of campaigns"),
        model=CampaignItem,
        fields=("note",),
        about=lambda trace: (
            Q(decided_by=trace.person)
            | Q(person=trace.person)
            | Q(review__grant__holder=trace.person)
            | Q(finding__case__requester=trace.person)
            | Q(obligation__case__requester=trace.person)
            | Q(obligation__owner=trace.person)
            | Q(finding__subject=trace.ref)
        ),
    ),
)
