"""The way in: credentials for one door of a live grant; and who was refused."""

import dataclasses
from datetime import datetime

from django.conf import settings
from django.http import Http404

from accounts.models import User
from audit import heads, log
from audit import transitions as audit_transitions
from breakglass import events, policy, transitions
from breakglass.models import Grant, Request
from breakglass.transitions.locks import Refs
from core.errors import Attempt, NotAllowed, WrongState
from core.speech import phrase
from targets import credentials
from targets.credentials import Credentials
from targets.models import Target

_STARTED = (events.GrantActivated.kind, events.BreakglassActivated.kind)
_PATIENCE = 2.0  # seconds; a signature usually takes some milliseconds


def way_in(
    grant: Grant, target: Target, *, by: User, at: datetime, renew: bool = False
) -> Credentials:
    """Return what the holder needs to connect; shown once, a new one only with `renew`.

    Opens the door in this process when no worker has done so yet, so that neither Redis nor a
    worker stands between a person and an emergency. Never call it inside a transaction.

    Raises NotAllowed for anybody but the holder, WrongState when the grant is not live, the door
    cannot be opened, or the credentials were shown already.
    """
    if why := policy.why_no_credentials(grant, by=by, at=at):
        raise refused(why, verb="way_in", by=by, subject=grant, at=at)
    if not grant.is_live(at):
        raise WrongState(_why_not_live(grant, at))
    if grant.status == Grant.Status.SCHEDULED:
        grant = transitions.activate(grant, at=at)
    door = grant.doors().filter(target=target).first()
    if door is None:
        raise WrongState(phrase("This access has no door to %(target)s.", target=target.name))
    _prove(grant, by=by, at=at)
    return credentials.issue(door, by=by, renew=renew, at=at)


def _prove(grant: Grant, *, by: User, at: datetime) -> None:
    """Wait a moment until the start of this access is signed: then nobody can deny it later.

    When that takes too long an emergency goes on, and everybody who oversees the record is told,
    unless the house has chosen otherwise: then nobody is let in before it is signed, or before
    enough witnesses have signed it as well.

    Raises WrongState where it has.
    """
    patience = _PATIENCE if heads.is_signing(at) else 0
    seen = settings.LEDGER_REQUIRE_WITNESS
    if heads.wait_for(grant.ref, *_STARTED, patience=patience, witnessed=seen):
        return
    if seen and heads.wait_for(grant.ref, *_STARTED, patience=0):
        raise WrongState(
            phrase(
                "The witnesses of the record cannot be reached now, and this house lets nobody in "
                "without. Tell an administrator, then try again."
            )
        )
    if seen or settings.LEDGER_REQUIRE_SEAL:
        raise WrongState(
            phrase(
                "The record cannot be signed now, and this house lets nobody in without. "
                "Tell an administrator that the sealer is not working, then try again."
            )
        )
    audit_transitions.degrade(actor=by.ref, subject=grant.ref, case=grant.case_ref, at=at)


def hidden(subject: Request | Grant | None, *, by: User, at: datetime) -> Http404:
    """Return an answer as if it were not there, which tells nothing; the record knows better."""
    if subject is not None:
        why = "This case is not theirs to see."
        refused(why, verb="see_a_case", by=by, subject=subject, at=at)
    return Http404()


def refused(
    why: str, *, verb: str, by: User, subject: Request | Grant | Refs, at: datetime
) -> NotAllowed:
    """Put a no that no transition has said on the record, and return it."""
    case = subject.case_ref if isinstance(subject, Request | Grant) else ""
    attempt = Attempt(actor=by.ref, subject=subject.ref, at=at, case=case)
    refusal = NotAllowed(why, **dataclasses.asdict(attempt))
    log.refused(refusal, attempt, verb=verb)
    return refusal


def _why_not_live(grant: Grant, at: datetime) -> str:
    if grant.status in Grant.STANDING and at < grant.starts_at:
        return phrase("This access starts at %(time)s.", time=grant.starts_at)
    return phrase("This access is over. Make a new request if you still need it.")
