"""The life of a grant: start, schedule, extend, relinquish, revoke, expire."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from accounts.models import User
from audit import log
from audit.events import Event
from breakglass import events, policy
from breakglass.models import Grant, Request
from breakglass.signals import grant_ended
from breakglass.transitions.locks import (
    check_reason,
    hold_off_freezes,
    lock,
    lock_grant,
    refuse_unless,
)
from core.errors import WrongState
from core.speech import phrase
from targets import transitions as doors

# Why a door closes, as the record has it: English, whoever acted. Pages translate it.
_WHY = {
    Grant.Status.EXPIRED: gettext_noop("expired"),
    Grant.Status.RELINQUISHED: gettext_noop("ended by its holder"),
    Grant.Status.REVOKED: gettext_noop("revoked"),
}


def start_unapproved(request: Request, *, at: datetime) -> Grant:
    """Start the access of a break-glass request. Call in the transaction that makes it."""
    grant = _create(request, starts_at=at, status=Grant.Status.ACTIVE, at=at)
    names = _open_doors(grant, actor=request.requester.ref, at=at)
    if request.ratify_by is None:
        raise ValueError("A break-glass request has a ratification deadline.")
    _record(
        grant,
        events.BreakglassActivated(
            targets=names,
            ends_at=grant.ends_at.isoformat(),
            ratify_by=request.ratify_by.isoformat(),
            justification=request.justification,
        ),
        actor=request.requester.ref,
        at=at,
    )
    return grant


def start_approved(request: Request, *, at: datetime) -> Grant:
    """Start, schedule or extend what has just been approved. Call under the request's lock.

    Raises WrongState when a freeze, the limit of open grants or the end of the extended grant
    stands against it; the approval is undone with it.
    """
    hold_off_freezes()
    person = lock(request.requester)
    if why := policy.why_frozen(request.scenario, person=person):
        raise WrongState(why)
    if request.extends:
        return _extend(request, lock_grant(request.extends), at=at)
    if why := policy.why_no_room(request.scenario, request.rules, person=person, at=at):
        raise WrongState(why)
    starts_at = max(request.starts_at or at, at)
    if starts_at > at:
        grant = _create(request, starts_at=starts_at, status=Grant.Status.SCHEDULED, at=at)
        event = events.GrantScheduled(
            starts_at=grant.starts_at.isoformat(),
            ends_at=grant.ends_at.isoformat(),
            targets=[target.name for target in grant.targets.all()],
        )
        _record(grant, event, actor=log.SYSTEM, at=at)
        return grant
    grant = _create(request, starts_at=at, status=Grant.Status.ACTIVE, at=at)
    _activated(grant, at=at)
    return grant


@log.transition
def activate(grant: Grant, *, at: datetime) -> Grant:
    """Start a scheduled grant whose time has come.

    Raises WrongState when it is not due, is over, or its holder is frozen (then it is revoked by
    the freeze itself).
    """
    hold_off_freezes()
    grant = lock_grant(grant)
    if grant.status != Grant.Status.SCHEDULED or not grant.is_live(at):
        raise WrongState(phrase("This access is not waiting to start now."))
    if why := policy.why_frozen(grant.scenario, person=grant.holder):
        raise WrongState(why)
    grant.status = Grant.Status.ACTIVE
    grant.activated_at = at
    grant.save(update_fields=["status", "activated_at"])
    _activated(grant, at=at)
    return grant


@log.transition
def relinquish(grant: Grant, *, by: User, at: datetime) -> Grant:
    """End one's own access early.

    Raises WrongState when it is already over, NotAllowed for anybody but the holder.
    """
    grant = lock_grant(grant)
    why = policy.why_not_relinquish(grant, by=by)
    refuse_unless(why, by=by, subject=grant, at=at, case=grant.case_ref)
    _end(grant, Grant.Status.RELINQUISHED, events.GrantRelinquished(), by=by, at=at)
    return grant


@log.transition
def revoke(grant: Grant, *, by: User, reason: str, at: datetime) -> Grant:
    """End a live grant of somebody else early, with a reason.

    Raises WrongState when it is already over, NotAllowed when `by` may not end it, BadInput when
    the reason says too little.
    """
    grant = lock_grant(grant)
    why = policy.why_not_revoke(grant, by=by, at=at)
    refuse_unless(why, by=by, subject=grant, at=at, case=grant.case_ref)
    check_reason(reason)
    revoke_locked(grant, reason=reason, by=by, at=at)
    return grant


@log.transition
def stop(grant: Grant, *, reason: str, at: datetime) -> Grant:
    """End a live grant because of what is done under it, where its scenario says so.

    Raises WrongState when it is already over, or the scenario does not say so.
    """
    grant = lock_grant(grant)
    if not grant.request.rules.stop_on_breach:
        raise WrongState(phrase("This scenario does not end an access for what is done under it."))
    revoke_locked(grant, reason=reason, by=None, at=at)
    return grant


@log.transition
def expire(grant: Grant, *, at: datetime) -> Grant:
    """Write down that the clock has ended a grant; it opened nothing since.

    Raises WrongState when it is already over or still live.
    """
    grant = lock_grant(grant)
    if grant.ends_at > at:
        raise WrongState(phrase("This access is still live."))
    _end(grant, Grant.Status.EXPIRED, events.GrantExpired(), by=None, at=at)
    return grant


def revoke_locked(grant: Grant, *, reason: str, by: User | None, at: datetime) -> None:
    """Revoke a grant whose lock the caller holds; without `by` a rule does it."""
    _end(grant, Grant.Status.REVOKED, events.GrantRevoked(reason=reason), by=by, at=at, why=reason)


def _create(request: Request, *, starts_at: datetime, status: Grant.Status, at: datetime) -> Grant:
    grant = Grant.objects.create(
        request=request,
        holder=request.requester,
        scenario=request.scenario,
        read_only=request.read_only,
        break_glass=request.urgency == Request.Urgency.BREAK_GLASS,
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=request.minutes),
        activated_at=at if status == Grant.Status.ACTIVE else None,
    )
    grant.targets.set(request.targets.all())
    return grant


def _activated(grant: Grant, *, at: datetime) -> None:
    names = _open_doors(grant, actor=log.SYSTEM, at=at)
    event = events.GrantActivated(
        targets=names, ends_at=grant.ends_at.isoformat(), read_only=grant.read_only
    )
    _record(grant, event, actor=log.SYSTEM, at=at)


def _open_doors(grant: Grant, *, actor: str, at: datetime) -> list[str]:
    """Intend a door at each target; return their names."""
    targets = list(grant.targets.order_by("name"))
    for target in targets:
        doors.intend(
            target,
            grant=grant.pk,
            holder=grant.holder.ref,
            case=grant.case_ref,
            starts_at=grant.starts_at,
            until=grant.ends_at,
            read_only=grant.read_only,
            actor=actor,
            at=at,
        )
    return [target.name for target in targets]


def _extend(request: Request, grant: Grant, *, at: datetime) -> Grant:
    if not grant.is_live(at):
        raise WrongState(phrase("This access is over, so it cannot be extended."))
    grant.ends_at += timedelta(minutes=request.minutes)
    grant.save(update_fields=["ends_at"])
    for door in grant.doors():
        doors.prolong(door, until=grant.ends_at, actor=log.SYSTEM, at=at)
    event = events.GrantExtended(ends_at=grant.ends_at.isoformat(), minutes=request.minutes)
    _record(grant, event, actor=log.SYSTEM, at=at)
    return grant


def _end(
    grant: Grant,
    status: Grant.Status,
    event: Event,
    *,
    by: User | None,
    at: datetime,
    why: str = "",
) -> None:
    """Write the end, close the doors, record it, and let a review become due."""
    grant.status = status
    grant.ended_at = at
    grant.ended_by = by
    grant.end_reason = why
    grant.save(update_fields=["status", "ended_at", "ended_by", "end_reason"])
    actor = by.ref if by else log.SYSTEM
    for door in grant.doors():
        doors.shut(door, why=_WHY[status], actor=actor, at=at)
    _record(grant, event, actor=actor, at=at)
    grant_ended.send(sender=Grant, grant=grant, at=at)


def _record(grant: Grant, event: Event, *, actor: str, at: datetime) -> None:
    log.record(event, actor=actor, subject=grant.ref, at=at, case=grant.case_ref)
