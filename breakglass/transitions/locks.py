"""Locks and refusals that the transitions share. Lock order: person, request, grant, doors."""

from datetime import datetime
from typing import Protocol, TypeVar

from django.db import connection, models

from accounts.models import User
from breakglass.models import Grant, Request
from core.errors import BadInput, NotAllowed, WrongState
from core.reasons import why_not_reason
from core.speech import Sentence, phrase

# Any number: names the advisory lock between grants that begin and freezes that are imposed.
_FREEZE_LOCK = 0x0B5EA4

_INSTEAD: dict[str, Sentence] = {
    Request.State.PENDING: phrase("This request waits for an approver, not for this."),
    Request.State.COUNTERED: phrase("This request waits for the requester's answer to an offer."),
    Request.State.ACTIVATED: phrase(
        "This request broke the glass: it can only be ratified or refused."
    ),
    Request.State.APPROVED: phrase("This request is already approved."),
    Request.State.DENIED: phrase("This request is already denied."),
    Request.State.WITHDRAWN: phrase("This request is already withdrawn."),
    Request.State.LAPSED: phrase("This request is already lapsed."),
}
_OVER: dict[str, Sentence] = {
    Grant.Status.EXPIRED: phrase("This access is over: expired."),
    Grant.Status.RELINQUISHED: phrase("This access is over: ended by its holder."),
    Grant.Status.REVOKED: phrase("This access is over: revoked."),
}

M = TypeVar("M", bound=models.Model)


class Refs(Protocol):
    """What the record names."""

    @property
    def ref(self) -> str: ...


def lock(row: M) -> M:
    """Return `row` as it is now, locked until the end of the transaction."""
    # `__class__`, not type(): the person of a web request comes wrapped in a lazy object.
    manager = row.__class__._base_manager  # noqa: SLF001  (Django's documented way past filters)
    return manager.select_for_update(no_key=True).get(pk=row.pk)


def lock_request(request: Request, *, expect: tuple[Request.State, ...]) -> Request:
    """Lock a request and check its state; the sentence says what it is instead."""
    request = lock(request)
    if request.state not in expect:
        raise WrongState(_INSTEAD[request.state])
    return request


def lock_open(request: Request, *, expect: tuple[Request.State, ...], at: datetime) -> Request:
    """Lock a request that may still be answered: the clock decides, not the sweeper."""
    request = lock_request(request, expect=expect)
    if request.lapse_at <= at:
        raise WrongState(
            phrase("This request has lapsed: nobody answered in time. Make a new one.")
        )
    return request


def lock_grant(grant: Grant) -> Grant:
    """Lock a grant that nothing has ended yet."""
    grant = lock(grant)
    if grant.status not in Grant.STANDING:
        raise WrongState(_OVER[grant.status])
    return grant


def hold_off_freezes() -> None:
    """Make a freeze wait until this transaction's grant is there for it to revoke."""
    _advisory("pg_advisory_xact_lock_shared")


def hold_off_grants() -> None:
    """Wait for grants in the making, and keep new ones from passing the check meanwhile."""
    _advisory("pg_advisory_xact_lock")


def _advisory(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_FREEZE_LOCK])


def check_reason(reason: str) -> None:
    """Raise BadInput when a reason says too little."""
    if why := why_not_reason(reason):
        raise BadInput(why, field="reason")


def refuse_unless(
    why: str | None, *, by: User, subject: Refs, at: datetime, case: str = ""
) -> None:
    """Raise NotAllowed with the sentence `why`, if there is one."""
    if why:
        raise NotAllowed(why, actor=by.ref, subject=subject.ref, at=at, case=case)
