"""How lengths of time and lists read.

A page shows what ends in `_words`, in its reader's language. What ends in `_phrase` goes into a
sentence that may be recorded: English there, the reader's language where a page shows it.
"""

import datetime as dt
from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from core import dates
from core.speech import phrase, phrase_count, shown


def duration_phrase(length: dt.timedelta) -> str:
    """Say a length of time with at most two units. The short signs of units need no translation."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    whole = seconds // 60
    days, hours, mins = whole // 1440, whole // 60 % 24, whole % 60
    if days:
        if hours:
            return phrase("%(days)s d %(hours)s h", days=days, hours=hours)
        return phrase_count("%(number)s day", "%(number)s days", days)
    if hours:
        return f"{hours} h {mins} min" if mins else f"{hours} h"
    return f"{mins} min"


def duration_words(length: dt.timedelta) -> str:
    """Say a length of time to the reader; the Latin signs of units never change places with it."""
    said = shown(duration_phrase(length))
    return (
        f"\N{FIRST STRONG ISOLATE}{said}\N{POP DIRECTIONAL ISOLATE}"
        if get_language_bidi()
        else said
    )


def within_words(length: dt.timedelta) -> str:
    """Say "within 7 days" to the reader, in one piece: the words around a number inflect it."""
    if days := _days(length):
        return ngettext("within %(number)s day", "within %(number)s days", days) % {"number": days}
    return _("within %(length)s") % {"length": duration_words(length)}


def _whole_days(distance: dt.timedelta) -> str:
    """Say how many days ahead or ago a moment is, also in one piece; nothing for other lengths."""
    days = _days(abs(distance))
    said = (
        ngettext("in %(number)s day", "in %(number)s days", days)
        if distance > dt.timedelta()
        else ngettext("%(number)s day ago", "%(number)s days ago", days)
    )
    return said % {"number": days} if days else ""


def _days(length: dt.timedelta) -> int:
    """Return how many days `duration_phrase` tells, where it tells nothing but days."""
    days, rest = divmod(max(0, round(length.total_seconds())) // 60, 1440)
    return days if rest < 60 else 0


def seconds_words(seconds: float) -> str:
    """Say a short length of time with a tenth, "0.1 s", as the reader's language writes numbers."""
    return f"{number_format(seconds, 1, use_l10n=True)} s"


def relative_words(distance: dt.timedelta) -> str:
    """Say how far away a moment is: "3 min ago", "in 2 h 5 min", "now"."""
    seconds = distance.total_seconds()
    if abs(seconds) < 5:
        return _("now")
    if said := _whole_days(distance):
        return said
    words = {"length": duration_words(abs(distance))}
    return _("in %(length)s") % words if seconds > 0 else _("%(length)s ago") % words


def minutes_phrase(minutes: float) -> str:
    """Say a number of minutes in a sentence that may be recorded."""
    return duration_phrase(dt.timedelta(minutes=minutes))


def minutes_words(minutes: float) -> str:
    """Say a number of minutes to the reader."""
    return duration_words(dt.timedelta(minutes=minutes))


def either_phrase(names: Sequence[str]) -> str:
    """Say "a, b or c" in a sentence that may be recorded."""
    if len(names) < 2:
        return "".join(names)
    return phrase("%(names)s or %(last)s", names=", ".join(names[:-1]), last=names[-1])


def quoted(words: object) -> str:
    """Put what somebody wrote between the quotation marks of the reader's language."""
    return _("“%(words)s”") % {"words": words}


def dated(at: dt.datetime) -> str:
    """Say a day and a time of any year to the reader, in their zone, which is named."""
    return dates.moment_words(at)


def standing_in(person: object, other: object) -> str:
    """Name somebody who acts in the place of somebody else; both are always named."""
    return _("%(person)s (standing in for %(other)s)") % {"person": person, "other": other}
