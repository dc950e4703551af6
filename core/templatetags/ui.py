"""The tags that every page speaks in: icons, moments, states, labels, fields."""

import dataclasses
import datetime as dt
import functools
import itertools
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import kept, looks, refs, slots, words, zones
from core.dates import day_words, zone_words
from core.faces import Face, face
from core.forms import looks as dressed
from core.words import duration_words, minutes_words, relative_words, within_words

register = template.Library()


@register.simple_tag
@functools.cache  # a page draws a hundred, of some dozen kinds
def icon(name: str, look: str = "") -> SafeString:
    """Draw an icon of the sprite. `look` adds classes: s or l for size, ok, wait, flag, danger."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        f" {look}" if look else "",
        static("icons.svg"),
        name,
    )


@register.simple_tag
def moment(at: dt.datetime | None, form: str = "auto") -> SafeString:
    """Show a time in the reader's zone, with UTC on hover.

    `form` is auto (relative while under a day away, else date and time), clock (the time, with
    the date when it is another day), time, seconds, date, full, due (the day alone where the
    moment is the end of one, else date and time) or stamp (date and time, however near it is,
    so that a column of moments can be compared).
    """
    if at is None:
        return SafeString("")
    utc = at.astimezone(dt.UTC).isoformat(timespec="seconds")
    words = moment_words(at, form, now=timezone.now())
    markup = '<time datetime="{}" title="{} UTC">{}</time>'
    if form == "auto":
        markup = f"<relative-time>{markup}</relative-time>"
    return format_html(markup, utc, utc[:19].replace("T", " "), words)


def moment_words(at: dt.datetime, form: str, *, now: dt.datetime) -> str:
    """Return how a moment reads, without markup."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    if form == "due":
        if zones.ends_day(at):  # whoever is due until the end of a day is not due on the next one
            last = zones.last_day(at)
            return day_words(last, "DAY" if last.year == today.year else "DAY_YEAR")
        form = "full"
    if form == "auto" and abs(at - now) < dt.timedelta(days=1):
        return relative_words(at - now)
    this_day = day_words(local, "DAY" if local.year == today.year else "DAY_YEAR")
    if form == "clock":
        form = "time" if local.date() == today else "auto"
    said = {
        "auto": f"{this_day}, {local:%H:%M}",
        "stamp": f"{this_day}, {local:%H:%M}",
        "date": this_day,
        "full": f"{day_words(local)}, {local:%H:%M}",
        "seconds": f"{local:%H:%M:%S}",
        "time": f"{local:%H:%M}",
    }
    return said[form]


@register.simple_tag
def clock() -> SafeString:
    """Show what time it is for the reader, and in which zone."""
    now = timezone.localtime()
    return format_html(
        '<live-clock data-now="{}" data-in="{}" data-ago="{}">{}</live-clock>'
        ' <abbr title="{}">{}</abbr>',
        _("now"),
        _("in %(length)s") % {"length": "…"},
        _("%(length)s ago") % {"length": "…"},
        moment(now, "time"),
        f"{timezone.get_current_timezone_name()}, UTC{now:%z}",
        zone_words(now),
    )


@register.inclusion_tag("components/live.html", takes_context=True)
def live(context: dict[str, Any]) -> dict[str, object]:
    """Keep the page live. A page about one thing has its reference in `about`.

    What moved since a second ago counts as missed: rows were read before the page is drawn.
    """
    request = context["request"]
    return {
        "since": int((timezone.now() - dt.timedelta(seconds=1)).timestamp() * 1000),
        "about": context.get("about", ""),
        "back": request.get_full_path() if request.method == "GET" else "/",
    }


@register.inclusion_tag("components/views.html", takes_context=True)
def kept_views(context: dict[str, Any]) -> dict[str, object]:
    """Offer the views that the reader keeps of this list, to keep one more, and how dense it is."""
    request = context["request"]
    return {
        "views": kept.of(request),
        "compact": looks.of(request).density == "compact",
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/looks.html", takes_context=True)
def looks_panel(context: dict[str, Any]) -> dict[str, object]:
    """Let the reader choose theme, density and keys for this browser."""
    request = context["request"]
    form = looks.LooksForm(initial=dataclasses.asdict(looks.of(request)))
    return {"looks_form": form, "request": request, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def status(value: str, label: str = "", *, of: str = "", meaning: str = "") -> SafeString:
    """Show a state: always an icon and a word. `of` is request, grant, door, review, …

    `meaning` explains the word to who rests a pointer on it; it stands somewhere near as well.
    """
    words = str(label) or value.replace("_", " ").capitalize()
    return _badge(face(value, of=of), words, meaning)


@functools.lru_cache(1024)  # each row of a list has one, and few lists have ten kinds
def _badge(looks_like: Face, words: str, meaning: str) -> SafeString:
    context = {"tone": looks_like.tone, "icon": looks_like.icon, "label": words, "title": meaning}
    return render_to_string("components/status.html", context)


@register.inclusion_tag("components/clockface.html")
def countdown(
    until: dt.datetime, since: dt.datetime | None = None, *, label: str = ""
) -> dict[str, object]:
    """Count down to a moment in large type, with a bar when `since` is given."""
    now = timezone.now()
    left = max(0, int((until - now).total_seconds()))
    total = int((until - since).total_seconds()) if since else 0
    shown = f"{left // 60:d}:{left % 60:02d}" if left < 3600 else _hours(left)
    return {"until": until, "now": now, "left": left, "total": total, "shown": shown,
            "label": label or _("Time left")}  # fmt: skip


@register.inclusion_tag("components/left.html")
def left(until: dt.datetime, *, label: str) -> dict[str, object]:
    """Count down to a moment in the size of the text around it, for rows of a table."""
    return countdown(until, label=label)


def _hours(left: int) -> str:
    return f"{left // 3600}:{left // 60 % 60:02d}:{left % 60:02d}"


@register.simple_tag
def label_of(reference: str, known: dict[str, refs.Label] | None = None) -> SafeString:
    """Show what a reference means, as a link where it has a page.

    Give `known` (of `refs.labels`) in lists, so that they are fetched all at once.
    """
    label = known.get(reference) if known is not None else None
    label = label or refs.labels([reference])[reference]
    if label.url:
        return format_html('<a href="{}">{}</a>', label.url, label.text)
    return format_html("{}", label.text)


@register.filter
def minutes(value: float | None) -> str:
    """Say a number of minutes: "45 min", "1 h 30 min", "3 days"."""
    return minutes_words(value) if value is not None else ""


@register.filter
def day(value: dt.date, form: str) -> str:
    """Say a day as the reader's language writes it; see core.dates for the forms."""
    return day_words(value, form)


@register.filter
def within(value: dt.timedelta | float | None) -> str:
    """Say "within 45 min", "within 7 days", of minutes or a length of time."""
    if value is None:
        return ""
    return within_words(value if isinstance(value, dt.timedelta) else dt.timedelta(minutes=value))


@register.filter
def lasting(value: dt.timedelta | None) -> str:
    """Say a length of time: "34 s", "12 min", "2 h 5 min"."""
    return duration_words(value) if value is not None else ""


@register.filter
def midsentence(words: object) -> str:
    """Write the name of a state as within a sentence; German writes its nouns large there, too."""
    text = str(words)
    return text if (get_language() or "").startswith("de") else text.lower()


@register.filter
def listed(values: Iterable[Any], last: str = "") -> str:
    """Join as in a sentence: "a, b and c"."""
    words = [str(value) for value in values]
    return f" {last or _('and')} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


@register.filter
def quoted(text: object) -> SafeString:
    """Put what somebody wrote between the quotation marks of the reader's language."""
    return format_html(words.quoted("{}"), text)


@register.filter
def ticked(sentence: str) -> SafeString:
    """Show as code what a sentence has between backticks."""
    forms = itertools.cycle(["{}", "<code>{}</code>"])
    parts = (format_html(form, part) for form, part in zip(forms, sentence.split("`")))  # noqa: B905
    return format_html_join("", "{}", ((part,) for part in parts))


@register.filter
def short(digest: str) -> str:
    """Shorten a long hexadecimal value to its two ends."""
    return digest if len(digest) <= 12 else f"{digest[:4]}…{digest[-4:]}"


@register.filter
def counted_to(number: int, most: int | None) -> str:
    """Say a number that was counted up to one more than `most`, or to the end: "1000+"."""
    return str(number) if most is None or number <= most else f"{most}+"


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw the control of a field in our classes, tied to its help and errors."""
    return dressed(field)


@register.simple_tag(takes_context=True)
def panel(context: dict[str, Any], given: slots.Panel) -> SafeString:
    """Draw a panel that another room has put into a slot of this page."""
    return render_to_string(given.template, given.context, context["request"])


@register.simple_tag
def page_url(name: str, *args: object) -> str:
    """Return the address of a page, or nothing when its room is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """Return the page's query with parameters replaced, or left out when None or empty."""
    kept = {key: values for key, values in context["request"].GET.lists() if key not in changes}
    added = {key: [str(value)] for key, value in changes.items() if value not in (None, "")}
    return f"?{urlencode(kept | added, doseq=True)}"


@register.filter
def at(mapping: dict[str, Any], key: str) -> Any:
    """Look a key up, where it stands in another variable; None when it is not there."""
    return mapping.get(key)
