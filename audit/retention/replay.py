"""Legal holds, as the record tells them, beside their rows: nobody lifts one by SQL unseen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.holds import Hold
from audit.replay.things import (
    UNTOLD,
    Deed,
    History,
    Replayable,
    Said,
    differing,
    missing,
    provide,
)
from audit.retention.events import HoldKept, HoldLifted, HoldLiftProposed, HoldPlaced

_PROPOSAL = ("lift_reason", "lift_proposed_at", "lift_proposed_by")
_LIFT = ("lifted_at", "lifted_by")


def _by(deed: Deed) -> dict[str, Any]:
    """Return what one entry makes of the fields; words that were erased are not told."""
    facts = deed.facts
    if deed.kind == HoldPlaced.kind:
        begins = {
            "kind": facts.get("scope"),
            "ref": facts.get("ref"),
            "reason": facts.get("reason"),
        }
        begins |= {"placed_at": deed.at, "placed_by": deed.actor}
        return begins | _no_proposal() | dict(zip(_LIFT, (None, ""), strict=True))
    if deed.kind == HoldLiftProposed.kind:
        told = (facts.get("reason"), deed.at, deed.actor)
        return dict(zip(_PROPOSAL, told, strict=True))
    if deed.kind == HoldLifted.kind:
        return dict(zip(_LIFT, (deed.at, deed.actor), strict=True))
    return _no_proposal() if deed.kind == HoldKept.kind else {}


def _no_proposal() -> dict[str, Any]:
    return dict(zip(_PROPOSAL, ("", None, ""), strict=True))


def compare(histories: Mapping[str, History]) -> dict[str, list[str]]:
    """Return what differs between holds and their histories."""
    rows = Hold.objects.filter(pk__in=map(UUID, histories))
    found = {row.pk.hex: row for row in rows}
    return {key: _one(found.get(key), deeds) for key, deeds in histories.items()}


def _one(row: Hold | None, deeds: History) -> list[str]:
    if not deeds or deeds[0].kind != HoldPlaced.kind:
        return [UNTOLD] if row else []
    if row is None:
        return missing(deeds[0])
    said: dict[str, Said] = {}
    for deed in deeds:
        said |= {name: Said(value=value, seq=deed.seq) for name, value in _by(deed).items()}
    erased = {name for name in ("kind", "ref", "reason", "lift_reason") if said[name].value is None}
    return [
        text
        for name, each in said.items()
        if name not in erased
        for text in differing(name, getattr(row, name), each)
    ]


def _after(key: str, limit: int, since: datetime | None) -> list[str]:
    rows = Hold.objects.order_by("pk")
    rows = rows.filter(pk__gt=UUID(key)) if key else rows
    rows = rows.filter(placed_at__gte=since) if since else rows
    return [pk.hex for pk in rows.values_list("pk", flat=True)[:limit]]


provide(Replayable(name="hold", founding=[HoldPlaced.kind], compare=compare, after=_after))
