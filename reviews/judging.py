"""Judges each action as it comes: whether it is known to be bad, and whether an access explains it.

It follows the record behind a cursor of its own, so an action is judged once, in the transaction
that writes down what was found.
"""

from datetime import datetime

from audit import cursor, reading
from audit.events import known
from audit.models import Entry
from breakglass.models import Request
from core.refs import key_of
from judgement.sigma.rules import Rule
from reviews import detect, ghosts, known_bad, transitions
from reviews.models import Finding
from reviews.transitions import Observation

NAME = "reviews.judge"
ACTION = "action.performed"
_KNOWN = ("finding.", "alarm.", "review.")  # what people have looked at, or are told to


def run(*, at: datetime, limit: int = 2000) -> int:
    """Judge up to `limit` new entries; return how many were looked at."""
    return cursor.follow(NAME, lambda entry: look(entry, at=at), limit=limit)


def take_up_again(*, at: datetime) -> int:
    """Look once more at the entries that were set aside; return how many succeeded."""
    return cursor.retry(NAME, lambda entry: look(entry, at=at))


def look(entry: Entry, *, at: datetime) -> None:
    """Judge an entry: an action by what was done, everything else by what the record says."""
    if entry.kind == ACTION:
        parts = reading.parts_of(entry)
        details = parts.get("d", {}) | parts.get("p", {})
        _alarm(entry, known_bad.of_action(details, None, entry=entry), at=at)
        ghosts.look(entry, at=at)
    elif not (entry.kind.startswith(_KNOWN) or entry.kind in detect.WATCHED or _tells(entry)):
        _alarm(entry, known_bad.of_entry(entry), at=at)


def _tells(entry: Entry) -> bool:
    """Whether an event is critical by itself, so that people are told of it anyway."""
    event = known().get(entry.kind)
    return event is None or event.critical


def _alarm(entry: Entry, matched: list[Rule], *, at: datetime) -> None:
    """Raise an alarm for the gravest rule that an entry matches, if it is grave."""
    grave = [rule for rule in matched if rule.level in known_bad.ALARMING]
    if not grave:
        return
    seen = Observation(
        kind=Finding.Kind.KNOWN_BAD,
        severity=Finding.Severity.HIGH,
        text=f"{'; '.join(rule.sentence for rule in grave[:3])}.",
        subject=entry.subject,
        case=_case(entry.case),
        entry_seq=entry.seq,
    )
    transitions.raise_alarm(seen, person=entry.actor, stops=False, at=at)


def _case(reference: str) -> Request | None:
    key = key_of(reference, "request")
    return Request.objects.filter(pk=key).first() if key else None
