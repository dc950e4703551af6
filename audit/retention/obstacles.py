"""What stands in the way of pruning the record up to some place: each with a sentence.

An obstacle names the first entry that must stay because of it. Some make pruning wait as a whole:
of those it is entry 0.
"""

import dataclasses
from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from audit import erasure, watch
from audit.anchors import places
from audit.differences import Difference
from audit.events import KeyRotated
from audit.holds import Hold
from audit.models import Cursor, Entry, Run, SetAside, State
from audit.outside import Place
from audit.reading import parts_of
from audit.retention import kept, rules
from core import refs
from core.speech import Sentence, phrase

CURSOR = "pruning"
_SWEEPS = (CURSOR, erasure.CURSOR)  # these remember what they did, and read nothing else
# A case goes when its last entry is old enough; here is the first one of which it is not.
_GOES_ON = """SELECT c.first, c.case FROM (SELECT e.case, min(e.seq) AS first FROM audit_entry e
    WHERE e.seq < %s AND e.case <> '' GROUP BY e.case) c
    WHERE EXISTS (SELECT FROM audit_entry l WHERE l.case = c.case AND l.seq >= %s)
    ORDER BY c.first LIMIT 1"""
# Cases in the order in which they began, each with the time of its last entry.
_CASES = """SELECT c.case, c.first, (SELECT l.at FROM audit_entry l WHERE l.case = c.case
    ORDER BY l.seq DESC LIMIT 1) FROM (SELECT e.case, min(e.seq) AS first FROM audit_entry e
    WHERE e.seq < %s AND e.case <> '' GROUP BY e.case) c ORDER BY c.first"""
_CHUNK = 200  # cases whose classes are asked for at once


@dataclasses.dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Why the entry `seq` and all behind it must stay."""

    seq: int
    why: Sentence


def all_below(cut: int, *, until: int, at: datetime) -> list[Obstacle]:
    """Return what stands in the way of pruning all entries below `cut`, the worst first.

    `until` is the first entry that is too young to be pruned.
    """
    found = [*_whole(cut), *_readers(), *_outside(), *_keys(), *_holds(), *_things(at)]
    found += [*_going_on(cut, until), *_classes(cut, at)]
    return sorted((each for each in found if each.seq < cut), key=lambda each: each.seq)


def _whole(cut: int) -> Iterator[Obstacle]:
    """Yield why the record is not in a state to be pruned at all."""
    state = watch.standing()
    if why := state.why:
        yield Obstacle(seq=0, why=phrase("The record is not whole: %(why)s", why=why))
    whole: Run | None = state.whole
    if whole is None or whole.done < cut:
        why_not = phrase("The whole record was not verified yet: have it verified first.")
        yield Obstacle(seq=0, why=why_not)
    if Difference.objects.open().exists():
        why_not = phrase("Tables differ from the record, and nobody has explained it.")
        yield Obstacle(seq=0, why=why_not)
    if not erasure.is_finished():
        yield Obstacle(seq=0, why=phrase("Words are being erased: wait until they are."))


def _readers() -> Iterator[Obstacle]:
    """Yield who has not read so far yet."""
    for reader in Cursor.objects.exclude(name__in=_SWEEPS):
        why = phrase(
            "“%(name)s” has read up to entry %(seq)s only.", name=reader.name, seq=reader.seq
        )
        yield Obstacle(seq=reader.seq + 1, why=why)
    waiting = SetAside.objects.open().order_by("entry_id").first()
    if waiting:
        why = phrase(
            "“%(name)s” could not handle entry %(seq)s yet.",
            name=waiting.cursor_id, seq=waiting.entry_id,
        )  # fmt: skip
        yield Obstacle(seq=waiting.entry_id, why=why)


def _outside() -> Iterator[Obstacle]:
    """Yield which place outside would never get what it lacks."""
    for place in places.watched(Place.Kind.WITNESS, Place.Kind.COPY):
        if place.size:
            facts = {"name": place.name, "size": f"{place.size:,}"}
            yield Obstacle(
                seq=place.size, why=phrase("%(name)s has the first %(size)s entries only.", **facts)
            )


def _keys() -> Iterator[Obstacle]:
    """Yield the entry of a key that still takes over."""
    newest = Entry.objects.filter(kind=KeyRotated.kind).order_by("-seq").first()
    if newest and parts_of(newest)["d"]["until"] >= State.objects.get().size:
        why = phrase("The record's key is being changed (entry %(seq)s).", seq=newest.seq)
        yield Obstacle(seq=newest.seq, why=why)


def _things(at: datetime) -> Iterator[Obstacle]:
    """Yield what other rooms say must stay."""
    for thing in kept.everything(at):
        seqs = [first_of(thing.ref) if thing.ref else None, thing.seq]
        if found := [seq for seq in seqs if seq is not None]:
            yield Obstacle(seq=min(found), why=thing.why)


def _holds() -> Iterator[Obstacle]:
    """Yield the legal holds that stand; that of a person keeps the cases in which they acted."""
    labels = refs.labels(Hold.objects.standing().values_list("ref", flat=True))
    for hold in Hold.objects.standing():
        why = phrase("%(what)s is under a legal hold.", what=labels[hold.ref].text)
        if hold.kind == Hold.Kind.EVERYTHING:
            yield Obstacle(seq=0, why=phrase("Everything is under a legal hold."))
        elif (first := first_of(hold.ref)) is not None:
            yield Obstacle(seq=first, why=why)


def first_of(ref: str) -> int | None:
    """Return the first entry of a case, or about or by whom or what `ref` names; None without any.

    Of a person it is the first of the cases in which they acted.
    """
    rows = Entry.objects.order_by("seq").values_list("seq", flat=True)
    acted = Entry.objects.filter(actor=ref).exclude(case="").order_by().values("case")
    ways = ({"case": ref}, {"subject": ref}, {"actor": ref}, {"case__in": acted.distinct()})
    firsts = [rows.filter(**way).first() for way in ways]
    return min((seq for seq in firsts if seq is not None), default=None)


def _classes(cut: int, at: datetime) -> Iterator[Obstacle]:
    """Yield the oldest case that its class keeps longer, where there is a policy."""
    if not rules.rules():
        return
    with connection.cursor() as cursor:
        cursor.execute(_CASES, [cut])
        found = cursor.fetchall()
    for start in range(0, len(found), _CHUNK):
        some = found[start : start + _CHUNK]
        of_cases = rules.of_cases([case for case, *_ in some])
        for case, first, last_at in some:
            until = of_cases[case].entries_until(at)
            if until is None or last_at >= until:
                facts = {"case": _named(case), "name": of_cases[case].name or "?"}
                why = phrase("%(case)s is kept longer, as “%(name)s”.", **facts)
                yield Obstacle(seq=first, why=why)
                return


def _going_on(cut: int, until: int) -> Iterator[Obstacle]:
    """Yield the oldest case of which something happened since."""
    with connection.cursor() as cursor:
        cursor.execute(_GOES_ON, [cut, until])
        for seq, case in cursor.fetchall():
            why = phrase("%(case)s went on since then.", case=_named(case))
            yield Obstacle(seq=seq, why=why)


def _named(case: str) -> str:
    return refs.labels([case])[case].text
