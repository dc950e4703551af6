"""The pages of the ledger: the list of entries, and one entry with all that proves it."""

import dataclasses
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit import bgverify, heads, pageverifier, pruned, reading, search
from audit.events import title_of
from audit.forms import LedgerFilter
from audit.models import Entry, EntryQuerySet, Key
from audit.views.looking import read
from audit.views.tabs import tabs
from audit.views.verification import standing
from core import refs
from core.pages import say

PAGE = 50
COUNTED = 1000  # entries that are counted where a filter is on
MOST = 10_000  # entries that one file holds
_NARROWING = ("kind", "actor", "case", "since", "until")


@dataclasses.dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address of the list without it."""

    name: str
    value: str
    without: str


@dataclasses.dataclass(frozen=True)
class Page:
    """Some entries, the newest first, and where to go on from them."""

    entries: list[Entry]
    newer: int | None  # go to what comes after this entry
    older: int | None  # go to what comes before this entry


@login_required
@never_cache
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Show entries, the newest first, narrowed by what the address asks for."""
    form = LedgerFilter(request.GET)
    if unknown := form.unknown():
        facts = {"unknown": ", ".join(unknown), "known": ", ".join(form.fields)}
        return say(request, _("Unknown filter: %(unknown)s. Known are: %(known)s.") % facts)
    valid = form.is_valid()
    chosen = chosen_of(form, request) if valid else {}
    if refusal := read(request, page="list", filters=chosen):
        return refusal
    words = form.cleaned_data.get("q", "")
    ways = search.ways(words)
    if len(ways) == 1:
        return redirect(ways[0].url)
    about = refs.whole(chosen.get("subject", ""))
    page = _page(form.cleaned_data, about) if valid and not words else Page([], None, None)
    counted = _counted(fitting(form.cleaned_data, about)) if chosen and page.entries else ""
    context = {"form": form, "words": words, "ways": ways, "belonging": about.says}
    context |= {"counted": counted, "most": f"{MOST:,}"}
    context |= _shown(request, form, page, chosen)
    return render(request, "audit/ledger.html", context, status=200 if valid else 422)


def chosen_of(form: LedgerFilter, request: HttpRequest) -> dict[str, str]:
    """Return the filters that are on: things as the record names them, times as they were typed."""
    things = {name: form.cleaned_data[name] for name in ("kind", "actor", "subject", "case")}
    typed = {name: request.GET.get(name, "") for name in ("since", "until")}
    return {name: value for name, value in {**things, **typed}.items() if value}


def _shown(
    request: HttpRequest, form: LedgerFilter, page: Page, chosen: dict[str, str]
) -> dict[str, Any]:
    """Return what the page shows of some entries, with the ways on from them."""
    verified = standing(request)
    new = verified["state"].new
    return {
        "tabs": tabs(request),
        "page": page,
        "newer": _address(request, chosen, after=page.newer),
        "older": _address(request, chosen, before=page.older),
        "lines": list(zip(reading.told(page.entries), page.entries, strict=True)),
        "labels": refs.labels({entry.case for entry in page.entries}),
        "chips": _chips(request, form, chosen),
        "periods": _periods(chosen),
        "pruned": None if page.older else pruned.Pruned.objects.first(),
        "kinds": form.kinds(),
        "head": new.tree.root.hex() if new else "",
        **verified,
        "signed": heads.newest(),
        "keys": Key.objects.all(),
    }


def _periods(chosen: dict[str, str]) -> list[tuple[str, str, bool]]:
    """Return spans of time to choose: name, address, and whether it is the one that is on."""
    today = timezone.localdate()
    rest = {name: value for name, value in chosen.items() if name not in ("since", "until")}
    spans = [(_("Today"), 0), (_("7 days"), 6), (_("30 days"), 29)]
    begins = [(name, f"{today - timedelta(days=days)}T00:00") for name, days in spans]
    return [
        (name, f"?{urlencode(rest | {'since': begin})}", chosen.get("since") == begin)
        for name, begin in begins
    ]


@login_required
@require_GET
def page_verifier(_request: HttpRequest) -> HttpResponse:
    """Return the verifier as one page, to be kept and opened from one's own disk."""
    named = {"Content-Disposition": 'attachment; filename="verify.html"'}
    return HttpResponse(pageverifier.packed(), content_type="text/html", headers=named)


@login_required
@require_GET
def verifier(_request: HttpRequest) -> HttpResponse:
    """Return the verifier in one file; better taken from somebody else than from us."""
    named = {"Content-Disposition": 'attachment; filename="bgverify.pyz"'}
    return HttpResponse(bgverify.packed(), content_type="application/zip", headers=named)


def _chips(request: HttpRequest, form: LedgerFilter, chosen: dict[str, str]) -> list[Chip]:
    labels = refs.labels(chosen.values())
    chips = []
    for name, value in chosen.items():
        rest = {key: other for key, other in chosen.items() if key != name}
        address = f"{request.path}?{urlencode(rest)}"
        text = title_of(value) if name == "kind" else labels[value].text
        chips.append(Chip(str(form[name].label), text, address))
    return chips


def _address(request: HttpRequest, chosen: dict[str, str], **place: int | None) -> str:
    """Return where the list goes on, or nothing where it does not."""
    if None in place.values():
        return ""
    return f"{request.path}?{urlencode(chosen | place)}"


def fitting(asked: dict[str, Any], about: refs.Whole) -> EntryQuerySet:
    """Return the entries that fit what is asked for, wherever one stands among them."""
    rows: EntryQuerySet = Entry.objects.matching(**{name: asked[name] for name in _NARROWING})
    if not asked["subject"]:
        return rows
    belongs = Q(subject__in=about.references)
    return rows.filter(belongs | Q(case__in=about.cases) if about.cases else belongs)


def _counted(rows: EntryQuerySet) -> str:
    """Say how many entries fit; beyond `COUNTED` only that it is more, which costs no more."""
    number = rows.order_by()[: COUNTED + 1].count()
    if number > COUNTED:
        return _("More than %(number)s entries.") % {"number": f"{COUNTED:,}"}
    return ngettext("%(number)s entry.", "%(number)s entries.", number) % {"number": number}


def _page(asked: dict[str, Any], about: refs.Whole) -> Page:
    before, after = asked["before"], asked["after"]
    rows = _beside(fitting(asked, about), after=after, before=before, by_time=bool(asked["until"]))
    found = list(rows[: PAGE + 1])
    more, entries = len(found) > PAGE, found[:PAGE]
    if after is not None:
        entries = entries[::-1]
        newer = entries[0].seq if more else None
        return Page(entries, newer, entries[-1].seq if entries else None)
    newer = entries[0].seq if before is not None and entries else None
    return Page(entries, newer, entries[-1].seq if more else None)


def _beside(
    rows: EntryQuerySet, *, after: int | None, before: int | None, by_time: bool
) -> EntryQuerySet:
    """Return the rows on one side of an entry, the nearest first; the newest first beside none.

    With `by_time` they stand as they happened, not as they were entered: an index leads to those
    of a time that lies years back, where otherwise everything since would be read through.
    """
    sign, seq, side = ("", after, "gt") if after is not None else ("-", before, "lt")
    if seq is not None:
        beyond = Q(**{f"seq__{side}": seq})
        if by_time:
            place = Entry.objects.filter(seq=seq).values("occurred_at")
            beyond |= Q(**{f"occurred_at__{side}": place})
            rows = rows.filter(**{f"occurred_at__{side}e": place})  # this the index can do
        rows = rows.filter(beyond)
    return rows.order_by(*(f"{sign}{name}" for name in (["occurred_at"] * by_time + ["seq"])))
