"""How references to patterns read on a page."""

from uuid import UUID

from core.refs import Label
from reviews.models import Pattern


def patterns(keys: list[str]) -> dict[str, Label]:
    """Return the names of patterns by their ids: their kinds."""
    rows = Pattern.objects.filter(pk__in=map(UUID, keys)).only("pk", "kind")
    return {row.pk.hex: Label(row.get_kind_display(), row.get_absolute_url()) for row in rows}
