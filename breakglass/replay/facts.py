"""What entries say, in the types of the tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.replay.things import Deed, Said, differing
from core.refs import key_of
from targets.models import Target


def told(deed: Deed, *names: str, **others: str) -> dict[str, Said]:
    """Return what an entry says of these fields, without those that were erased.

    `others` are fields that are called otherwise in the entry.
    """
    wanted = {name: name for name in names} | others
    return {
        field: Said(value=deed.facts[fact], seq=deed.seq)
        for field, fact in wanted.items()
        if fact in deed.facts
    }


def said_by(deed: Deed, **fields: Any) -> dict[str, Said]:
    """Return these values as what an entry says by being there."""
    return {name: Said(value=value, seq=deed.seq) for name, value in fields.items()}


def retold(said: dict[str, Said], deed: Deed, *names: str) -> None:
    """Let an entry say these fields anew; what it said and was erased is not known any more."""
    for name in names:
        said.pop(name, None)
    said |= told(deed, *names)


def told_times(deed: Deed, *names: str) -> dict[str, Said]:
    """Return what an entry says of these moments."""
    return {
        name: Said(value=datetime.fromisoformat(said.value) if said.value else None, seq=said.seq)
        for name, said in told(deed, *names).items()
    }


def person(reference: str) -> UUID | None:
    """Return the person whom a reference names, or None for the house itself."""
    return key_of(reference, "user")


def compared(row: Mapping[str, object], said: Mapping[str, Said]) -> list[str]:
    """Return a sentence for each field of a row that the record says is something else."""
    return [text for name, each in said.items() for text in differing(name, row[name], each)]


class Targets:
    """Compares names of targets, some of which may be called otherwise since."""

    def __init__(self) -> None:
        self._now = set(Target.objects.values_list("name", flat=True))

    def compared(self, names: Iterable[str], said: Said | None) -> list[str]:
        """Return a sentence where a row has other targets than the record says."""
        if said is None:
            return []
        row, wanted = set(names), set(said.value)
        renamed = wanted - self._now
        if len(row) == len(said.value) and wanted - renamed <= row and (renamed or row == wanted):
            return []
        return differing("targets", sorted(row), Said(value=sorted(wanted), seq=said.seq))
