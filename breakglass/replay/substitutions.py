"""Substitutions, as the record tells them, beside their rows: who lends their say shows there."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from audit.replay.things import UNTOLD, Deed, History, Replayable, Said, missing, provide
from breakglass import substitution_events as events
from breakglass.models import Substitution
from breakglass.replay.facts import compared, person, said_by, told, told_times

_NAMED = events.SubstitutionNamed.kind


def _by(deed: Deed) -> dict[str, Said]:
    """Return what one entry changes."""
    by = person(deed.actor)
    if deed.kind == _NAMED:
        begins = said_by(deed, made_at=deed.at, ended_at=None, ended_by=None)
        return begins | told(deed, "person", "substitute") | told_times(deed, "since", "until")
    if deed.kind == events.SubstitutionEnded.kind:
        return said_by(deed, ended_at=deed.at, ended_by=by)
    return {}


def compare(histories: Mapping[str, History]) -> dict[str, list[str]]:
    """Return what differs between substitutions and their histories."""
    rows = Substitution.objects.filter(pk__in=map(UUID, histories))
    found = {row.pk.hex: row for row in rows.told()}
    return {key: _one(found.get(key), deeds) for key, deeds in histories.items()}


def _one(row: Substitution | None, deeds: History) -> list[str]:
    if not deeds or deeds[0].kind != _NAMED:
        return [UNTOLD] if row else []
    if row is None:
        return missing(deeds[0])
    said: dict[str, Said] = {}
    for deed in deeds:
        said |= _by(deed)
    fields = {name: getattr(row, name) for name in ("since", "until", "made_at", "ended_at")}
    people = {"person": row.person.ref, "substitute": row.substitute.ref}
    return compared(fields | people | {"ended_by": row.ended_by_id}, said)


def _after(key: str, limit: int, since: datetime | None) -> list[str]:
    rows = Substitution.objects.order_by("pk")
    rows = rows.filter(pk__gt=UUID(key)) if key else rows
    rows = rows.filter(made_at__gte=since) if since else rows
    return [pk.hex for pk in rows.values_list("pk", flat=True)[:limit]]


provide(Replayable(name="substitution", founding=[_NAMED], compare=compare, after=_after))
