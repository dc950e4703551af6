"""What the words of messages need: moments as plain text."""

from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.filter
def instant(value: datetime | str | None) -> str:
    """Say a moment in the reader's zone and in UTC: "2 Nov 13:00 CET (12:00 UTC)".

    The record keeps times as text; both forms are read.
    """
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = timezone.localtime(at)
    name = local.tzname() or ""
    said = date_format(local, "j M H:i")
    if local.utcoffset() == UTC.utcoffset(None):
        return f"{said} UTC"
    zone = name if name.isalpha() else f"UTC{local:%z}"
    return f"{said} {zone} ({at.astimezone(UTC):%H:%M} UTC)"
