"""What the record itself shows has to be done before a case can close: certain things only."""

from datetime import datetime, timedelta

from accounts.models import User
from audit import reading
from audit.models import Entry
from breakglass.models import Request
from judgement.facts import Verb
from reviews import detect
from reviews import obligation_transitions as transitions
from reviews.models import Finding, JudgedAction, Obligation
from reviews.obligation_transitions import Task
from targets.events import DoorClosed

WITHIN = timedelta(days=7)  # to do what the record brings up; a reviewer may say otherwise
Kind = Obligation.Kind
_REPLACE = "A secret was read, by entry {entry}. Replace it, and say which one and when."


def owed_by(finding: Finding, *, at: datetime) -> Obligation | None:
    """Owe what a finding always owes: a secret that an action read has to be replaced.

    Twice is harmless. None where the finding is about nothing of that kind.
    """
    if finding.case is None or finding.entry_seq is None:
        return None
    action = JudgedAction.objects.filter(pk=finding.entry_seq).first()
    if action is None or Verb.SECRET.value not in (action.facts or {}).get("verbs", ()):
        return None
    seq = finding.entry_seq
    text = _REPLACE.format(entry=seq)
    return _owe(finding.case, Kind.ROTATE_SECRET, text, entry_seq=seq, at=at)


def owed_by_door(entry: Entry, *, at: datetime) -> Obligation | None:
    """Owe that somebody clears up what a closed door left behind, if it left anything."""
    event = reading.event_of(entry)
    case = detect.case_of(entry.case)
    if not isinstance(event, DoorClosed) or not event.left_behind or case is None:
        return None
    left = ", ".join(event.left_behind)
    text = f"On {event.target} this was left behind: {left}. Take it away, or say why it stays."
    return _owe(case, Kind.CLEAR_UP, text, entry_seq=entry.seq, at=at)


def _owe(
    case: Request, kind: Obligation.Kind, text: str, *, entry_seq: int, at: datetime
) -> Obligation:
    """Let whoever had the access do it, while they are there."""
    holder: User = case.original.requester
    owner = holder if holder.is_active else None
    task = Task(kind=kind, text=text, owner=owner, due_at=at + WITHIN)
    return transitions.owe(case, task=task, entry_seq=entry_seq, at=at)
