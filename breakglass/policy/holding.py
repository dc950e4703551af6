"""Who may lengthen, end or use an access, and who may freeze."""

from datetime import datetime

from accounts.models import Part, User
from accounts.policy import why_membership_over
from breakglass.models import Freeze, Grant, GroupPermit, Permit, Scenario
from breakglass.models.request import OVERSEERS
from breakglass.policy.asking import why_frozen, why_not_permitted
from breakglass.rules import Rules
from core.speech import phrase
from core.words import minutes_phrase


def why_not_extend(grant: Grant, rules: Rules, *, by: User, at: datetime) -> str | None:
    """Why `by` may not ask for more time."""
    if by != grant.holder:
        return phrase("Only the holder may ask for more time.")
    if not grant.is_live(at):
        return phrase("This access is over. Make a new request.")
    if _room(grant, rules) <= 0:
        return phrase(
            "%(scenario)s allows %(most)s in all, and they are used.",
            scenario=rules.name,
            most=minutes_phrase(rules.max_minutes),
        )
    return why_not_permitted(grant.scenario, by=by, at=at)


def why_too_long(grant: Grant, rules: Rules, *, minutes: int) -> str | None:
    """Why `minutes` more are beyond what the scenario allows."""
    if not 0 < minutes <= (room := _room(grant, rules)):
        return phrase(
            "%(scenario)s allows at most %(room)s more.",
            room=minutes_phrase(room),
            scenario=rules.name,
        )
    return None


def _room(grant: Grant, rules: Rules) -> int:
    """The minutes between the end of a grant and the most that its scenario allows."""
    return int(rules.max_minutes - (grant.ends_at - grant.starts_at).total_seconds() / 60)


def why_not_relinquish(grant: Grant, *, by: User) -> str | None:
    """Why `by` may not end the access as its holder."""
    return None if by == grant.holder else phrase("Only the holder may end it this way.")


def why_not_revoke(grant: Grant, *, by: User, at: datetime) -> str | None:
    """Why `by` may not revoke the access."""
    if by == grant.holder or by.plays(Part.RESPONDER, at):
        return None
    if Scenario.objects.permitting(by, Permit.APPROVE, at).filter(pk=grant.scenario_id).exists():
        return None
    deciding = GroupPermit.objects.of(Permit.APPROVE).standing(at)
    groups = deciding.filter(content_object=grant.scenario_id).values("group_id")
    if why := why_membership_over(by, groups, at=at):
        return why
    return phrase(
        "Only the holder, a responder or an approver of the scenario may revoke this access."
    )


def why_no_credentials(grant: Grant, *, by: User, at: datetime) -> str | None:
    """Why `by` gets no way in at `at`."""
    if by != grant.holder:
        return phrase("Only the holder gets a way in.")
    return why_frozen(grant.scenario, person=by)


def why_not_freeze(*, by: User) -> str | None:
    """Why `by` may not freeze or lift a freeze."""
    if by.plays(Part.RESPONDER):
        return None
    return phrase("Only a responder may freeze or lift a freeze.")


def why_not_read_reason(freeze: Freeze, *, by: User) -> str | None:
    """Why `by` does not read why something was frozen: those who look into it do, nobody else."""
    if by != freeze.person and any(by.plays(part) for part in OVERSEERS):
        return None
    return phrase("The reason is told to responders and to those who oversee, to nobody else.")


def why_not_lift(freeze: Freeze, *, by: User) -> str | None:
    """Why `by` may not propose or confirm that `freeze` is lifted."""
    if by == freeze.person:
        return phrase("Nobody lifts a freeze of themselves.")
    if by == freeze.lift_proposed_by:
        return phrase("A second responder has to confirm; you proposed it.")
    return why_not_freeze(by=by)


def why_not_keep(freeze: Freeze, *, by: User) -> str | None:
    """Why `by` may not end a proposal to lift `freeze`."""
    if by == freeze.person:
        return phrase("Nobody decides on a freeze of themselves.")
    return why_not_freeze(by=by)
