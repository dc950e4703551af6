"""Answers: approve, deny, offer less, ratify, refuse; and the requester's answer to an offer."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from audit import log
from breakglass import events, links, policy, steps
from breakglass.models import Decision, DecisionLink, Request
from breakglass.transitions import grants
from breakglass.transitions.locks import (
    lock,
    lock_open,
    refuse_unless,
)
from breakglass.transitions.requests import close, record_newly_asked
from core.errors import BadInput, WrongState
from core.speech import Sentence, phrase
from targets.models import Target

_NEED_REASON = {
    Decision.Kind.DENY: phrase("Say why you deny it; the requester reads it."),
    Decision.Kind.REFUSE: phrase("Say why you refuse; the requester and compliance read it."),
}
_SETTLED: dict[str, Sentence] = {
    Request.Ratification.RATIFIED: phrase("Ratified already."),
    Request.Ratification.REFUSED: phrase("Ratification refused already."),
    Request.Ratification.OVERDUE: phrase("Ratification overdue already."),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Voice:
    """Who answers, what they say, and the link they came by, if by one."""

    by: User
    comment: str = ""
    link: DecisionLink | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Offer:
    """Less than was asked for."""

    minutes: int
    targets: Sequence[Target]
    read_only: bool = False


@log.transition
def approve(request: Request, *, voice: Voice, at: datetime) -> Request:
    """Say yes for one step; access starts when every step is satisfied.

    Raises WrongState when the request is decided, lapsed, or cannot start; NotAllowed when this
    person may not decide, or not yet.
    """
    request = lock_open(request, expect=(Request.State.PENDING,), at=at)
    _decide(request, Decision.Kind.APPROVE, events.DecisionApproved, voice=voice, at=at)
    _go_on(request, at=at)
    return request


@log.transition
def deny(request: Request, *, voice: Voice, at: datetime) -> Request:
    """Say no, with a reason; one no ends the request. Raises as `approve`, and BadInput."""
    request = lock_open(request, expect=(Request.State.PENDING,), at=at)
    _decide(request, Decision.Kind.DENY, events.DecisionDenied, voice=voice, at=at)
    close(request, Request.State.DENIED, at=at)
    return request


@log.transition
def counter(request: Request, *, voice: Voice, offer: Offer, at: datetime) -> Decision:
    """Offer less; the request waits for the requester. Raises as `approve`, and BadInput."""
    request = lock_open(request, expect=(Request.State.PENDING,), at=at)
    decision = _decide(
        request, Decision.Kind.COUNTER, events.DecisionCountered, voice=voice, at=at, offer=offer
    )
    request.state = Request.State.COUNTERED
    request.save(update_fields=["state"])
    return decision


@log.transition
def accept_counter(request: Request, *, by: User, at: datetime) -> Request:
    """Take the smaller offer; it counts as a yes of the person who made it.

    Raises WrongState when no offer is open, NotAllowed for anybody but the requester.
    """
    request, offer = _open_offer(request, by=by, at=at)
    request.minutes = offer.minutes or request.minutes
    request.read_only = offer.read_only
    request.save(update_fields=["minutes", "read_only"])
    request.targets.set(offer.targets.all())
    _answer(request, offer, Decision.Answer.ACCEPTED, at=at)
    event = events.CounterAccepted(
        minutes=request.minutes,
        targets=[target.name for target in request.targets.all()],
        read_only=request.read_only,
    )
    log.record(event, actor=by.ref, subject=request.ref, at=at, case=request.case_ref)
    _go_on(request, at=at)
    return request


@log.transition
def decline_counter(request: Request, *, by: User, at: datetime) -> Request:
    """Leave the offer; the request as it was asked waits for approval again."""
    request, offer = _open_offer(request, by=by, at=at)
    _answer(request, offer, Decision.Answer.DECLINED, at=at)
    log.record(
        events.CounterDeclined(), actor=by.ref, subject=request.ref, at=at, case=request.case_ref
    )
    return request


@log.transition
def ratify(request: Request, *, voice: Voice, at: datetime) -> Request:
    """Say that breaking the glass was right; done when every step has said so.

    Raises WrongState when it is ratified, refused or overdue, NotAllowed as `approve` does.
    """
    request = lock_unratified(request, at=at)
    _decide(request, Decision.Kind.RATIFY, events.DecisionRatified, voice=voice, at=at)
    if steps.complete(policy.standing(request)):
        _settle(request, Request.Ratification.RATIFIED, at=at)
        log.record(
            events.RatificationConfirmed(),
            actor=log.SYSTEM, subject=request.ref, at=at, case=request.case_ref,
        )  # fmt: skip
    return request


@log.transition
def refuse(request: Request, *, voice: Voice, at: datetime) -> Request:
    """Say that breaking the glass was wrong: what is still open is revoked. Raises as `ratify`."""
    request = lock_unratified(request, at=at)
    _decide(request, Decision.Kind.REFUSE, events.RatificationRefused, voice=voice, at=at)
    _settle(request, Request.Ratification.REFUSED, at=at)
    _revoke_if_standing(request, reason="Ratification was refused.", by=voice.by, at=at)
    return request


@log.transition
def overdue(request: Request, *, at: datetime) -> Request:
    """Write down that nobody ratified in time, and revoke what is still open.

    Raises WrongState when somebody has, or there is time left.
    """
    request = lock(request)
    _expect_unratified(request)
    if request.ratify_by is None or request.ratify_by > at:
        raise WrongState(phrase("There is still time to ratify."))
    _settle(request, Request.Ratification.OVERDUE, at=at)
    log.record(
        events.RatificationOverdue(),
        actor=log.SYSTEM, subject=request.ref, at=at, case=request.case_ref,
    )  # fmt: skip
    _revoke_if_standing(request, reason="Nobody ratified in time.", by=None, at=at)
    return request


def _decide(
    request: Request,
    kind: Decision.Kind,
    event: type[events.Decided],
    *,
    voice: Voice,
    at: datetime,
    offer: Offer | None = None,
) -> Decision:
    """Check the person and the link, then the words, and write and record one decision."""
    why = policy.why_not_decide(request, by=voice.by, at=at)
    if voice.link:
        why = links.why_not_use(voice.link, request, by=voice.by, at=at) or why
    refuse_unless(why, by=voice.by, subject=request, at=at, case=request.case_ref)
    _check_words(request, kind, voice=voice, offer=offer)
    seat = policy.seat_for(request, by=voice.by, at=at)
    if seat is None:
        raise WrongState(phrase("Nobody is asked at the moment."))
    step, other = seat.step, seat.instead_of
    if voice.link:
        links.use(voice.link, at=at)
    terms: dict[str, Any] = {}
    if offer:
        terms = {"minutes": offer.minutes, "read_only": offer.read_only}
    decision = Decision.objects.create(
        request=request, by=voice.by, instead_of=other, kind=kind, step=step.position,
        group_id=step.group_id, comment=voice.comment.strip(), decided_at=at, **terms,
    )  # fmt: skip
    if offer:
        decision.targets.set(offer.targets)
        terms["targets"] = [target.name for target in offer.targets]
    facts = event(
        step=step.position, group=step.group, comment=decision.comment,
        by_link=voice.link is not None, instead_of=other.ref if other else "", **terms,
    )  # fmt: skip
    log.record(facts, actor=voice.by.ref, subject=request.ref, at=at, case=request.case_ref)
    return decision


def _go_on(request: Request, *, at: datetime) -> None:
    """After a yes: start the access if that was the last one, else ask the next step."""
    if not steps.complete(policy.standing(request)):
        record_newly_asked(request, at=at)
        return
    close(request, Request.State.APPROVED, at=at)
    event = events.RequestApproved(
        minutes=request.minutes,
        targets=[target.name for target in request.targets.all()],
        read_only=request.read_only,
    )
    log.record(event, actor=log.SYSTEM, subject=request.ref, at=at, case=request.case_ref)
    grants.start_approved(request, at=at)


def _open_offer(request: Request, *, by: User, at: datetime) -> tuple[Request, Decision]:
    request = lock_open(request, expect=(Request.State.COUNTERED,), at=at)
    why = policy.why_not_answer_counter(request, by=by)
    refuse_unless(why, by=by, subject=request, at=at, case=request.case_ref)
    offer = request.decisions.get(kind=Decision.Kind.COUNTER, answer=Decision.Answer.NONE)
    return request, offer


def _answer(request: Request, offer: Decision, answer: Decision.Answer, *, at: datetime) -> None:
    offer.answer = answer
    offer.answered_at = at
    offer.save(update_fields=["answer", "answered_at"])
    request.state = Request.State.PENDING
    request.save(update_fields=["state"])


def _check_words(
    request: Request, kind: Decision.Kind, *, voice: Voice, offer: Offer | None
) -> None:
    """Refuse a no without a reason, and an offer that is not less than what was asked."""
    if kind in _NEED_REASON and not voice.comment.strip():
        raise BadInput(_NEED_REASON[kind], field="comment")
    if offer and (
        bad := policy.why_not_less(
            request,
            minutes=offer.minutes,
            targets=[target.pk for target in offer.targets],
            read_only=offer.read_only,
        )
    ):
        raise BadInput(bad[1], field=bad[0])


def lock_unratified(request: Request, *, at: datetime) -> Request:
    """Lock a request whose ratification still waits for an answer."""
    request = lock(request)
    _expect_unratified(request)
    if request.ratify_by and request.ratify_by <= at:
        raise WrongState(phrase("The time to ratify is over; the access is being closed."))
    return request


def _expect_unratified(request: Request) -> None:
    if request.ratification == Request.Ratification.NOT_REQUIRED:
        raise WrongState(phrase("This request was not made by breaking the glass."))
    if request.ratification != Request.Ratification.PENDING:
        raise WrongState(_SETTLED[request.ratification])


def _settle(request: Request, ratification: Request.Ratification, *, at: datetime) -> None:
    request.ratification = ratification
    request.ratified_at = at
    request.save(update_fields=["ratification", "ratified_at"])


def _revoke_if_standing(request: Request, *, reason: str, by: User | None, at: datetime) -> None:
    grant = lock(request.grant)
    if grant.status in grant.STANDING:
        grants.revoke_locked(grant, reason=reason, by=by, at=at)
