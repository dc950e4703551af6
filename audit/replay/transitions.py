"""The verbs of the replay: ask for it, keep how far it is, explain what it found."""

from datetime import datetime

from audit import log, policy
from audit.differences import Difference, Replay
from audit.events import Event
from audit.policy import Reader
from audit.replay.events import DifferenceResolved, Replayed, ReplayFailed
from audit.replay.walk import Step
from audit.transitions import RECORD
from core import doorbell
from core.errors import BadInput, NotAllowed, WrongState
from core.speech import phrase

_EXAMPLES = 5  # differences that are named where all are counted


@log.transition
def ask_for_replay(*, by: Reader | None, at: datetime) -> Replay:
    """Have the tables compared with the record, for `by` or for the night.

    Whoever asks while it is under way shares that one.

    Raises NotAllowed when this person may not.
    """
    if by and (why := policy.why_not_verify(by)):
        raise NotAllowed(why, actor=by.ref, subject=RECORD, at=at)
    begin = {"by": by.ref if by else "", "asked_at": at}
    run, _ = Replay.objects.get_or_create(ended_at=None, defaults=begin)
    doorbell.ring("audit.tasks.replay")
    return run


@log.transition
def take_replay_step(run: Replay, step: Step, *, seconds: float, at: datetime) -> Replay:
    """Keep what one step found and where the next one begins; record how the last one ends.

    A difference that is known, explained or not, is no news.
    """
    found = [
        Difference(subject=subject, case=case, what=text, found_at=at)
        for subject, (case, texts) in step.found.items()
        for text in texts
    ]
    before = Difference.objects.count()
    Difference.objects.bulk_create(found, ignore_conflicts=True)
    run.found += Difference.objects.count() - before
    run.place, run.moved_at = step.place, at
    run.compared += step.compared
    run.seconds += seconds
    if not step.place:
        run.ended_at = max(at, run.asked_at)
        log.record(_end(run), actor=run.by or log.SYSTEM, subject=RECORD, at=at)
    run.save()
    return run


@log.transition
def resolve(difference: Difference, *, by: Reader, note: str, at: datetime) -> Difference:
    """Explain a difference, so that nobody is warned of it any more.

    Raises NotAllowed when this person may not, WrongState when somebody has, BadInput for no
    words.
    """
    difference = Difference.objects.select_for_update(no_key=True).get(pk=difference.pk)
    if why := policy.why_not_resolve(by):
        raise NotAllowed(why, actor=by.ref, subject=RECORD, at=at, case=difference.case)
    if difference.resolved_at:
        raise WrongState(phrase("This difference is explained already."))
    if not note.strip():
        raise BadInput(phrase("Say what happened and who looked into it."), field="note")
    difference.resolved_at = max(at, difference.found_at)
    difference.resolved_by, difference.note = by.ref, note.strip()
    difference.save(update_fields=["resolved_at", "resolved_by", "note"])
    event = DifferenceResolved(about=difference.subject, what=difference.what, note=difference.note)
    log.record(event, actor=by.ref, subject=RECORD, at=at, case=difference.case)
    return difference


def _end(run: Replay) -> Event:
    """Return how a replay ended, as an event."""
    waiting = Difference.objects.open()
    if not run.found:
        return Replayed(compared=run.compared, unexplained=waiting.count())
    newest = waiting.order_by("-found_at", "pk")[:_EXAMPLES]
    examples = [str(difference) for difference in newest]
    return ReplayFailed(compared=run.compared, found=run.found, examples=examples)
