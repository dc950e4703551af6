"""Taking rights away: at once where it strengthens a control, else proposed to a second person."""

from datetime import datetime

from django.contrib.auth.models import Group

from accounts.memberships import take_out
from accounts.models import Membership, User
from audit.config import changing
from breakglass.models import GroupPermit, Permit, ProposedChange, Scenario
from breakglass.transitions import changes
from breakglass.transitions.scenarios import publish
from core.errors import BadInput, WrongState
from core.speech import phrase
from reviews.models import CampaignItem


def standing(item: CampaignItem, *, at: datetime) -> bool:
    """Whether the right of an item is still there."""
    if item.person:
        rows = Membership.objects.standing(at)
        return rows.filter(user=item.person, group=item.group).exists()
    permits = GroupPermit.objects.of(Permit(item.permit)).standing(at)
    return permits.filter(content_object=item.scenario, group=item.group).exists()


def remove(item: CampaignItem, *, by: User, reason: str, at: datetime) -> ProposedChange | None:
    """Take the right of an item away; return the change where it waits for somebody else.

    Raises WrongState where the scenario could not be used without it.
    """
    group = item.group
    if group is None:
        return None
    if item.person:
        return _leave(item.person, group, by=by, reason=reason, at=at)
    if item.scenario:
        return _permit(item.scenario, Permit(item.permit), group, by=by, reason=reason, at=at)
    return None


def _leave(
    person: User, group: Group, *, by: User, reason: str, at: datetime
) -> ProposedChange | None:
    def do() -> None:
        with changing(actor=by.ref, reason=reason):
            take_out(person, group)

    return changes.carry_out(do, to=person, by=by, reason=reason, at=at)


def _permit(
    scenario: Scenario, permit: Permit, group: Group, *, by: User, reason: str, at: datetime
) -> ProposedChange | None:
    """Take a permit from a group; the permit to decide goes with the steps that ask it."""

    def do() -> None:
        with changing(actor=by.ref, reason=reason):
            steps = scenario.steps.filter(group=group) if permit == Permit.APPROVE else []
            asked = [step.delete() for step in steps]
            for row in scenario.permits.of(permit).filter(group=group):
                row.delete()
        if asked and not scenario.archived_at:
            publish(scenario, by=by, reason=reason, at=at)

    try:
        return changes.carry_out(do, to=scenario, by=by, reason=reason, at=at)
    except BadInput as error:
        facts = {"scenario": scenario, "group": group, "why": error.args[0]}
        raise WrongState(
            phrase(
                "%(scenario)s cannot do without %(group)s as it is now: %(why)s An administrator"
                " has to change the scenario first.",
                **facts,
            )
        ) from error
