"""Pairs who approve for each other far more often than the routing of their teams explains."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.models import Entry
from breakglass.models import Decision
from core import zones
from core.refs import key_of
from judgement.unusual.pairs import Pair
from judgement.unusual.pairs import pairs as found_in
from reviews import transitions, unusual
from reviews.models import Finding
from reviews.transitions import Observation


@transaction.atomic
def run(*, at: datetime) -> list[Finding]:
    """Open a finding for each pair that stands out, once a month. Running it twice is harmless."""
    memory, row = unusual.remembered()
    month = f"{zones.today(at):%Y-%m}"
    found = {f"{pair.one} {pair.other}": pair for pair in found_in(memory) if pair.suspicious}
    fresh = {key: pair for key, pair in found.items() if row.pairs.get(key) != month}
    told = {key: seen for key, pair in fresh.items() if (seen := _seen(pair))}
    if told:
        row.pairs |= dict.fromkeys(told, month)
        row.save(update_fields=["pairs"])
    return [transitions.open_finding(seen, by=None, at=at) for seen in told.values()]


def _seen(pair: Pair) -> Observation | None:
    """Return what is to be said of a pair, with the latest yes; nothing said twice of the same."""
    one, other = key_of(pair.one, "user"), key_of(pair.other, "user")
    between = Q(by=one, request__requester=other) | Q(by=other, request__requester=one)
    rows = Decision.objects.counting().filter(between).select_related("by", "request")
    latest = rows.order_by("-decided_at").first()
    if latest is None:
        return None
    case = latest.request.case_ref
    said = Entry.objects.filter(case=case, actor=latest.by.ref, kind__startswith="decision.")
    entry = said.order_by("-seq").first()
    kind = Finding.Kind.UNUSUAL
    if entry is None or Finding.objects.filter(kind=kind, entry_seq=entry.seq).exists():
        return None
    return Observation(
        kind=kind,
        severity=Finding.Severity.MEDIUM,
        text=unusual.named(pair.text),
        subject=latest.request.ref,
        case=latest.request,
        entry_seq=entry.seq,
    )
