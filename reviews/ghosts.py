"""Ghost use: somebody at work at a target, and no access that explains it."""

from datetime import datetime, timedelta

from audit import reading
from audit.models import Entry
from core.refs import key_of
from reviews import transitions
from reviews.models import Finding
from reviews.transitions import Observation
from targets.models import Source

ONCE_IN = timedelta(hours=1)  # one finding for all that somebody does in this time


def look(entry: Entry, *, at: datetime) -> None:
    """Open a finding when an action belongs to no access and should; a privileged one alarms."""
    if entry.case:
        return
    details = reading.parts_of(entry)
    said = details.get("d", {}) | details.get("p", {})
    identity, target = str(said.get("identity", "")), str(said.get("target", ""))
    privileged = _is_privileged(str(said.get("source", "")), identity)
    known = bool(key_of(entry.actor, "user")) and bool(key_of(entry.subject, "target"))
    if not (privileged or known):
        return
    subject = entry.actor if known else entry.subject
    if _found_lately(subject, identity, entry.occurred_at):
        return
    seen = Observation(
        kind=Finding.Kind.GHOST_USE,
        severity=Finding.Severity.HIGH if privileged else Finding.Severity.MEDIUM,
        text=f"{identity or 'Somebody'} was at work on {target} without an access.",
        subject=subject,
        entry_seq=entry.seq,
    )
    if privileged:
        transitions.raise_alarm(seen, person=entry.actor, stops=False, at=at)
    else:
        transitions.open_finding(seen, by=None, at=at)


def _is_privileged(source: str, identity: str) -> bool:
    """Whether nobody should act under this identity without an access, as the source says."""
    if identity.startswith("bg_"):  # a name that only doors are given, and none of ours was
        return True
    found = Source.objects.filter(name=source).first()
    return bool(found and identity and found.is_privileged(identity))


def _found_lately(subject: str, identity: str, moment: datetime) -> bool:
    rows = Finding.objects.filter(
        kind=Finding.Kind.GHOST_USE, subject=subject, state=Finding.State.OPEN,
        opened_at__gt=moment - ONCE_IN, text__startswith=f"{identity or 'Somebody'} ",
    )  # fmt: skip
    return rows.exists()
