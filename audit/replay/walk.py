"""Replay what the record says of things in other rooms' tables, and compare it with those tables.

Whoever changes a row of a domain table by SQL leaves the record whole, and no entry. So the entries
of each thing are read again from the first on, and what they make of it has to be what its row
says. Rooms register the things that they can replay; this module walks over them, in steps that
go on where the one before ended, in the order of the record and then in that of the tables: what is
in the one and not in the other is a difference, too.
"""

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from audit import reading
from audit.models import Entry, Pending
from audit.replay.things import Deed, History, Replayable, known_things

CHUNK = 200  # things in one step
_SKEW = timedelta(minutes=5)  # that clocks may differ
LOOKS = 3  # before a difference counts: between two reads somebody may have acted
_ID = re.compile("[0-9a-f]{32}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """What one step found: sentences and the case by reference, and where the next one begins."""

    place: list[Any]  # empty at the end
    compared: int
    found: Mapping[str, tuple[str, Sequence[str]]]


def step(place: Sequence[Any]) -> Step:
    """Compare the next things; an empty place is the beginning."""
    walks = [
        (name, founding) for name, each in known_things.items() for founding in (*each.founding, "")
    ]
    number, key = place or (0, None)
    if number >= len(walks):
        return Step(place=[], compared=0, found={})
    name, founding = walks[number]
    things = known_things[name]
    keys, last = _founded(founding, key) if founding else _in_tables(things, key)
    found = _compare(things, keys)
    then: list[Any] = [number + 1, None] if last is None else [number, last]
    return Step(place=then if then[0] < len(walks) else [], compared=len(keys), found=found)


def _founded(kind: str, after: int | None) -> tuple[list[str], int | None]:
    """Return the keys of the next things that began with an entry of this kind."""
    begin = -1 if after is None else after
    rows = Entry.objects.filter(kind=kind, seq__gt=begin, version=1).order_by("seq")
    found = list(rows.values_list("seq", "subject")[:CHUNK])
    keys = [subject.partition(":")[2] for _, subject in found]
    last = found[-1][0] if len(found) == CHUNK else None
    return [key for key in keys if _ID.fullmatch(key)], last


def _in_tables(things: Replayable, after: str | None) -> tuple[list[str], str | None]:
    """Return the keys of the next rows of which no entry tells, and the last that was looked at."""
    keys = things.after(after or "", CHUNK, _pruned_until())
    told = Entry.objects.filter(
        subject__in=[f"{things.name}:{key}" for key in keys], kind__in=things.founding, version=1
    )
    known = {subject.partition(":")[2] for subject in told.values_list("subject", flat=True)}
    return [key for key in keys if key not in known], keys[-1] if len(keys) == CHUNK else None


def _pruned_until() -> datetime | None:
    """Return since when rows have entries, where older ones were pruned: a little behind the cut.

    A row is dated by the clock of whoever made it, its entry by the sequencer's.
    """
    oldest = Entry.objects.order_by("seq").first()
    return oldest.at + _SKEW if oldest and oldest.seq else None


def _compare(things: Replayable, keys: Sequence[str]) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Return what differs in the same way however often one looks."""
    found: Mapping[str, tuple[str, Sequence[str]]] = {}
    left = list(keys)
    for _ in range(LOOKS):
        waiting = _waiting() if left else set()
        left = [key for key in left if f"{things.name}:{key}" not in waiting]
        if not left:
            return {}
        histories = _histories(things.name, left)
        wrong = {key: texts for key, texts in things.compare(histories).items() if texts}
        found = {
            f"{things.name}:{key}": (_case(histories[key]), texts) for key, texts in wrong.items()
        }
        left = list(wrong)
    return found


def _case(history: History) -> str:
    return history[0].case if history else ""


def _waiting() -> set[str]:
    """Return the things of which something happened that is not entered yet."""
    rows = Pending.objects.filter(set_aside_at=None).values_list("envelope", flat=True)
    return {subject for row in rows.iterator() if (subject := _subject_of(bytes(row)))}


def _subject_of(envelope: bytes) -> str:
    try:
        return str(json.loads(envelope)["obj"])
    except (ValueError, TypeError, KeyError):
        return ""  # the sequencer will find out, and set it aside


def _histories(name: str, keys: Iterable[str]) -> dict[str, list[Deed]]:
    found: dict[str, list[Deed]] = {key: [] for key in keys}
    rows = Entry.objects.filter(subject__in=[f"{name}:{key}" for key in found]).order_by("seq")
    for entry in rows.prefetch_related("payloads"):
        parts = reading.parts_of(entry)
        facts = {key: value for part in parts.values() for key, value in part.items()}
        deed = Deed(
            seq=entry.seq, kind=entry.kind, actor=entry.actor, case=entry.case,
            at=entry.occurred_at, facts=facts,
        )  # fmt: skip
        found[entry.subject.partition(":")[2]].append(deed)
    return found
