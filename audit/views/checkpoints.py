"""The signed heads of the record: what others keep, compare, and prove entries with."""

import dataclasses
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit import heads, pruned, tiles, tree
from audit.anchors import places, witnesses
from audit.comparing import compare as compared
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Finding
from audit.models import Checkpoint, Key
from audit.outside import Cosignature
from audit.views.looking import read
from audit.views.tabs import tabs
from core.errors import BadInput
from core.forms import refused

PAGE = 15


class CompareForm(forms.Form):
    """A head that somebody kept."""

    note = forms.CharField(
        label=_("A head that you kept"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Paste a head that you kept, with all its lines.")},
    )


class PlaceForm(forms.Form):
    """Where the list goes on."""

    before = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One head as the list shows it."""

    head: Checkpoint
    root: str
    keys: str
    seen: list[Cosignature]


@login_required
@never_cache
@require_GET
def checkpoints(request: HttpRequest) -> HttpResponse:
    """Show the signed heads, the newest first."""
    return _page(request, CompareForm())


@login_required
@never_cache
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Say whether the record goes on a head that the reader kept."""
    form, found = CompareForm(request.POST), None
    if form.is_valid():
        try:
            found = compared(form.cleaned_data["note"])
        except BadInput as error:
            refused(form, error)
    return _page(request, form, compared=found, status=200 if found else 422)


@login_required
@never_cache
@require_GET
def checkpoint(request: HttpRequest, size: int) -> HttpResponse:
    """Show one signed head, whether its signature is good, and what goes with it."""
    if refusal := read(request, page=f"head {size}", filters={}):
        return refusal
    head, no_tree = get_object_or_404(Checkpoint, size=size), pruned.why_no_tree(size)
    try:
        grown = None if no_tree else tree.frontier_at(size, tiles.read)
        why = heads.why_not_signed(head, grown, heads.public_keys())
    except LookupError as error:
        why = str(error)
    context = {
        "line": _line(head),
        "note": heads.cosigned(head),
        "anchors": head.anchors.all(),
        "above": Cosignature.objects.filter(checkpoint__gt=size).order_by("checkpoint").first(),
        "why": why,
        "no_tree": no_tree,
        "before": Checkpoint.objects.filter(size__lt=size).order_by("-size").first(),
        "behind": Checkpoint.objects.filter(size__gt=size).order_by("size").first(),
    }
    return render(request, "audit/checkpoint.html", context)


@login_required
@never_cache
@require_GET
def note(request: HttpRequest, size: int) -> HttpResponse:
    """Return one signed head as a file to keep."""
    if refusal := read(request, page=f"head {size}", filters={}):
        return refusal
    head = get_object_or_404(Checkpoint, size=size)
    named = {"Content-Disposition": f'attachment; filename="checkpoint-{size}"'}
    text = heads.cosigned(head)
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=named)


@login_required
@never_cache
@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    """Return whom to trust with this record, to be compared with what others hold."""
    if refusal := read(request, page="policy", filters={}):
        return refusal
    named = {"Content-Disposition": 'attachment; filename="policy.txt"'}
    text = witnesses.policy_file()
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=named)


def _page(
    request: HttpRequest, form: CompareForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    if refusal := read(request, page="heads", filters={}):
        return refusal
    place = PlaceForm(request.GET)
    before = place.cleaned_data["before"] if place.is_valid() else None
    rows = Checkpoint.objects.order_by("-size").prefetch_related("cosignatures")
    found = list((rows.filter(size__lt=before) if before else rows)[: PAGE + 1])
    address = reverse("ledger-checkpoints")
    context = {
        "tabs": tabs(request),
        "lines": [_line(head) for head in found[:PAGE]],
        "older": f"{address}?before={found[PAGE - 1].size}" if len(found) > PAGE else "",
        "newest": address if before else "",
        "keys": Key.objects.all(),
        "policy": witnesses.policy_file(),
        "places": places.watched(),
        "form": form,
        **more,
    }
    return render(request, "audit/checkpoints.html", context, status=status)


def _line(head: Checkpoint) -> Line:
    seen = list(head.cosignatures.all())
    try:
        root, signed = read_checkpoint(head.note.encode())[2:]
    except Finding:
        return Line(head=head, root="", keys="", seen=seen)
    keys = dict.fromkeys(raw[:4].hex() for _, raw in signed.lines)
    return Line(head=head, root=root.hex(), keys=", ".join(keys), seen=seen)
