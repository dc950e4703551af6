"""How references to campaigns read on a page."""

from uuid import UUID

from core.refs import Label
from reviews.models import Campaign


def campaigns(keys: list[str]) -> dict[str, Label]:
    """Return the names of campaigns by their ids: their kinds and periods."""
    rows = Campaign.objects.filter(pk__in=map(UUID, keys))
    return {
        row.pk.hex: Label(f"{row.get_kind_display()}, {row.period}", row.get_absolute_url())
        for row in rows
    }
