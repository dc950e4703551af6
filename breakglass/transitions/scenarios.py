"""Publishing a scenario: each saved change becomes a version that is never altered."""

from datetime import datetime
from typing import Any

from guardian.shortcuts import assign_perm

from accounts.models import User
from audit import log
from breakglass import events
from breakglass.models import Permit, Scenario, ScenarioVersion
from breakglass.rules import Rules, Step
from breakglass.transitions.locks import lock
from core.errors import BadInput


@log.transition
def publish(scenario: Scenario, *, by: User | None, reason: str, at: datetime) -> ScenarioVersion:
    """Make a version of what is saved, if it differs from the newest one.

    The groups of its steps are given the permission to decide, so that an approver is never
    named without power. Raises BadInput without a reason.
    """
    if not reason.strip():
        raise BadInput("Say why you change it; it stands in the history.", field="reason")
    scenario = lock(scenario)
    body = rules_of(scenario).body()
    newest = scenario.current
    if newest and newest.body == _json(body):
        return newest
    version = ScenarioVersion.objects.create(
        scenario=scenario,
        number=newest.number + 1 if newest else 1,
        body=_json(body),
        made_at=at,
        made_by=by,
        reason=reason.strip(),
    )
    for step in scenario.steps.all():
        assign_perm(Permit.APPROVE.value, step.group, scenario)
    changes = difference(newest.body if newest else {}, version.body)
    log.record(
        events.ScenarioVersioned(number=version.number, reason=version.reason, changes=changes),
        actor=by.ref if by else log.SYSTEM,
        subject=scenario.ref,
        at=at,
    )
    return version


def rules_of(scenario: Scenario) -> Rules:
    """Return the rules as the rows say now, published or not."""
    steps = tuple(
        Step(
            position=step.position,
            group_id=step.group_id,
            group=step.group.name,
            quorum=step.quorum,
            escalate_after=step.escalate_after,
            stands_in=step.stands_in,
        )
        for step in scenario.steps.select_related("group").order_by("position")
    )
    copied = {
        name: getattr(scenario, name)
        for name in Rules.__dataclass_fields__
        if name not in ("targets", "steps", "alert_groups", "working_from", "working_until")
    }
    return Rules(
        **{
            key: tuple(value) if isinstance(value, list) else value for key, value in copied.items()
        },
        targets=tuple(sorted(key.hex for key in scenario.targets.values_list("pk", flat=True))),
        steps=steps,
        alert_groups=tuple(sorted(scenario.alert_groups.values_list("pk", flat=True))),
        working_from=scenario.working_from.strftime("%H:%M"),
        working_until=scenario.working_until.strftime("%H:%M"),
    )


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return {field: [before, after]} for each field of two version bodies that differs."""
    return {
        key: [before.get(key), after.get(key)]
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    }


def _json(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body as JSON gives it back: tuples are lists."""
    return {key: _plain(value) for key, value in body.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
