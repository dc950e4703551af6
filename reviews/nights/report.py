"""The nightly report: looks for patterns once a night, and keeps a row of each that it saw."""

import dataclasses
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit.models import Entry
from breakglass.models import Request
from core import zones
from core.refs import key_of
from judgement.patterns import approvers, eligibilities, people, scenarios
from judgement.patterns.rows import Kind, Seen
from reviews import transitions, unusual
from reviews.models import Finding, JudgedAction, NightReport, Pattern
from reviews.nights import held, rows
from reviews.transitions import Observation

AFTER = timedelta(hours=2)  # midnight in the zone of the house
KEPT = timedelta(days=400)  # after the last night that saw it
_ACTIVATED = Q(kind__in=["grant.activated", "breakglass.activated"])
_VERBS = 3  # that a role would have to permit, the commonest


def run(*, at: datetime) -> None:
    """Make the report of a night, once. Running it twice, or by two at once, is harmless."""
    night = zones.today(at)
    made = NightReport.objects.filter(night=night)
    if at >= zones.day_begin(night) + AFTER and not made.exists():
        write(at=at)


def write(*, at: datetime) -> list[Pattern]:
    """Keep what can be seen by now, and tell of what is grave; nothing where that is done."""
    return _keep(list(gather(at=at)), at=at)


@transaction.atomic
def _keep(patterns: list[Seen], *, at: datetime) -> list[Pattern]:
    night = zones.today(at)
    _report, new = NightReport.objects.get_or_create(night=night, defaults={"made_at": at})
    if not new:
        return []
    found = [(_kept(seen, at=at), seen) for seen in patterns]
    seen_now = [pattern.pk for pattern, _ in found]
    Pattern.objects.standing().exclude(pk__in=seen_now).update(gone_at=at)
    Pattern.objects.filter(gone_at__lt=at - KEPT).delete()
    _tell([(pattern, seen) for pattern, seen in found if seen.grave], at=at)
    return [pattern for pattern, _ in found]


def gather(*, at: datetime) -> Iterator[Seen]:
    """Yield every pattern that the tables show."""
    uses, rights = rows.uses(at=at), held.rights(at=at)
    yield from people.repeated(uses, rights, at=at)
    for seen in scenarios.routine(uses, rights, at=at):
        yield _with_verbs(seen)
    yield from approvers.approvers(rows.answers(at=at), at=at)
    yield from eligibilities.unused(rights, rows.asked(at=at), at=at)
    yield from scenarios.unused(rows.emergencies(), at=at)


def _with_verbs(seen: Seen) -> Seen:
    """Add what was done mostly: a role that takes the emergency's place has to permit it."""
    cases = Request.objects.cases().filter(case__in=seen.cases[:20])
    done = JudgedAction.objects.filter(case__in=[each.ref for each in cases])
    neutral = JudgedAction.Standing.NEUTRAL
    all_of_it = [*done.exclude(verb="unknown").values_list("verb", "standing")]
    telling = [verb for verb, standing in all_of_it if standing != neutral]
    verbs = Counter(telling or [verb for verb, _ in all_of_it]).most_common(_VERBS)
    named = ", ".join(verb for verb, _ in verbs)
    return dataclasses.replace(seen, facts={**seen.facts, "verbs": named})


def _kept(seen: Seen, *, at: datetime) -> Pattern:
    """Return the row of a pattern: the same one as last night, if it was seen then."""
    now = {
        "template": seen.template,
        "facts": {name: fact for name, fact in seen.facts.items() if name not in _THINGS},
        "number": seen.number,
        "cases": list(seen.cases),
        "people": [key_of(person, "user") for person in seen.people],
        "seen_at": at,
        **{f"{name}_id": _key(seen, name) for name in _THINGS},
    }
    row = Pattern.objects.filter(kind=seen.kind.value, key=seen.key).first()
    if row is None:
        return Pattern.objects.create(
            kind=seen.kind.value, key=seen.key, first_seen_at=at, **now
        )  # fmt: skip
    if row.gone_at is not None:
        row.first_seen_at, row.gone_at, row.finding = at, None, None
    for name, value in now.items():
        setattr(row, name, value)
    row.save()
    return row


_THINGS = ("person", "scenario", "target", "group")


def _key(seen: Seen, name: str) -> Any:
    reference = str(seen.facts.get(name, ""))
    kind = "user" if name == "person" else name
    if name == "group":
        return int(reference.removeprefix("group:")) if reference else None
    return key_of(reference, kind)


def _tell(grave: list[tuple[Pattern, Seen]], *, at: datetime) -> None:
    """Open findings of the gravest that have none, no more of them than the budget of a day."""
    fresh = sorted(
        (each for each in grave if each[0].finding_id is None and not each[0].is_aside(at)),
        key=lambda each: -each[0].number,
    )
    for pattern, seen in fresh[: int(settings.ALERTS_A_DAY)]:
        if said := _said(seen):
            pattern.finding = transitions.open_finding(said, by=None, at=at)
            pattern.save(update_fields=["finding"])


def _said(seen: Seen) -> Observation | None:
    """Return what is told of a pattern, at the entry of its latest case that has no finding."""
    asked = Request.objects.cases().filter(case__in=seen.cases[:1]).first()
    if asked is None:
        return None
    person = str(seen.facts["person"])
    decided = Q(kind__startswith="decision.", actor=person)
    entries = Entry.objects.filter(case=asked.ref)
    entries = entries.filter(decided if seen.kind == Kind.APPROVER else _ACTIVATED)
    entry = entries.order_by("-seq").first()
    kind = Finding.Kind.UNUSUAL
    if entry is None or Finding.objects.filter(kind=kind, entry_seq=entry.seq).exists():
        return None
    return Observation(
        kind=kind, severity=Finding.Severity.MEDIUM, text=unusual.named(seen.text),
        subject=person, case=asked, entry_seq=entry.seq,
    )  # fmt: skip
