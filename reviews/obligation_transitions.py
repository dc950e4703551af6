"""The verbs of obligations: nothing else changes one."""

import dataclasses
from datetime import datetime

from accounts.models import User
from audit import log
from audit.events import Event
from breakglass.models import Request
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import Sentence, phrase
from reviews import obligation_events as events
from reviews import obligation_policy as policy
from reviews.models import Obligation, Review
from reviews.policy import why_not_review

_OVER: dict[str, Sentence] = {
    Obligation.State.DONE: phrase("This is done already."),
    Obligation.State.WAIVED: phrase("This is waived already: it need not be done."),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """What has to be done, until when, and by whom; None where nobody is there to do it."""

    kind: Obligation.Kind
    text: str
    owner: User | None
    due_at: datetime


@log.transition
def oblige(review: Review, *, task: Task, by: User, at: datetime) -> Obligation:
    """Write down what has to be done before the case under review can close.

    Raises NotAllowed for whoever may not review the case, BadInput without words, for an owner
    who judges the case, or a deadline that is over.
    """
    review = lock(review)
    why = why_not_review(review, by=by, at=at)
    refuse_unless(why, by=by, subject=review, at=at, case=review.case_ref)
    text = _words(task.text, phrase("Say what has to be done."), "text")
    if task.owner is None:
        raise BadInput(phrase("Name who has to do it."), field="owner")
    _expect_able(review, task.owner, task.due_at, at=at)
    return _open(review.grant.request, dataclasses.replace(task, text=text), by=by, at=at)


@log.transition
def owe(case: Request, *, task: Task, entry_seq: int, at: datetime) -> Obligation:
    """Write down what the record itself shows has to be done, once per entry and kind."""
    known = Obligation.objects.filter(kind=task.kind, entry_seq=entry_seq).first()
    return known or _open(lock(case), task, by=None, at=at, entry_seq=entry_seq)


@log.transition
def hand_on(
    obligation: Obligation, *, owner: User, due_at: datetime, reason: str, by: User, at: datetime
) -> Obligation:
    """Say who else does it, or until which other day.

    Raises WrongState once it is done or waived, NotAllowed for anybody but the case's reviewers,
    BadInput as `oblige` does and without a reason.
    """
    obligation = _lock_open(obligation)
    why = policy.why_not_manage(obligation, by=by, at=at)
    refuse_unless(why, by=by, subject=obligation, at=at, case=obligation.case_ref)
    reason = _words(reason, phrase("Say why; whoever does it reads it."), "reason")
    _expect_able(obligation.case.grant.review, owner, due_at, at=at)
    obligation.owner, obligation.due_at, obligation.reminded = owner, due_at, 0
    obligation.save(update_fields=["owner", "due_at", "reminded"])
    event = events.ObligationHandedOn(person=owner.ref, due_at=due_at.isoformat(), reason=reason)
    _record(obligation, event, actor=by.ref, at=at)
    return obligation


@log.transition
def fulfil(obligation: Obligation, *, evidence: str, by: User, at: datetime) -> Obligation:
    """Say that it is done, and what shows it.

    Raises WrongState once it is done or waived, NotAllowed for anybody but its owner and the
    case's reviewers, BadInput without words.
    """
    obligation = _lock_open(obligation)
    why = policy.why_not_fulfil(obligation, by=by, at=at)
    refuse_unless(why, by=by, subject=obligation, at=at, case=obligation.case_ref)
    sentence = phrase("Say what was done and what shows it; it stands in the record.")
    evidence = _words(evidence, sentence, "evidence")
    event = events.ObligationDone(task=obligation.kind, evidence=evidence)
    return _end(obligation, Obligation.State.DONE, evidence, event, by=by, at=at)


@log.transition
def waive(obligation: Obligation, *, reason: str, by: User, at: datetime) -> Obligation:
    """Say that it need not be done, and why.

    Raises WrongState once it is done or waived, NotAllowed for its owner and for anybody but the
    case's reviewers, BadInput without a reason.
    """
    obligation = _lock_open(obligation)
    why = policy.why_not_waive(obligation, by=by, at=at)
    refuse_unless(why, by=by, subject=obligation, at=at, case=obligation.case_ref)
    reason = _words(reason, phrase("Say why it can be left undone."), "reason")
    event = events.ObligationWaived(task=obligation.kind, reason=reason)
    return _end(obligation, Obligation.State.WAIVED, reason, event, by=by, at=at)


def _open(case: Request, task: Task, *, by: User | None, at: datetime,
          entry_seq: int | None = None) -> Obligation:  # fmt: skip
    made = Obligation.objects.create(
        case=case, kind=task.kind, text=task.text, owner=task.owner, due_at=task.due_at,
        opened_at=at, opened_by=by, entry_seq=entry_seq,
    )  # fmt: skip
    event = events.ObligationOpened(
        task=task.kind.value,
        person=task.owner.ref if task.owner else "",
        due_at=task.due_at.isoformat(),
        text=task.text,
        entry=entry_seq,
    )
    _record(made, event, actor=by.ref if by else log.SYSTEM, at=at)
    return made


def _end(obligation: Obligation, state: Obligation.State, words: str, event: Event, *,
         by: User, at: datetime) -> Obligation:  # fmt: skip
    obligation.state, obligation.evidence = state, words
    obligation.done_by, obligation.done_at = by, at
    obligation.save(update_fields=["state", "evidence", "done_by", "done_at"])
    _record(obligation, event, actor=by.ref, at=at)
    return obligation


def _lock_open(obligation: Obligation) -> Obligation:
    obligation = lock(obligation)
    if obligation.state != Obligation.State.OPEN:
        raise WrongState(_OVER[obligation.state])
    return obligation


def _expect_able(review: Review, owner: User, due_at: datetime, *, at: datetime) -> None:
    if why := policy.why_not_own(review, owner=owner):
        raise BadInput(why, field="owner")
    if why := policy.why_bad_deadline(due_at, at=at):
        raise BadInput(why, field="due")


def _words(text: str, sentence: Sentence, field: str) -> str:
    if not text.strip():
        raise BadInput(sentence, field=field)
    return text.strip()


def _record(obligation: Obligation, event: Event, *, actor: str, at: datetime) -> None:
    log.record(event, actor=actor, subject=obligation.ref, at=at, case=obligation.case_ref)
