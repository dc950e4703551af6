"""What can be replayed: things of other rooms, their histories, and the words for what differs.

Rooms register the things that they know; `audit.replay.walk` walks over them.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

_LONGEST = 160  # of a value in a sentence


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deed:
    """One entry of a thing. `facts` lacks what was erased."""

    seq: int
    kind: str
    actor: str
    case: str
    at: datetime
    facts: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Said:
    """What the record says a field is, and the entry that says so."""

    value: Any
    seq: int


History = Sequence[Deed]
Compare = Callable[[Mapping[str, History]], Mapping[str, Sequence[str]]]
After = Callable[[str, int, datetime | None], list[str]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Replayable:
    """Things of one kind, such as requests.

    `founding` are the kinds of their first entries. `compare` takes histories by key (a hex id) and
    returns sentences for those that differ. `after` gives up to so many keys of rows behind one
    key, in order; where the record was pruned only those of rows made since then.
    """

    name: str
    founding: Sequence[str]
    compare: Compare
    after: After


known_things: dict[str, Replayable] = {}


def provide(things: Replayable) -> None:
    """Register things that can be replayed."""
    known_things[things.name] = things


def differing(field: str, row: Any, said: Said) -> list[str]:
    """Return a sentence where a row has another value than the record says, or none."""
    if row == said.value:
        return []
    told = f"“{_shown(row)}” in the table, “{_shown(said.value)}” by entry {said.seq}"
    return [f"{field}: {told}"]


def missing(first: Deed) -> list[str]:
    """Return the sentence for a thing that the record tells of and no table has."""
    return [f"it is in no table any more; entry {first.seq} tells of it"]


UNTOLD = "it stands in the table, and no entry tells of it"


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return f"user:{value.hex}"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(map(str, value)))[:_LONGEST]
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
