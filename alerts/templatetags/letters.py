"""What the words of messages need: moments as plain text, and people's words without teeth."""

from datetime import UTC, datetime

from django import template
from django.utils import timezone

from alerts import taming
from core import dates, zones

register = template.Library()
register.filter("tame", taming.tame)


@register.filter
def due(value: datetime | str | None) -> str:
    """Say a deadline as the pages do: the last day where it is the end of one."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at and zones.ends_day(at):
        return str(dates.day_words(zones.last_day(at), "DAY"))
    return instant(at)


@register.filter
def instant(value: datetime | str | None) -> str:
    """Say a moment in the reader's zone and in UTC: "2 Nov 13:00 CET (12:00 UTC)".

    The record keeps times as text; both forms are read.
    """
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = timezone.localtime(at)
    said = f"{dates.day_words(local, 'DAY')} {local:%H:%M}"
    if local.utcoffset() == UTC.utcoffset(None):
        return f"{said} UTC"
    return f"{said} {dates.zone_words(local)} ({at.astimezone(UTC):%H:%M} UTC)"
