"""Verify the record: hash every stored leaf again, grow its tree, open every commitment.

Each entry is first rebuilt from its index columns and its payload. Where the result is the stored
leaf byte for byte, all that could be wrong inside the entry is excluded at once, and fast; where
it is not, the entry is examined step by step to say in one sentence what is wrong.

The tree is grown anew from the hashes, and compared with the tiles, with every head that was signed
and with the last one: an entry that was rewritten together with its hash no longer makes them.
"""

import dataclasses
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection

from audit import beginnings, datakeys, heads, leaf, tiles, tree
from audit.absences import Absences
from audit.beginnings import Broken, Cut
from audit.models import Checkpoint, Tile
from audit.rebuilding import Parts, Row, commitments, rebuilt
from audit.tree import HASH, WIDTH, Frontier

_CHUNK = 5000

_HEAD = """SELECT size, frontier, (extract(epoch FROM last_at) * 1000000)::int8,
    (SELECT min(seq) FROM audit_entry), (SELECT max(seq) FROM audit_entry),
    (SELECT max(size) FROM audit_checkpoint) FROM audit_state"""
_ENTRIES = """SELECT seq, event_id, leaf, leaf_hash, kind, actor, subject, "case", version,
    (extract(epoch FROM at) * 1000000)::int8, (extract(epoch FROM occurred_at) * 1000000)::int8
    FROM audit_entry WHERE seq >= %s AND seq < %s ORDER BY seq"""
_PAYLOADS = """SELECT entry_id, part, salt, body, owner, wrapped
    FROM audit_payload p LEFT JOIN audit_data_key k ON k.id = p.key_id
    WHERE entry_id >= %s AND entry_id < %s ORDER BY entry_id, part"""
_VERSIONS = """SELECT ref, COALESCE(
    (SELECT version FROM audit_entry WHERE subject = ref AND seq < %s ORDER BY seq DESC LIMIT 1),
    (SELECT version FROM audit_last_version l WHERE l.ref = asked.ref)
    ) FROM unnest(%s::text[]) AS asked (ref)"""
_ERASURES = """SELECT e.seq, p.body FROM audit_entry e
    JOIN audit_payload p ON p.entry_id = e.seq AND p.part = 'd'
    WHERE e.kind = 'audit.erased' AND e.seq >= %s ORDER BY e.seq"""
_BEFORE = "SELECT (extract(epoch FROM at) * 1000000)::int8 FROM audit_entry WHERE seq = %s"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found. `why` is empty when all is well; `tree` is that of the good entries."""

    checked: int
    tree: Frontier
    seconds: float
    size: int  # of the record, as far as it could be read
    why: str = ""
    bad: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left behind what was verified."""
        return self.tree.size >= self.size

    @property
    def seq(self) -> int:
        """The last entry that was compared with the tree, and is good; -1 when there is none."""
        return self.tree.size - 1

    @property
    def sentence(self) -> str:
        """Say the verdict as a person reads it."""
        if self.why:
            return self.why
        return f"Whole: {self.checked:,} entries verified up to entry {self.seq:,}, none missing."


@dataclasses.dataclass
class _Walk:
    """Where the verification stands: everything up to `seq` is good, and makes `tree`."""

    seq: int
    tree: Frontier
    at: int
    complete: bool  # whether it began at entry 0, so that it has seen every object
    absences: Absences = dataclasses.field(default_factory=lambda: Absences([]))
    versions: dict[str, int] = dataclasses.field(default_factory=dict)
    hashes: list[bytes] = dataclasses.field(default_factory=list)  # not in the tree yet
    tiles: dict[tuple[int, int], bytes] = dataclasses.field(default_factory=dict)  # the partial


def verify(*, after: Frontier | None = None, most: int | None = None) -> Verdict:
    """Verify the entries behind `after`, and that the head is the last of them.

    `after` is the tree of entries that were found good before; they have to make it still, as far
    as the tiles tell. `most` is how many entries to look at: with it, a record of any length is
    verified in steps, each of which goes on from the `tree` of the one before.
    """
    began, first = time.perf_counter(), beginnings.first()
    good = after or Frontier()
    walk = _Walk(seq=good.size - 1, tree=good, at=0, complete=good.size == 0)
    size, begin, why, bad = good.size, good.size, "", None
    try:
        size, frontier, at = _head()
        _begin(walk, beginnings.cut_at(first) if first else None)
        begin = walk.tree.size
        end = size if most is None else min(size, begin + most)
        walk.absences = _absences(walk)
        for low in range(begin, end, _CHUNK):
            _verify_chunk(walk, low, min(low + _CHUNK, end))
        if end == size:
            _compare_head(walk, size, frontier, at)
    except Broken as broken:
        if beginnings.first() > first:  # it was pruned while we walked
            return verify(after=after, most=most)
        why, bad = str(broken), walk.seq + 1
    return Verdict(
        checked=max(0, walk.seq + 1 - begin),
        tree=walk.tree,
        seconds=time.perf_counter() - began,
        size=size,
        why=why,
        bad=bad,
    )


def tree_of(size: int) -> Frontier:
    """Return the tree of the first `size` entries, as the tiles tell it.

    Raises TileTooShort when they do not.
    """
    return tree.frontier_at(size, tiles.read)


def _absences(walk: _Walk) -> Absences:
    # The erasures ahead, taken at their word for now: this walk comes to each, or the next one.
    return Absences(_rows(_ERASURES, [walk.seq + 1]))


def _rows(sql: str, params: list[Any]) -> list[Row]:
    # A plain cursor of the driver: binary results cost half of what Django's cursor takes.
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
    ):
        return list(cursor.execute(sql, params, binary=True).fetchall())


def _head() -> tuple[int, bytes, int]:
    """Return size, frontier and time of the head, read in one statement together with the ends."""
    found = _rows(_HEAD, [])
    if not found:
        raise Broken("The head of the record is missing.")
    size, frontier, at, first, last, signed = found[0]
    if first is not None and first < 0:
        raise Broken(f"Entry {first} stands before the first place, 0.")
    if last is not None and last >= size:
        raise Broken(f"Entry {last:,} lies behind the head, which counts {size:,} entries.")
    if signed is not None and signed > size:
        raise Broken(f"{signed:,} entries were signed, but the record has {size:,}.")
    return size, frontier, at


def _compare_head(walk: _Walk, size: int, frontier: bytes, at: int) -> None:
    if walk.seq + 1 != size or (size and walk.at != at):
        raise Broken(f"The head does not fit to the last entry, {walk.seq:,}.")
    if bytes(walk.tree) != frontier:
        raise Broken("The entries do not make the tree of the head: one was exchanged with care.")
    for (level, index), data in walk.tiles.items():
        stored = tiles.read(level, index)
        if len(stored) > len(data) and _head()[0] > size:
            stored = stored[: len(data)]  # the record has grown while we walked
        if stored != data:
            raise Broken(f"Tile {index:,} of level {level} is not what the entries make.")


def _begin(walk: _Walk, cut: Cut | None) -> None:
    """Go to where the walk begins: behind what was verified, or where the record was pruned."""
    if cut and walk.tree.size < cut.below:
        walk.seq, walk.at, walk.complete = cut.below - 1, cut.at, False
        walk.tree = cut.tree
        cut.check_carried()
    elif walk.tree.size:
        _begin_behind(walk, cut)


def _begin_behind(walk: _Walk, cut: Cut | None) -> None:
    at_cut = cut and cut.below == walk.tree.size
    before = [(cut.at,)] if cut and at_cut else _rows(_BEFORE, [walk.seq])
    if not before:
        walk.seq -= 1
        raise Broken(f"Entry {walk.seq + 1:,} is missing.")
    try:
        same = tree_of(walk.tree.size) == walk.tree
    except tree.TileTooShort:
        same = False
    if not same:
        raise Broken(f"The entries up to {walk.seq:,} are not those that were verified before.")
    walk.at = before[0][0]


def _verify_chunk(walk: _Walk, low: int, high: int) -> None:
    rows = _rows(_ENTRIES, [low, high])
    if not walk.complete:
        _look_up_versions(walk, rows, low)
    for row, parts in _with_parts(rows, _rows(_PAYLOADS, [low, high])):
        if row[0] != walk.seq + 1:
            raise Broken(f"Entry {walk.seq + 1:,} is missing: entry {row[0]:,} follows.")
        _verify_entry(walk, row, parts)
    if walk.seq != high - 1:
        raise Broken(f"Entry {walk.seq + 1:,} is missing.")
    _verify_tiles(walk)


def _verify_tiles(walk: _Walk) -> None:
    """Let the tree grow by the hashes of a chunk, and compare the tiles that this filled."""
    begin = walk.tree.size
    _verify_signed(walk)

    def read(level: int, index: int) -> bytes:
        known = walk.tiles.get((level, index))
        return tiles.read(level, index) if known is None else known

    try:
        walk.tree, grown = tree.grow(walk.tree, walk.hashes, read)
    except tree.TileTooShort as error:
        raise Broken(f"The record's tree is not whole: {error}") from error
    full = [tile for tile in grown if tile.is_full]
    _keep_partial(walk, grown, begin)
    stored = _stored(full)
    for tile in full:
        data = stored.get((tile.level, tile.index), b"")
        if data != tile.data:
            walk.seq = min(walk.seq, _first_bad(tile, data, begin) - 1)
            raise Broken(_not_what_entries_make(tile, walk.seq + 1))


def _verify_signed(walk: _Walk) -> None:
    """Compare the tree with every head that was signed on the way through a chunk."""
    begin, grown = walk.tree.size, walk.tree
    signed = Checkpoint.objects.filter(size__gt=begin, size__lte=begin + len(walk.hashes))
    known = heads.public_keys()
    for head in signed.order_by("size").prefetch_related("cosignatures"):
        good = grown.size
        grown = grown.append(walk.hashes[good - begin : head.size - begin])
        if why := heads.why_not_signed(head, grown, known):
            walk.seq = good - 1  # the first that this head, and none before, speaks for
            raise Broken(why)


def _keep_partial(walk: _Walk, grown: list[tree.Tile], begin: int) -> None:
    """Remember the tiles that are not full, so that those that follow build on what was verified.

    `tree.grow` leaves out the last one of level 0.
    """
    index, held = divmod(walk.tree.size, WIDTH)
    old = walk.tiles.pop((0, begin // WIDTH), None)
    if held <= len(walk.hashes):
        last = b"".join(walk.hashes[len(walk.hashes) - held :])
    else:
        known = tiles.read(0, index)[: (held - len(walk.hashes)) * HASH] if old is None else old
        last = known + b"".join(walk.hashes)
    walk.tiles |= {(tile.level, tile.index): tile.data for tile in grown}
    for tile in grown:
        if tile.is_full:
            del walk.tiles[tile.level, tile.index]
    if held:
        walk.tiles[0, index] = last
    walk.hashes = []


def _stored(wanted: list[tree.Tile]) -> dict[tuple[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}
    for level in {tile.level for tile in wanted}:
        indexes = [tile.index for tile in wanted if tile.level == level]
        rows = Tile.objects.filter(level=level, index__in=indexes)
        found |= {(level, index): bytes(data) for index, data in rows.values_list("index", "data")}
    return found


def _first_bad(tile: tree.Tile, stored: bytes, begin: int) -> int:
    """Return the first entry that a tile tells otherwise than the entries do."""
    if tile.level:
        return begin
    places = range(0, len(tile.data), HASH)
    first = next(at for at in places if stored[at : at + HASH] != tile.data[at : at + HASH])
    return tile.index * WIDTH + first // HASH


def _not_what_entries_make(tile: tree.Tile, bad: int) -> str:
    if tile.level:
        return f"Tile {tile.index:,} of level {tile.level} is not what the entries make."
    return f"Entry {bad:,}: the record's tree has another hash in its place."


def _look_up_versions(walk: _Walk, rows: list[Row], low: int) -> None:
    unknown = list({row[6] for row in rows} - walk.versions.keys())
    if unknown:
        walk.versions |= {ref: last or 0 for ref, last in _rows(_VERSIONS, [low, unknown])}


def _with_parts(rows: list[Row], payloads: list[Row]) -> Iterator[tuple[Row, Parts]]:
    by_entry: dict[int, Parts] = {}
    for entry, part, salt, body, owner, wrapped in payloads:
        try:
            said = datakeys.unlock(owner, wrapped, entry, part, body)
        except datakeys.CannotOpen as error:
            raise Broken(
                f"Entry {entry:,}: its payload {part!r} is unreadable: {error}."
            ) from error
        by_entry.setdefault(entry, {})[part] = (salt, said)
    for row in rows:
        yield row, by_entry.get(row[0], {})


def _verify_entry(walk: _Walk, row: Row, parts: Parts) -> None:
    seq, _, body, hashed, _, _, subject, _, version, at, _ = row
    if rebuilt(row, commitments(parts)) != body:
        _examine(row, parts, walk)
    if hashlib.sha256(b"\0" + body).digest() != hashed:
        raise Broken(f"Entry {seq:,}: its hash is not the hash of its leaf.")
    if at < walk.at:
        raise Broken(f"Entry {seq:,}: its time lies before that of the entry before.")
    expected = walk.versions.get(subject, 0) + 1
    if version != expected:
        raise Broken(
            f"Entry {seq:,}: it is event {version} of {subject}, but event {expected} is due"
            " (one was removed or exchanged before it was entered)."
        )
    walk.versions[subject] = version
    walk.seq, walk.at = seq, at
    walk.hashes.append(hashed)


def _examine(row: Row, parts: Parts, walk: _Walk) -> None:
    """Find out what is wrong with an entry that could not be rebuilt from what is there.

    Raises Broken with the first difference; there is none where a payload was erased.
    """
    seq, body = row[0], row[2]
    try:
        fields = json.loads(body)
        sound = isinstance(fields, dict) and leaf.canonical(fields) == body
    except (ValueError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise Broken(f"Entry {seq:,}: its leaf is not canonical JSON.")
    if fields.get("v") != leaf.VERSION:
        raise Broken(f"Entry {seq:,}: its leaf has the unknown version {fields.get('v')!r}.")
    if fields.get("seq") != seq:
        raise Broken(f"Entry {seq:,}: its leaf says that it is entry {fields.get('seq')!r}.")
    _compare_columns(row, fields)
    committed = fields["pc"] if isinstance(fields.get("pc"), dict) else {}
    _compare_payload(seq, committed, parts, walk)
    if rebuilt(row, committed) == body:
        return
    raise Broken(f"Entry {seq:,}: its leaf has other fields than an entry has.")


def _compare_columns(row: Row, fields: dict[str, Any]) -> None:
    seq, event_id, _, _, kind, actor, subject, case, version, at, occurred = row
    columns = {
        "id": ("event_id", event_id.hex),
        "ev": ("kind", kind),
        "actor": ("actor", actor),
        "obj": ("subject", subject),
        "case": ("case", case),
        "ov": ("version", version),
        "at": ("at", at),
        "occ": ("occurred_at", occurred),
    }
    for key, (column, value) in columns.items():
        if fields.get(key) != value:
            raise Broken(f"Entry {seq:,}: its column {column} does not agree with its leaf.")


def _may_be_missing(walk: _Walk, seq: int, part: str) -> bool:
    if not walk.absences.cover(seq, part):
        walk.absences = _absences(walk)  # it may have been erased while we walked
    return walk.absences.cover(seq, part)


def _compare_payload(seq: int, commitments: dict[str, Any], parts: Parts, walk: _Walk) -> None:
    for part, committed in commitments.items():
        if part not in parts:
            if _may_be_missing(walk, seq, part):
                continue
            raise Broken(
                f"Entry {seq:,}: its payload {part!r} is missing, and no erasure is on the record."
            )
        if leaf.commitment(*parts[part]).hex() != committed:
            raise Broken(f"Entry {seq:,}: its payload {part!r} is not what was committed to.")
    for part in parts.keys() - commitments.keys():
        raise Broken(f"Entry {seq:,}: it has a payload {part!r} that it never committed to.")
