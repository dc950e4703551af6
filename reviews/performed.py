"""What an entry of an action says, made ready to be held against what was asked for."""

from collections.abc import Mapping
from typing import Any

from audit import reading
from audit.models import Entry
from judgement.facts import Facts, Kind, Quality
from judgement.grounds import Said
from judgement.reading import facts_of


def details(entry: Entry) -> dict[str, Any]:
    """Return what an entry says of an action, without what was erased."""
    parts = reading.parts_of(entry)
    return parts.get("d", {}) | parts.get("p", {})


def facts(told: Mapping[str, Any]) -> Facts:
    """Read an action; one whose words are erased is one that cannot be read."""
    statement = str(told.get("statement", ""))
    kind = Kind(told.get("language", Kind.SQL))
    if not statement:
        return Facts(kind=kind, verbs=frozenset(), quality=Quality.NONE)
    return facts_of(kind, statement)


def said(told: Mapping[str, Any], read: Facts) -> Said:
    """Return an action as it is held against a reason."""
    return Said.of(str(told.get("statement", "")), read)
