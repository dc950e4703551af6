"""Compares each use of access, and each refusal, with those before it, and learns it.

It follows the record behind those who judge, with a cursor of its own: a use is compared when it is
over and its actions are judged, and what goes wrong here holds up nobody. What is remembered names
people and things by reference; only what a finding says names them as people do.
"""

import dataclasses
import hashlib
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from audit import cursor
from audit.models import Entry
from breakglass.models import Decision, Request, Scenario
from core import refs
from core.refs import key_of
from judgement.facts import Verb
from judgement.unusual.detector import Detector
from judgement.unusual.memory import Memory
from judgement.unusual.session import Session, Verdict
from reviews import judging, transitions
from reviews.models import Finding, JudgedAction, UnusualMemory
from reviews.transitions import Observation

logger = logging.getLogger(__name__)

NAME = "reviews.unusual"
USED, REFUSED = "review.owed", "decision.denied"
KINDS = frozenset({USED, REFUSED})
_ALARMING = 5.0  # points: the rarest reason far beyond all others, and a second one beside it
_SENSITIVE = (Scenario.Severity.HIGH, Scenario.Severity.CRITICAL)
_WRITES = (Verb.WRITE, Verb.DELETE, Verb.SCHEMA, Verb.PRIVILEGE, Verb.PERSISTENCE, Verb.TAMPER)
_REFERENCE = re.compile("[a-z]+:[0-9a-f]{32}")


def run(*, at: datetime, limit: int = 2000) -> int:
    """Compare what up to `limit` new entries complete; return how many were looked at."""
    return cursor.follow(
        NAME, lambda entry: look(entry, at=at), limit=limit, behind=judging.NAME
    )  # fmt: skip


def take_up_again(*, at: datetime) -> int:
    """Look once more at the entries that were set aside; return how many succeeded."""
    return cursor.retry(NAME, lambda entry: look(entry, at=at, late=True))


def look(entry: Entry, *, at: datetime, late: bool = False) -> None:
    """Compare what an entry completes with what was before; open a finding if it stands out.

    An entry is learnt once, also if all are read again. `late` is one that was set aside.
    """
    if entry.kind not in KINDS:
        return
    key = key_of(entry.case, "request")
    rows = Request.objects.select_related("version", "requester", "grant")
    asked = rows.filter(pk=key).first() if key else None
    if asked is None or asked.rules.drill:  # an exercise is nobody's habit
        return
    memory, row = remembered()
    if entry.seq <= row.entry_seq and not late:
        return
    session = _session(asked, memory, refused=entry.kind == REFUSED)
    verdict = Detector(memory, alerts_a_day=settings.ALERTS_A_DAY).judge(session)
    row.memory, row.entry_seq = memory.as_data(), max(entry.seq, row.entry_seq)
    row.save()
    if verdict.alert:
        _tell(verdict, asked, entry, at=at)


def remembered() -> tuple[Memory, UnusualMemory]:
    """Return what is remembered, locked until the transaction ends."""
    UnusualMemory.objects.get_or_create(pk=UnusualMemory.ONLY)
    row = UnusualMemory.objects.select_for_update().get()
    try:
        return Memory.of_data(row.memory) if row.memory else Memory(), row
    except (TypeError, KeyError):
        logger.warning("What an older version remembered of uses cannot be read: it begins anew.")
        return Memory(), row


def _session(asked: Request, memory: Memory, *, refused: bool) -> Session:
    """Return what is known of a use, or of a request that was refused."""
    person = asked.requester
    grant = None if refused else asked.held
    begun = (grant and (grant.activated_at or grant.starts_at)) or asked.submitted_at
    team = person.groups_at(begun).order_by("name").first()
    session = Session(
        id=asked.ref,
        at=begun.astimezone(ZoneInfo(person.time_zone)),
        person=person.ref,
        team=f"group:{team.pk}" if team else "",
        target=_rarest([each.ref for each in asked.targets.all()], memory),
        sensitive=asked.rules.severity in _SENSITIVE,
        scenario=refs.make("scenario", asked.scenario_id),
        refused=refused,
        ticket=_ticket(asked),
    )
    session = _decided(session, asked)
    if grant and grant.ended_at:
        minutes = (grant.ended_at - begun).total_seconds() / 60
        session = _counted(dataclasses.replace(session, minutes=minutes), asked.case_ref)
    return session


def _rarest(targets: list[str], memory: Memory) -> str:
    """Return the target that is used least: one stands for all that were opened together."""

    def uses(target: str) -> int:
        known = memory.targets.get(target)
        return known.sessions if known else 0

    return min(sorted(targets), key=uses, default="")


def _ticket(asked: Request) -> str:
    """Return a ticket as it is remembered: words of people are not."""
    said = asked.reference.strip().lower()
    return f"ticket:{hashlib.sha256(said.encode()).hexdigest()[:32]}" if said else ""


def _decided(session: Session, asked: Request) -> Session:
    """Add who decided first, and how fast."""
    rows = asked.decisions.select_related("by").order_by("decided_at")
    if session.refused:
        first = rows.filter(kind=Decision.Kind.DENY).first()
    else:
        first = rows.counting().first()
    if first is None:
        return session
    latency = (first.decided_at - asked.submitted_at).total_seconds()
    return dataclasses.replace(session, approver=first.by.ref, latency=latency)


def _counted(session: Session, case: str) -> Session:
    """Add how much was done."""
    rows = JudgedAction.objects.of_case(case).exclude(standing=JudgedAction.Standing.NEUTRAL)
    writes = rows.filter(facts__verbs__has_any_keys=[verb.value for verb in _WRITES])
    return dataclasses.replace(session, actions=rows.count(), writes=writes.count())


def _tell(verdict: Verdict, asked: Request, entry: Entry, *, at: datetime) -> None:
    grave = verdict.score >= _ALARMING
    grant = asked.held if entry.kind == USED else None
    seen = Observation(
        kind=Finding.Kind.UNUSUAL,
        severity=Finding.Severity.HIGH if grave else Finding.Severity.MEDIUM,
        text=named(
            " ".join(each.text for each in verdict.reasons), {_ticket(asked): asked.reference}
        ),
        subject=grant.ref if grant else asked.ref,
        case=asked,
        entry_seq=entry.seq,
    )
    if grave:
        transitions.raise_alarm(seen, person=asked.requester.ref, stops=False, at=at)
    else:
        transitions.open_finding(seen, by=None, at=at)


def named(text: str, also: Mapping[str, str] | None = None) -> str:
    """Return a text with names in the places of references, those in `also` among them."""
    labels = refs.labels(set(_REFERENCE.findall(text)))
    names = {reference: label.text for reference, label in labels.items()} | dict(also or {})
    return _REFERENCE.sub(lambda match: names[match[0]], text)
