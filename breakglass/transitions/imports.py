"""Bringing scenarios in from a file: all of it or nothing."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import Permission

from accounts.models import User
from audit import log
from audit.config import changing
from breakglass.models import ApprovalStep, GroupPermit, Scenario, ScenarioVersion
from breakglass.transitions.scenarios import publish
from breakglass.yaml_files import PermitPlan, Plan, StepPlan
from core.errors import BadInput, DomainError, WrongState
from core.speech import phrase


@dataclasses.dataclass(frozen=True)
class BroughtIn:
    """What a file made of one scenario: its newest version, and whether the file made it."""

    scenario: Scenario
    version: ScenarioVersion
    changed: bool


@log.transition
def bring_in(
    plans: Sequence[Plan], *, by: User | None, reason: str, at: datetime
) -> list[BroughtIn]:
    """Make the scenarios as the plans say, and publish what has changed.

    Raises BadInput or WrongState with the file and the scenario; then nothing has changed.
    """
    with changing(actor=by.ref if by else log.SYSTEM, reason=reason):
        return [_bring_in(plan, by=by, reason=reason, at=at) for plan in plans]


def _bring_in(plan: Plan, *, by: User | None, reason: str, at: datetime) -> BroughtIn:
    scenario = plan.row
    before = scenario.current
    lay_out(plan)
    try:
        version = publish(scenario, by=by, reason=reason, at=at)
    except BadInput as error:
        raise BadInput(_placed(plan, error), field=error.field) from error
    except WrongState as error:
        raise WrongState(_placed(plan, error)) from error
    return BroughtIn(scenario, version, changed=version != before)


def lay_out(plan: Plan) -> None:
    """Save a scenario and all that hangs on it as the plan says; publishing comes after."""
    plan.row.save()
    plan.row.targets.set(plan.targets)
    plan.row.alert_groups.set(plan.alert_groups)
    _set_steps(plan.row, plan.steps)
    _set_permits(plan.row, plan.permits)


def _placed(plan: Plan, error: DomainError) -> str:
    where = f"{plan.file}: {plan.row.slug}"
    return phrase("%(where)s: %(why)s", where=where, why=error.args[0])


def _set_steps(scenario: Scenario, plans: Sequence[StepPlan]) -> None:
    """Change, add and remove steps; those that stay the same are not written."""
    rows = {step.position: step for step in scenario.steps.all()}
    for plan in plans:
        row = rows.pop(plan.position, None) or ApprovalStep(scenario=scenario)
        wanted = {field.name: getattr(plan, field.name) for field in dataclasses.fields(plan)}
        if row.pk is None or any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save()
    for row in rows.values():
        row.delete()


def _set_permits(scenario: Scenario, plans: Sequence[PermitPlan]) -> None:
    """Change, add and remove permits; those that stay the same are not written."""
    kinds = Permission.objects.filter(content_type__app_label="breakglass")
    permissions = {permission.codename: permission for permission in kinds}
    rows = {(row.permission_id, row.group_id): row for row in scenario.permits.all()}
    for plan in plans:
        permission = permissions[plan.permit.value]
        row = rows.pop((permission.pk, plan.group.pk), None)
        if row is None:
            GroupPermit.objects.create(
                content_object=scenario, permission=permission, group=plan.group, until=plan.until
            )
        elif row.until != plan.until:
            row.until = plan.until
            row.save(update_fields=["until"])
    for row in rows.values():
        row.delete()
