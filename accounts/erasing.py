"""The verbs that forget a person. Two people are needed, and the record keeps its proof.

The account is anonymised at once. The words on the record follow in steps, each of which a crash
may end: an entry says what goes, and once it is signed it is gone; then the record is searched
again, until nothing is found, and every room forgets what it keeps.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.hashers import make_password

from accounts import erasure_events as events
from accounts import policy, sessions
from accounts.models import Erasure, User
from audit import erasure as ledger
from audit import log
from audit import transitions as record
from audit.config import changing
from audit.erasure import About, Order
from audit.events import Event
from audit.legal import short
from core import forgetting
from core.errors import BadInput, NotAllowed, WrongState
from core.forgetting import Trace
from core.speech import Sentence, phrase, sentences

State = Erasure.State
LAPSES_AFTER = timedelta(days=14)
_OVER: dict[str, Sentence] = {
    State.ACCEPTED: phrase("This erasure is already confirmed."),
    State.DONE: phrase("This erasure is already done."),
    State.DECLINED: phrase("This erasure is already declined."),
    State.WITHDRAWN: phrase("This erasure is already withdrawn."),
    State.LAPSED: phrase("This erasure has lapsed: nobody confirmed it in time. Ask again."),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grounds:
    """Why a person is erased: the legal basis, where the letter is filed, other words of theirs."""

    basis: str
    reference: str = ""
    also: Sequence[str] = ()


def trace_of(person: User, *, also: Sequence[str] = (), mark: str = "") -> Trace:
    """Return how a person is found: by their names and addresses of now and before."""
    history = LogEntry.objects.get_for_object(person).values_list("changes", flat=True)
    old = [
        value
        for changes in history
        for field in ("name", "email")
        for value in (changes or {}).get(field, ())
        if value and value != "None"
    ]
    words = dict.fromkeys(word.strip() for word in (person.name, person.email, *old, *also))
    return Trace(
        person=person.pk,
        ref=person.ref,
        words=tuple(word for word in words if len(word) > 1),
        mark=mark,
    )


@log.transition
def propose(person: User, grounds: Grounds, *, by: User, at: datetime) -> Erasure:
    """Ask that a person be erased; another administrator has to confirm it.

    Raises NotAllowed for whoever is no administrator or is the person, WrongState while the person
    is still needed or is erased already, BadInput for grounds that are none.
    """
    person = _lock_person(person)
    if why := policy.why_not_erase_person(person, by=by):
        raise NotAllowed(why, actor=by.ref, subject=person.ref, at=at)
    erasure = _ask(person, grounds, by=by, at=at)
    _record(erasure, events.ErasureProposed, by=by, at=at)
    return erasure


@log.transition
def accept(erasure: Erasure, *, by: User, at: datetime) -> Erasure:
    """Confirm it: the account is anonymised now, and everything else is forgotten in steps.

    Raises NotAllowed for the proposer, the person and whoever is no administrator, WrongState when
    it is decided already or the person is needed again.
    """
    erasure = _lock(erasure, at=at)
    _refuse_unless(policy.why_not_decide_erasure(erasure, by=by), erasure, by=by, at=at)
    return _begin(erasure, by=by, at=at)


@log.transition
def order(person: User, grounds: Grounds, *, approver: User, at: datetime) -> Erasure:
    """Erase a person for the operator of the server, on the word of `approver`.

    Raises NotAllowed when the approver neither administers nor oversees or is the person,
    WrongState and BadInput as `propose` does.
    """
    person = _lock_person(person)
    if why := policy.why_not_approve_erasure(person, by=approver):
        raise NotAllowed(why, actor=approver.ref, subject=person.ref, at=at)
    return _begin(_ask(person, grounds, by=None, at=at), by=approver, at=at)


@log.transition
def decline(erasure: Erasure, *, by: User, answer: str, at: datetime) -> Erasure:
    """Leave everything as it is. Raises as `accept` does, and BadInput without a reason."""
    erasure = _lock(erasure, at=at)
    _refuse_unless(policy.why_not_decide_erasure(erasure, by=by), erasure, by=by, at=at)
    if not answer.strip():
        raise BadInput(phrase("Say why; whoever asked for it reads it."), field="answer")
    erasure.answer = answer.strip()
    return _close(erasure, State.DECLINED, events.ErasureDeclined, by=by, at=at)


@log.transition
def withdraw(erasure: Erasure, *, by: User, at: datetime) -> Erasure:
    """Take back what one has asked for. Raises NotAllowed for anybody else, or WrongState."""
    erasure = _lock(erasure, at=at)
    _refuse_unless(policy.why_not_withdraw_erasure(erasure, by=by), erasure, by=by, at=at)
    return _close(erasure, State.WITHDRAWN, events.ErasureWithdrawn, by=by, at=at)


@log.transition
def lapse(erasure: Erasure, *, at: datetime) -> Erasure:
    """Note that nobody confirmed it in time. Raises WrongState when somebody did."""
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if erasure.state != State.WAITING or erasure.lapse_at > at:
        raise WrongState(_OVER.get(erasure.state, phrase("This erasure has not lapsed yet.")))
    return _close(erasure, State.LAPSED, events.ErasureLapsed, by=None, at=at)


@log.transition
def carry_on(erasure: Erasure, *, at: datetime) -> Erasure:
    """Do the next step of a confirmed erasure; do nothing while the one before is not done.

    Raises WrongState when it is none.
    """
    erasure = Erasure.objects.select_for_update(of=["self"]).get(pk=erasure.pk)
    if erasure.state != State.ACCEPTED:
        raise WrongState(_OVER.get(erasure.state, phrase("This erasure is not confirmed.")))
    trace = _kept_trace(erasure)
    said = [erasure.after] if erasure.after else []
    if not ledger.is_finished(said) or forgetting.why_not(trace, at=at):
        return erasure
    about = About(ref=trace.ref, cases=forgetting.cases(trace), words=trace.words)
    if found := ledger.find(about):
        erasure.after = record.erase(found, _order(erasure), about=trace.ref, at=at)[-1]
        erasure.entries += len(found)
        erasure.save(update_fields=["after", "entries"])
        return erasure
    # Last of all: a table must not say less than the record, or a replay would find them differ.
    forgetting.forget(trace)
    erasure.state, erasure.done_at = State.DONE, at
    erasure.also, erasure.words = [], []
    erasure.save(update_fields=["state", "done_at", "also", "words"])
    _record(erasure, events.ErasureDone, by=None, at=at, entries=erasure.entries)
    return erasure


def _ask(person: User, grounds: Grounds, *, by: User | None, at: datetime) -> Erasure:
    trace = trace_of(person, also=grounds.also)
    if why := policy.why_not_erase_now(person, trace, at=at):
        raise WrongState(sentences(*why))
    reference = grounds.reference.strip()
    record.check_grounds(grounds.basis, reference)
    if trace.names().search(reference):
        raise BadInput(
            phrase("The reference stays for ever, so it must not name the person."),
            field="reference",
        )
    return Erasure.objects.create(
        person=person,
        basis=grounds.basis,
        reference=reference,
        also=[word.strip() for word in grounds.also if word.strip()],
        proposed_at=at,
        proposed_by=by,
        lapse_at=at + LAPSES_AFTER,
    )


def _begin(erasure: Erasure, *, by: User, at: datetime) -> Erasure:
    person = _lock_person(erasure.person)
    trace = trace_of(person, also=erasure.also)
    if why := policy.why_not_erase_now(person, trace, at=at, erasure=erasure):
        raise WrongState(sentences(*why))
    erasure.state, erasure.decided_at, erasure.decided_by = State.ACCEPTED, at, by
    erasure.words = list(trace.words)
    erasure.after = _record(erasure, events.ErasureAccepted, by=by, at=at)
    erasure.save(update_fields=["state", "decided_at", "decided_by", "words", "after"])
    _anonymise(person, by=by, at=at)
    return erasure


def _anonymise(person: User, *, by: User, at: datetime) -> None:
    """Leave of an account what others refer to: an id, and a pseudonym made of it."""
    sessions.end_all(person)
    User.objects.filter(pk=person.pk).update(
        name=f"Erased person {person.pk.hex[:6]}",
        email=f"{person.pk.hex}@erased.invalid",
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
        time_zone="UTC",
        language="",
        erased_at=at,
    )
    with changing(actor=by.ref):
        person = User.objects.get(pk=person.pk)
        person.groups.clear()
        person.user_permissions.clear()


def _kept_trace(erasure: Erasure) -> Trace:
    person = erasure.person
    said = f"(erased on {erasure.decided_at:%-d %b %Y} under {short(erasure.basis)})"
    return Trace(person=person.pk, ref=person.ref, words=tuple(erasure.words), mark=said)


def _order(erasure: Erasure) -> Order:
    """Return what the entries of the record say; the operator has no name there."""
    proposer, approver = erasure.proposed_by, erasure.decided_by
    return Order(
        basis=erasure.basis,
        requested_by=proposer.ref if proposer else log.SYSTEM,
        approver=approver.ref if approver else log.SYSTEM,
        reference=erasure.reference,
    )


def _lock(erasure: Erasure, *, at: datetime) -> Erasure:
    """Lock an erasure that waits. Raises WrongState when it is decided or has lapsed."""
    erasure = Erasure.objects.select_for_update(of=["self"]).told().get(pk=erasure.pk)
    if erasure.state != State.WAITING:
        raise WrongState(_OVER[erasure.state])
    if erasure.lapse_at <= at:
        raise WrongState(_OVER[State.LAPSED])
    return erasure


def _lock_person(person: User) -> User:
    locked: User = User.objects.select_for_update().get(pk=person.pk)
    return locked


def _refuse_unless(why: str | None, erasure: Erasure, *, by: User, at: datetime) -> None:
    if why:
        raise NotAllowed(why, actor=by.ref, subject=erasure.ref, at=at)


def _close(
    erasure: Erasure, state: str, event: type[events.OfErasure], *, by: User | None, at: datetime
) -> Erasure:
    """Write down that nothing is erased."""
    erasure.state, erasure.decided_at, erasure.decided_by, erasure.also = state, at, by, []
    erasure.save(update_fields=["state", "decided_at", "decided_by", "also", "answer"])
    said = {"answer": erasure.answer} if event is events.ErasureDeclined else {}
    _record(erasure, event, by=by, at=at, **said)
    return erasure


def _record(
    erasure: Erasure, event: type[events.OfErasure], *, by: User | None, at: datetime, **facts: Any
) -> Any:
    proposer = erasure.proposed_by
    said: Event = event(
        about=erasure.person.ref,
        proposer=proposer.ref if proposer else log.SYSTEM,
        legal_basis=erasure.basis,
        reference=erasure.reference,
        **facts,
    )
    actor = by.ref if by else log.SYSTEM
    return log.record(said, actor=actor, subject=erasure.ref, at=at)
