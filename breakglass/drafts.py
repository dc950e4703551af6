"""What the rows of a scenario say now, published or not, and how two bodies of rules differ."""

from typing import Any

from breakglass.models import Scenario
from breakglass.rules import Rules, Step, complete

_MADE_OF_ROWS = ("targets", "steps", "alert_groups", "working_from", "working_until")


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
        for step in sorted(_rows(scenario, "steps", "group"), key=lambda row: row.position)
    )
    copied: dict[str, Any] = {
        name: tuple(value) if isinstance(value := getattr(scenario, name), list) else value
        for name in Rules.__dataclass_fields__
        if name not in _MADE_OF_ROWS
    }
    return Rules(
        **copied,
        targets=tuple(sorted(target.pk.hex for target in _rows(scenario, "targets"))),
        steps=steps,
        alert_groups=tuple(sorted(group.pk for group in _rows(scenario, "alert_groups"))),
        working_from=scenario.working_from.strftime("%H:%M"),
        working_until=scenario.working_until.strftime("%H:%M"),
    )


def body_of(scenario: Scenario) -> dict[str, Any]:
    """Return the rules as the database gives a version's body back: tuples are lists."""
    return {key: _plain(value) for key, value in rules_of(scenario).body().items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return {field: [before, after]} for each field of two version bodies that differs."""
    before, after = complete(before), complete(after)
    return {
        key: [before.get(key), after.get(key)]
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    }


def _rows(scenario: Scenario, name: str, *related: str) -> list[Any]:
    """Return rows of a scenario: those that were fetched with it, else from the database."""
    if name in getattr(scenario, "_prefetched_objects_cache", {}):
        return list(getattr(scenario, name).all())
    return list(getattr(scenario, name).select_related(*related))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
