"""The entries that a search found, as a file for spreadsheets."""

from collections.abc import Iterator, Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit import reading
from audit.forms import LedgerFilter
from audit.models import Entry
from audit.transitions import RECORD
from audit.views.leaving import handed_over
from audit.views.ledger import MOST, chosen_of, fitting
from audit.views.looking import read
from core import refs, sheets
from core.pages import say

_BATCH = 500  # entries that are told at once


@login_required
@never_cache
@require_GET
def ledger_sheet(request: HttpRequest) -> HttpResponse:
    """Return the entries that fit as a file, the newest first; that it was taken is recorded."""
    form = LedgerFilter(request.GET)
    if form.unknown() or not form.is_valid():
        return say(request, _("Choose the entries in the ledger first."))
    chosen = chosen_of(form, request)
    if refusal := read(request, page="file", filters=chosen, always=True):
        return refusal
    about = refs.whole(chosen.get("subject", ""))
    found = list(fitting(form.cleaned_data, about).order_by("-seq")[: MOST + 1])
    if len(found) > MOST:
        why = _("A file holds at most %(most)s entries. Narrow the list first, by time or event.")
        return say(request, why % {"most": f"{MOST:,}"}, title=_("Too many entries"))
    header = ["Entry", "Time (UTC)", "Event", "Title", "Who", "What", "About", "Case", "Leaf hash"]
    made = sheets.answer(_name(form), header, _lines(found))
    return handed_over(request, made, what="ledger", subject=RECORD, chosen=chosen)


def _name(form: LedgerFilter) -> str:
    """Return a name that tells files apart: what was asked for, and the day the file was taken."""
    asked = [str(form.data.get(name, "")) for name in ("q", "case", "subject", "actor", "kind")]
    parts = ["breakglass-ledger", *asked, f"{timezone.localdate():%Y-%m-%d}"]
    return "-".join(filter(None, (slugify(part.replace(".", "-"))[:40] for part in parts)))


def _lines(entries: list[Entry]) -> Iterator[Sequence[object]]:
    """Tell entries as the list does, some at a time: what they need is read for many at once."""
    for start in range(0, len(entries), _BATCH):
        batch = entries[start : start + _BATCH]
        cases = refs.labels({entry.case for entry in batch if entry.case})
        for told, entry in zip(reading.told(batch), batch, strict=True):
            case = cases[entry.case].text if entry.case else ""
            yield (
                entry.seq, entry.occurred_at, entry.kind, told.title, told.actor.text,
                told.sentence, told.subject.text, case, entry.leaf_hash.hex(),
            )  # fmt: skip
