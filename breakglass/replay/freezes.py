"""Freezes, as the record tells them, beside their rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.replay.things import UNTOLD, Deed, History, Replayable, Said, missing, provide
from breakglass import freeze_events as events
from breakglass.models import Freeze
from breakglass.replay.facts import compared, person, said_by, told

_IMPOSED = events.FreezeImposed.kind
_NOT_LIFTED: dict[str, Any] = dict.fromkeys(
    ("lift_proposed_at", "lift_proposed_by", "lifted_at", "lifted_by")
)


def _by(deed: Deed) -> dict[str, Said]:
    """Return what one entry changes."""
    by = person(deed.actor)
    if deed.kind == _IMPOSED:
        begins = said_by(deed, imposed_at=deed.at, imposed_by=by, **_NOT_LIFTED)
        return begins | told(deed, "reason", kind="scope", what="target")
    if deed.kind == events.FreezeLiftProposed.kind:
        proposed = said_by(deed, lift_proposed_at=deed.at, lift_proposed_by=by)
        return proposed | told(deed, lift_reason="reason")
    if deed.kind == events.FreezeKept.kind:
        return said_by(deed, lift_proposed_at=None, lift_proposed_by=None, lift_reason="")
    if deed.kind == events.FreezeLifted.kind:
        return said_by(deed, lifted_at=deed.at, lifted_by=by)
    return {}


def compare(histories: Mapping[str, History]) -> dict[str, list[str]]:
    """Return what differs between freezes and their histories."""
    rows = Freeze.objects.filter(pk__in=map(UUID, histories))
    found = {row.pk.hex: row for row in rows.select_related("person", "scenario")}
    return {key: _one(found.get(key), deeds) for key, deeds in histories.items()}


def _one(row: Freeze | None, deeds: History) -> list[str]:
    if not deeds or deeds[0].kind != _IMPOSED:
        return [UNTOLD] if row else []
    if row is None:
        return missing(deeds[0])
    said: dict[str, Said] = {}
    for deed in deeds:
        if deed.kind == events.FreezeLiftProposed.kind:
            said.pop("lift_reason", None)  # what was erased is not known any more
        said |= _by(deed)
    frozen = row.person or row.scenario
    fields = {
        name: getattr(row, name)
        for name in ("kind", "reason", "imposed_at", "lift_proposed_at", "lift_reason", "lifted_at")
    } | {
        "what": frozen.ref if frozen else "",
        "imposed_by": row.imposed_by_id,
        "lift_proposed_by": row.lift_proposed_by_id,
        "lifted_by": row.lifted_by_id,
    }
    return compared(fields, said)


def _after(key: str, limit: int, since: datetime | None) -> list[str]:
    rows = Freeze.objects.order_by("pk")
    rows = rows.filter(pk__gt=UUID(key)) if key else rows
    rows = rows.filter(imposed_at__gte=since) if since else rows
    return [pk.hex for pk in rows.values_list("pk", flat=True)[:limit]]


provide(Replayable(name="freeze", founding=[_IMPOSED], compare=compare, after=_after))
