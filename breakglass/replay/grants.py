"""Grants, as the record tells them, beside their rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.replay.things import UNTOLD, Deed, History, Replayable, Said, missing, provide
from breakglass import events
from breakglass.models import Grant
from breakglass.replay.facts import Targets, compared, person, said_by, told, told_times

Status = Grant.Status
_SCHEDULED, _ACTIVATED = events.GrantScheduled.kind, events.GrantActivated.kind
_BROKEN = events.BreakglassActivated.kind
_FOUNDING = (_SCHEDULED, _ACTIVATED, _BROKEN)
_ENDED = {
    events.GrantRelinquished.kind: Status.RELINQUISHED,
    events.GrantRevoked.kind: Status.REVOKED,
    events.GrantExpired.kind: Status.EXPIRED,
}
_TOLD_ANEW = {events.GrantExtended.kind: ["ends_at"], events.GrantRevoked.kind: ["end_reason"]}
_FIELDS = (
    "status", "starts_at", "ends_at", "activated_at", "ended_at", "read_only", "break_glass",
    "end_reason",
)  # fmt: skip


def _replayed(deeds: History) -> dict[str, Said]:
    said: dict[str, Said] = {}
    for deed in deeds:
        for name in _TOLD_ANEW.get(deed.kind, ()):  # and not known where that was erased
            said.pop(name, None)
        said |= _by(deed)
    return said


def _by(deed: Deed) -> dict[str, Said]:
    """Return what one entry changes."""
    if deed.kind == _SCHEDULED:
        begins = said_by(deed, status=Status.SCHEDULED, activated_at=None, **_NOT_OVER)
        return begins | _always(deed) | told_times(deed, "starts_at")
    if deed.kind in (_ACTIVATED, _BROKEN):
        said = said_by(deed, status=Status.ACTIVE, activated_at=deed.at, **_NOT_OVER)
        if deed.kind == _BROKEN:
            said |= said_by(deed, holder=person(deed.actor), break_glass=True)
        return said | _always(deed) | told(deed, "read_only")
    if deed.kind == events.GrantExtended.kind:
        return told_times(deed, "ends_at")
    if deed.kind in _ENDED:
        by = person(deed.actor)
        said = said_by(deed, status=_ENDED[deed.kind], ended_at=deed.at, ended_by=by)
        return said | told(deed, end_reason="reason")
    return {}


_NOT_OVER: dict[str, Any] = {"ended_at": None, "ended_by": None, "end_reason": ""}


def _always(deed: Deed) -> dict[str, Said]:
    return said_by(deed, case_ref=deed.case) | told(deed, "targets") | told_times(deed, "ends_at")


def compare(histories: Mapping[str, History]) -> dict[str, list[str]]:
    """Return what differs between grants and their histories."""
    rows = {
        row.pk.hex: row
        for row in Grant.objects.filter(pk__in=map(UUID, histories))
        .select_related("request")
        .prefetch_related("targets")
    }
    targets = Targets()
    return {key: _one(rows.get(key), deeds, targets) for key, deeds in histories.items()}


def _one(row: Grant | None, deeds: History, targets: Targets) -> list[str]:
    if not deeds or deeds[0].kind not in _FOUNDING:
        return [UNTOLD] if row else []
    if row is None:
        return missing(deeds[0])
    said, first = _replayed(deeds), deeds[0]
    if first.kind != _SCHEDULED:
        said |= said_by(first, starts_at=first.at)
    if first.kind != _BROKEN:  # the house began it: whose it is, its request says
        said |= said_by(first, holder=row.request.requester_id, break_glass=False)
    names, wanted = [target.name for target in row.targets.all()], said.pop("targets", None)
    fields = {name: getattr(row, name) for name in _FIELDS} | {
        "holder": row.holder_id,
        "ended_by": row.ended_by_id,
        "case_ref": row.case_ref,
    }
    return [*compared(fields, said), *targets.compared(names, wanted)]


def _after(key: str, limit: int, since: datetime | None) -> list[str]:
    rows = Grant.objects.order_by("pk")
    rows = rows.filter(pk__gt=UUID(key)) if key else rows
    rows = rows.filter(request__submitted_at__gte=since) if since else rows
    return [pk.hex for pk in rows.values_list("pk", flat=True)[:limit]]


provide(Replayable(name="grant", founding=_FOUNDING, compare=compare, after=_after))
