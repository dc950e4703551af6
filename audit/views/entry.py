"""One entry: what it says, what proves it, and the files with which others prove it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit import heads, proofs, reading
from audit.bounds import bounds
from audit.models import Entry
from audit.views.looking import gone, read
from core import refs


@login_required
@never_cache
@require_GET
def ledger_entry(request: HttpRequest, seq: int) -> HttpResponse:
    """Show one entry: its envelope, its words, its hashes, and its neighbours."""
    if refusal := read(request, page=f"entry {seq}", filters={}) or gone(request, seq):
        return refusal
    entry = get_object_or_404(Entry, seq=seq)
    told = reading.told([entry])[0]
    around = Entry.objects.filter(seq__in=[seq - 1, seq + 1]).in_bulk()
    before, behind = around.get(seq - 1), around.get(seq + 1)
    proof = proofs.prove(entry)
    context = {
        "entry": entry,
        "told": told,
        "case": refs.labels([entry.case])[entry.case],
        "words": _words(told.details),
        "payloads": [
            (payload.part, bytes(payload.salt).hex(), payload.said.decode())
            for payload in entry.payloads.all()
        ],
        "envelope": bytes(entry.leaf).decode(),
        "proof": proof,
        "bounds": bounds(seq),
        "checks": _checks(proof),
        "fits": proof.hashed == bytes(entry.leaf_hash) and not proof.why,
        "before": before,
        "behind": behind,
    }
    return render(request, "audit/entry.html", context)


def _checks(proof: proofs.Proof) -> tuple[str, str, str]:
    """Return the lines of a shell that compute leaf hash and root without us, or verify both."""
    steps = " ".join(step.side + step.sibling.hex() for step in proof.steps)
    name = f"entry-{proof.seq}"
    return (
        f"(printf '\\0'; cat {name}.json) | sha256sum",
        f"h={proof.hashed.hex()}; for s in {steps}; do"
        " case $s in L*) t=${s#L}$h;; *) t=$h${s#R};; esac;"
        " h=$( (printf '\\1'; printf $t | xxd -r -p) | sha256sum | cut -c1-64); done; echo $h",
        f"python3 bgverify.pyz proof {name}.tlog-proof --leaf {name}.json --vkey KEY",
    )


@login_required
@never_cache
@require_GET
def ledger_leaf(request: HttpRequest, seq: int) -> HttpResponse:
    """Return the bytes of one entry that are hashed, so that anybody can hash them again."""
    if refusal := read(request, page=f"entry {seq}", filters={}) or gone(request, seq):
        return refusal
    entry = get_object_or_404(Entry, seq=seq)
    named = {"Content-Disposition": f'attachment; filename="entry-{seq}.json"'}
    return HttpResponse(bytes(entry.leaf), content_type="application/json", headers=named)


@login_required
@never_cache
@require_GET
def ledger_receipt(request: HttpRequest, seq: int) -> HttpResponse:
    """Return the receipt of one entry, for whoever wants to prove it without us."""
    if refusal := read(request, page=f"entry {seq}", filters={}) or gone(request, seq):
        return refusal
    get_object_or_404(Entry, seq=seq)
    return receipt_file(seq)


def receipt_file(seq: int) -> HttpResponse:
    """Return the receipt of an entry as a file to keep, or say that it is not signed yet."""
    proof = heads.receipt(seq)
    if proof is None:
        sentence = _("This entry is not signed yet. Try again in a moment.")
        return HttpResponse(sentence, status=404, content_type="text/plain; charset=utf-8")
    named = {"Content-Disposition": f'attachment; filename="entry-{seq}.tlog-proof"'}
    return HttpResponse(proof, content_type="text/plain; charset=utf-8", headers=named)


def _words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return facts as names and texts, references by their names; empty ones are left out."""
    named = refs.labels(value for value in facts.values() if refs.looks_like_one(value))
    lines: list[tuple[str, str]] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            lines += [(": ".join((name, *path)), text) for path, text in _inside(value)]
        else:
            text = named[value].text if refs.looks_like_one(value) else _text(value)
            lines.append((name.replace("_", " "), text))
    return [(name, text) for name, text in lines if text]


def _inside(facts: dict[str, Any], *path: str) -> list[tuple[tuple[str, ...], str]]:
    """Return each fact of a tree of them, and the names that lead to it."""
    lines: list[tuple[tuple[str, ...], str]] = []
    for name, value in facts.items():
        is_tree = isinstance(value, dict)
        lines += _inside(value, *path, name) if is_tree else [((*path, name), _change(value))]
    return lines


def _change(value: Any) -> str:
    """Say what was and what is, where a fact is such a pair."""
    if isinstance(value, list) and len(value) == 2:
        return " → ".join(_text(side) or _("nothing") for side in value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
