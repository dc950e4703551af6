"""The panic switch: impose a freeze, and lift it with two people."""

from datetime import datetime

from accounts.models import User
from audit import log
from breakglass import freeze_events as events
from breakglass import policy
from breakglass.events import FROZEN
from breakglass.models import Freeze, Grant, Scenario
from breakglass.transitions import grants
from breakglass.transitions.locks import check_reason, hold_off_grants, lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import phrase

_PROPOSAL = ["lift_proposed_by", "lift_proposed_at", "lift_reason"]


@log.transition
def freeze(
    *, by: User, reason: str, at: datetime, person: User | None = None,
    scenario: Scenario | None = None,
) -> Freeze:  # fmt: skip
    """Keep a person, a scenario or (with neither) everybody out, and revoke what is open.

    Raises NotAllowed for anybody but a responder, BadInput when the reason says too little,
    WrongState when it is frozen already.
    """
    refuse_unless(policy.why_not_freeze(by=by), by=by, subject=person or scenario or by, at=at)
    check_reason(reason)
    if person and scenario:
        raise BadInput(phrase("Freeze a person or a scenario, one at a time."))
    hold_off_grants()
    kind = Freeze.Kind.PERSON if person else Freeze.Kind.SCENARIO if scenario else Freeze.Kind.ALL
    same = {"kind": kind, "person": person, "scenario": scenario}
    if Freeze.objects.standing().filter(**same).exists():
        raise WrongState(phrase("This is frozen already."))
    made = Freeze.objects.create(**same, reason=reason.strip(), imposed_at=at, imposed_by=by)
    revoked = _revoke_all(made, by=by, at=at)
    what = person or scenario
    log.record(
        events.FreezeImposed(
            scope=kind.value, target=what.ref if what else "", reason=made.reason, revoked=revoked
        ),
        actor=by.ref,
        subject=made.ref,
        at=at,
    )
    return made


@log.transition
def lift(freeze: Freeze, *, by: User, at: datetime, reason: str = "") -> Freeze:
    """Propose to lift a freeze and say why, or confirm it as the second person.

    Raises WrongState when it is lifted already, NotAllowed for the first person again, BadInput
    when the reason of a proposal says too little; who confirms agrees with the one that stands.
    """
    freeze = lock(freeze)
    if freeze.lifted_at:
        raise WrongState(phrase("This freeze is lifted already."))
    refuse_unless(policy.why_not_lift(freeze, by=by), by=by, subject=freeze, at=at)
    if freeze.lift_proposed_by is None:
        check_reason(reason)
        freeze.lift_proposed_by, freeze.lift_proposed_at = by, at
        freeze.lift_reason = reason.strip()
        freeze.save(update_fields=_PROPOSAL)
        proposed = events.FreezeLiftProposed(reason=freeze.lift_reason)
        log.record(proposed, actor=by.ref, subject=freeze.ref, at=at)
        return freeze
    freeze.lifted_by, freeze.lifted_at = by, at
    freeze.save(update_fields=["lifted_by", "lifted_at"])
    log.record(events.FreezeLifted(), actor=by.ref, subject=freeze.ref, at=at)
    return freeze


@log.transition
def keep(freeze: Freeze, *, by: User, at: datetime) -> Freeze:
    """Take back a proposal to lift a freeze, or say no to that of somebody else.

    Raises WrongState when nobody proposes it (any more), NotAllowed for the frozen person and for
    whoever is no responder.
    """
    freeze = lock(freeze)
    if freeze.lifted_at:
        raise WrongState(phrase("This freeze is lifted already."))
    if freeze.lift_proposed_by is None:
        raise WrongState(phrase("Nobody proposes to lift this freeze. It stays as it is."))
    refuse_unless(policy.why_not_keep(freeze, by=by), by=by, subject=freeze, at=at)
    kept = events.FreezeKept(proposer=freeze.lift_proposed_by.ref)
    freeze.lift_proposed_by, freeze.lift_proposed_at, freeze.lift_reason = None, None, ""
    freeze.save(update_fields=_PROPOSAL)
    log.record(kept, actor=by.ref, subject=freeze.ref, at=at)
    return freeze


def _revoke_all(freeze: Freeze, *, by: User, at: datetime) -> int:
    """Revoke every standing grant that the freeze stops; return how many."""
    stopped = [grant.pk for grant in Grant.objects.standing() if freeze.stops(grant)]
    locked = Grant.objects.select_for_update(no_key=True).filter(pk__in=stopped).order_by("pk")
    revoked = 0
    for grant in locked:
        if grant.status in Grant.STANDING:
            grants.revoke_locked(grant, reason=FROZEN, by=by, at=at)
            revoked += 1
    return revoked
