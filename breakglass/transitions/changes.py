"""Four eyes: what weakens a control is proposed, and another administrator decides on it."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from auditlog.context import disable_auditlog
from django.db import transaction
from django.db.models import Model

from accounts.models import User
from audit import log
from audit.config import changing
from audit.events import Event
from breakglass import change_events as events
from breakglass import policy
from breakglass.models import Permit, ProposedChange, Scenario
from breakglass.pictures import Picture, look, same, thing_of
from breakglass.pictures import lock as lock_thing
from breakglass.transitions import making
from breakglass.transitions.locks import lock, refuse_unless
from breakglass.transitions.previews import NOTHING, Look, Moved, moved
from core.errors import BadInput, DomainError, WrongState
from core.speech import Sentence, phrase

Kind, State = ProposedChange.Kind, ProposedChange.State
T = TypeVar("T")

LAPSES_AFTER = timedelta(days=14)
_OVER: dict[str, Sentence] = {
    State.ACCEPTED: phrase("This change is already accepted."),
    State.DECLINED: phrase("This change is already declined."),
    State.WITHDRAWN: phrase("This change is already withdrawn."),
    State.LAPSED: phrase("This change has lapsed: nobody decided in time. Propose it again."),
}
STALE = phrase(
    "It was changed since this was proposed, and accepting would undo that. Look at the difference"
    " as it is now: whoever proposed it can propose it again."
)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A change as somebody wants it: what is set, what would be, and what that weakens."""

    before: Picture
    after: Picture
    weakenings: list[Sentence]
    hidden: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def mark(self) -> str:
        """A digest that names exactly this: a form that sends it back has shown it."""
        said = [self.before.settings, self.after.settings, self.weakenings]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


class MustWaitError(Exception):
    """A change weakens a control, and there is somebody to look at it: propose it instead.

    Raised inside the transaction of the change, which is undone by it.
    """

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self.wanted = wanted


@dataclasses.dataclass(frozen=True)
class Outlook:
    """What accepting a change would do now, and why it cannot be accepted as it stands.

    `moved` says who gains and loses what in a scenario, `may_ask` how many may request access.
    """

    wanted: Wanted
    stale: bool
    why_not: str | None
    moved: list[Moved] = dataclasses.field(default_factory=list)
    may_ask: int = 0


def carry_out(
    do: Callable[[], T], *, to: Model, by: User | None, reason: str, at: datetime,
    alone: str | None = None,
) -> T | ProposedChange:  # fmt: skip
    """Do something to a row of the configuration, or propose it where it weakens a control.

    What was done is undone where it is proposed. `alone` is that of `watch_over`.
    """
    kind, key = thing_of(to)
    try:
        with transaction.atomic():
            lock_thing(kind, key)
            before = look(kind, key, at=at)
            done = do()
            watch_over(weigh(before, at=at), by=by, reason=reason, at=at, alone=alone)
    except MustWaitError as wait:
        return propose(wait.wanted, by=by, reason=reason, at=at)
    return done


def watch_over(
    wanted: Wanted, *, by: User | None, reason: str, at: datetime, alone: str | None = None
) -> None:
    """Let a change that was just made stand, or raise MustWaitError when it has to wait.

    Call it inside the transaction of the change. What nobody else can look at stands, and it is
    recorded that it was done alone. The operator of the server says so beforehand: `alone` is
    why, and empty where it is to wait.
    """
    if not wanted.weakenings:
        return
    if alone is None and by is not None and not wanted.before.administrators - {by.pk}:
        alone = reason
    if not alone:
        raise MustWaitError(wanted)
    note_alone(wanted, by=by, reason=alone, at=at)


def note_alone(wanted: Wanted, *, by: User | None, reason: str, at: datetime) -> None:
    """Record that somebody weakened a control without a second person; compliance is told."""
    event = events.WeakenedAlone(
        name=wanted.after.name, weakenings=_english(wanted.weakenings), reason=reason
    )
    thing = ProposedChange(kind=wanted.after.kind, key=wanted.after.key)
    log.record(event, actor=_actor(by), subject=thing.subject, at=at)


def weigh(before: Picture, *, at: datetime, hidden: dict[str, str] | None = None) -> Wanted:
    """Look at a thing again after a change, and say what the change weakens."""
    after = look(before.kind, before.key, at=at)
    return Wanted(before, after, policy.weakenings(before, after, at=at), hidden or {})


@log.transition
def propose(wanted: Wanted, *, by: User | None, reason: str, at: datetime) -> ProposedChange:
    """Let a change wait for another administrator. One's own earlier one for it is withdrawn.

    Raises BadInput without a reason.
    """
    if not reason.strip():
        raise BadInput(phrase("Say why you change it; it stands in the history."), field="reason")
    before, after = wanted.before, wanted.after
    for earlier in ProposedChange.objects.waiting().of(after.kind, after.key):
        if earlier.proposed_by_id == (by.pk if by else None):
            _withdraw(lock(earlier), by=by, at=at)
    change = ProposedChange.objects.create(
        kind=after.kind,
        key=after.key,
        name=after.name[:254],
        before=before.settings,
        after=after.settings,
        hidden=wanted.hidden,
        version=before.version,
        weakenings=_english(wanted.weakenings),
        reason=reason.strip(),
        proposed_at=at,
        proposed_by=by,
        lapse_at=at + LAPSES_AFTER,
    )
    event = events.ChangeProposed(
        **_facts(change), weakenings=change.weakenings, reason=change.reason
    )
    log.record(event, actor=_actor(by), subject=change.ref, at=at)
    return change


@log.transition
def propose_again(change: ProposedChange, *, by: User, at: datetime) -> ProposedChange:
    """Propose the same settings anew, against what is set now.

    Raises NotAllowed for anybody but the proposer, WrongState when it is decided or cannot be made.
    """
    change = lock_change(change, at=at)
    refuse_unless(policy.why_not_withdraw_change(change, by=by), by=by, subject=change, at=at)
    outlook = foresee(change, at=at)
    if outlook.why_not and not outlook.stale:
        raise WrongState(outlook.why_not)
    wanted = dataclasses.replace(outlook.wanted, hidden=change.hidden)
    return propose(wanted, by=by, reason=change.reason, at=at)


@log.transition
def accept(
    change: ProposedChange, *, by: User, answer: str = "", seen: str, at: datetime
) -> ProposedChange:
    """Make the change, in the name of who proposed it; `seen` is the mark of what was shown.

    Raises NotAllowed for the proposer and whoever is no administrator, WrongState when it is
    decided already, when the thing has changed since or what it would do has.
    """
    change = lock_change(change, at=at)
    refuse_unless(policy.why_not_decide_change(change, by=by), by=by, subject=change, at=at)
    made = _make(change, second=by.ref, at=at)
    if made.mark != seen:
        raise WrongState(
            phrase("What it would do is not what you were shown. Look at it again, then decide.")
        )
    return _accepted(change, made, by=by, answer=answer, at=at)


@log.transition
def accept_alone(change: ProposedChange, *, reason: str, at: datetime) -> ProposedChange:
    """Make the change as the operator of the server, when no other administrator can.

    Raises BadInput without a reason, and WrongState as `accept` does.
    """
    if not reason.strip():
        raise BadInput(phrase("Say why nobody else can look at it."), field="reason")
    change = lock_change(change, at=at)
    made = _make(change, second="", at=at)
    note_alone(made, by=None, reason=reason.strip(), at=at)
    return _accepted(change, made, by=None, answer=reason, at=at)


@log.transition
def decline(change: ProposedChange, *, by: User, answer: str, at: datetime) -> ProposedChange:
    """Leave everything as it is.

    Raises BadInput without a reason, NotAllowed as `accept` does, WrongState when it is decided.
    """
    change = lock_change(change, at=at)
    refuse_unless(policy.why_not_decide_change(change, by=by), by=by, subject=change, at=at)
    if not answer.strip():
        raise BadInput(phrase("Say why; whoever proposed it reads it."), field="answer")
    change.answer = answer.strip()
    event = events.ChangeDeclined(**_facts(change), answer=change.answer)
    return _finish(change, State.DECLINED, event, by=by, at=at)


@log.transition
def withdraw(change: ProposedChange, *, by: User, at: datetime) -> ProposedChange:
    """Take back what one has proposed.

    Raises NotAllowed for anybody else, WrongState when it is decided already.
    """
    change = lock_change(change, at=at)
    refuse_unless(policy.why_not_withdraw_change(change, by=by), by=by, subject=change, at=at)
    return _withdraw(change, by=by, at=at)


@log.transition
def lapse(change: ProposedChange, *, at: datetime) -> ProposedChange:
    """Note that nobody decided in time. Raises WrongState when somebody did, or it is too early."""
    change = lock(change)
    if change.state != State.WAITING or change.lapse_at > at:
        raise WrongState(phrase("This change has not lapsed."))
    return _finish(change, State.LAPSED, events.ChangeLapsed(**_facts(change)), by=None, at=at)


def lock_change(change: ProposedChange, *, at: datetime) -> ProposedChange:
    """Lock a change that may still be decided: the clock says so, not the sweeper."""
    change = lock(change)
    if change.state != State.WAITING:
        raise WrongState(_OVER[change.state])
    if change.lapse_at <= at:
        raise WrongState(_OVER[State.LAPSED])
    return change


def foresee(change: ProposedChange, *, at: datetime) -> Outlook:
    """Make the change, look at it, and undo it again."""
    before = look(Kind(change.kind), change.key, at=at)
    stale = not same(before.settings, change.before)
    crowd = _crowd(change, at)
    try:
        with transaction.atomic(), disable_auditlog():
            making.make(change, at=at)
            wanted, people = weigh(before, at=at), _crowd(change, at)
            transaction.set_rollback(True)
    except DomainError as error:
        return Outlook(Wanted(before, before, []), stale=stale, why_not=error.args[0])
    return Outlook(
        wanted,
        stale=stale,
        why_not=STALE if stale else None,
        moved=moved(crowd, people),
        may_ask=len(people.people[Permit.REQUEST]),
    )


def _crowd(change: ProposedChange, at: datetime) -> Look:
    """Return who may do what in the scenario that is to be changed, if it is one."""
    row = None
    if change.kind == Kind.SCENARIO:
        row = Scenario.objects.filter(pk=UUID(change.key)).first()
    return Look.at(row, at) if row else NOTHING


def _make(change: ProposedChange, *, second: str, at: datetime) -> Wanted:
    """Make the change for good. Raises WrongState when the thing is not as it was."""
    kind = Kind(change.kind)
    lock_thing(kind, change.key)
    before = look(kind, change.key, at=at)
    if not same(before.settings, change.before):
        raise WrongState(STALE)
    with changing(actor=_actor(change.proposed_by), reason=change.reason, second=second):
        making.make(change, at=at)
    return weigh(before, at=at)


def _accepted(
    change: ProposedChange, made: Wanted, *, by: User | None, answer: str, at: datetime
) -> ProposedChange:
    change.answer, change.weakenings = answer.strip(), _english(made.weakenings)
    event = events.ChangeAccepted(
        **_facts(change),
        weakenings=change.weakenings,
        reason=change.reason,
        answer=change.answer,
    )
    return _finish(change, State.ACCEPTED, event, by=by, at=at)


def _withdraw(change: ProposedChange, *, by: User | None, at: datetime) -> ProposedChange:
    return _finish(change, State.WITHDRAWN, events.ChangeWithdrawn(**_facts(change)), by=by, at=at)


def _finish(
    change: ProposedChange, state: str, event: Event, *, by: User | None, at: datetime
) -> ProposedChange:
    """Write down what became of a change, and forget the secrets that it kept."""
    change.state, change.decided_at, change.decided_by, change.hidden = state, at, by, {}
    change.save(
        update_fields=["state", "decided_at", "decided_by", "hidden", "answer", "weakenings"]
    )
    log.record(event, actor=_actor(by), subject=change.ref, at=at)
    return change


def _facts(change: ProposedChange) -> dict[str, Any]:
    """Return what every event of a change says."""
    return {"about": change.subject, "name": change.name, "proposer": _actor(change.proposed_by)}


def _english(sentences: Sequence[Sentence]) -> list[str]:
    return [str(sentence) for sentence in sentences]


def _actor(by: User | None) -> str:
    return by.ref if by else log.SYSTEM
