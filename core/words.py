"""How lengths of time read."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def duration_words(length: dt.timedelta) -> str:
    """Say a length of time with at most two units."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    whole = seconds // 60
    days, hours, mins = whole // 1440, whole // 60 % 24, whole % 60
    if days:
        if hours:
            return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    if hours:
        return f"{hours} h {mins} min" if mins else f"{hours} h"
    return f"{mins} min"


def relative_words(distance: dt.timedelta) -> str:
    """Say how far away a moment is: "3 min ago", "in 2 h 5 min", "now"."""
    seconds = distance.total_seconds()
    if abs(seconds) < 5:
        return _("now")
    words = {"length": duration_words(abs(distance))}
    return _("in %(length)s") % words if seconds > 0 else _("%(length)s ago") % words


def minutes_words(minutes: float) -> str:
    """Say a number of minutes."""
    return duration_words(dt.timedelta(minutes=minutes))


def count_words(number: int, one: str, many: str) -> str:
    """Say "1 case" or "3 cases"."""
    return f"{number:,} {one if number == 1 else many}"
