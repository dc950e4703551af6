"""Sign the heads of the record: what is signed cannot be rewritten without that showing.

The sealer holds the only key, and remembers on its own disk, not in the database, how far it has
signed. So nobody who owns the database, or puts back an old copy of it, gets two heads signed that
contradict each other: what it reads has to go on from what it remembers, or it signs nothing.

The order is: read, verify, remember (on disk, for certain), sign, publish. A crash behind
"remember" costs a checkpoint nobody has seen; the next run signs and publishes the same one.
"""

import dataclasses
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Protocol

from audit import disk, leaf, notes, sql
from audit.key_file import SigningKey
from audit.models import Checkpoint, Sealing
from audit.tree import Frontier

logger = logging.getLogger(__name__)

CHANNEL = "audit_checkpoints"
_CHUNK = 10_000  # leaves read at once
# The head, and whether its signature is there: one question, as one rings for each batch.
_HEAD = """SELECT size, frontier, EXISTS (SELECT FROM audit_checkpoint c WHERE c.size = s.size)
    FROM audit_state s"""
_LEAVES = "SELECT leaf FROM audit_entry WHERE seq >= %s AND seq < %s ORDER BY seq"
# Both and the ring, or nothing; the same head published again changes nothing.
_PUBLISH = """WITH introduced AS (
        INSERT INTO audit_key (vkey, from_size)
        SELECT vkey, %(size)s FROM unnest(%(keys)s::text[]) AS ours (vkey)
        WHERE NOT EXISTS (SELECT FROM audit_key known WHERE known.vkey = ours.vkey)
        ON CONFLICT (vkey) DO NOTHING
    ), published AS (
        INSERT INTO audit_checkpoint (size, note, sealed_at) VALUES (%(size)s, %(note)s, %(at)s)
        ON CONFLICT (size) DO NOTHING
    ) SELECT pg_notify(%(channel)s, %(said)s)"""


class Refused(Exception):
    """Raised instead of signing; its sentence says what does not fit, and what to do."""


@dataclasses.dataclass(frozen=True)
class Memory:
    """How far was signed: the tree, and the time of its last entry in microseconds."""

    tree: Frontier = dataclasses.field(default_factory=Frontier)
    last_at: int = 0


class Signer(Protocol):
    """Who signs heads: one key, or two while one follows the other."""

    @property
    def origin(self) -> str:
        """The name of the record."""

    def signers(self, size: int) -> list[SigningKey]:
        """Return the keys that sign the head of `size` entries."""


class MemoryFile:
    """The sealer's own memory, on its own disk."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path, self._origin = path, origin

    def read(self) -> Memory | None:
        """Return what was remembered, or None when nothing ever was.

        Raises Refused when the file is damaged, or another record's than `origin` where that is not
        empty.
        """
        try:
            fields = json.loads(self.path.read_bytes())
            origin, tree = fields["origin"], bytes.fromhex(fields["frontier"])
            memory = Memory(Frontier.from_bytes(tree), int(fields["last_at"]))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise Refused(f"{self.path} is damaged. Put it back from a copy.") from error
        if self._origin not in ("", origin):
            raise Refused(f"{self.path} is the memory of another record than {self._origin}.")
        return memory

    def write(self, memory: Memory) -> None:
        """Remember, and return when the disk has it."""
        fields = {
            "origin": self._origin,
            "size": memory.tree.size,  # for people; the frontier says it too
            "frontier": bytes(memory.tree).hex(),
            "last_at": memory.last_at,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        disk.write(self.path, json.dumps(fields).encode())


def remembered(file: MemoryFile, *, trust_database: bool = False) -> Memory:
    """Return how far was signed.

    Raises Refused when the database holds signed heads and the memory is gone, unless
    `trust_database`: then the newest head that the database has is taken for the last.
    """
    memory = file.read()
    if memory is not None:
        return memory
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        return Memory()
    if not trust_database:
        raise Refused(
            f"{file.path} is missing, yet heads up to {last.size:,} entries were signed. Put it"
            " back from a copy; if there is none, start once with --trust-database."
        )
    memory = _read_on(Memory(), last.size)
    file.write(memory)
    return memory


def entered() -> int:
    """Return how many entries the record has, signed or not."""
    return int(sql.ask("SELECT size FROM audit_state")[0][0])


def seal(key: Signer, file: MemoryFile, memory: Memory, *, at: datetime) -> Memory:
    """Sign the head of the record, if it has grown; return how far is signed now.

    Raises Refused when the record does not go on from what was signed before.
    """
    size, frontier, is_published = sql.ask(_HEAD)[0]
    if size < memory.tree.size:
        raise Refused(
            f"The database holds {size:,} entries, but {memory.tree.size:,} were signed:"
            " an older copy of it was put back, or entries were removed. Nothing is signed."
        )
    grown = _read_on(memory, size)
    if grown.tree != Frontier.from_bytes(frontier):
        raise Refused(
            f"The entries up to {size - 1:,} do not make the tree of the head: some were"
            " changed after they were entered. Nothing is signed."
        )
    if size and (grown != memory or not is_published):
        file.write(grown)
        _publish(key, grown.tree, at=at)
    return grown


def _read_on(memory: Memory, size: int) -> Memory:
    """Read the leaves behind what was signed, hash them again, and return the tree they make."""
    tree, last_at = memory.tree, memory.last_at
    while tree.size < size:
        hashes: list[bytes] = []
        for (raw,) in sql.ask(_LEAVES, [tree.size, min(size, tree.size + _CHUNK)]):
            seq = tree.size + len(hashes)
            last_at = _time_of(raw, seq, not_before=last_at)
            hashes.append(leaf.leaf_hash(raw))
        if not hashes:
            raise Refused(f"Entry {tree.size:,} is missing. Nothing is signed.")
        tree = tree.append(hashes)
    return Memory(tree, last_at)


def _time_of(raw: bytes, seq: int, *, not_before: int) -> int:
    try:
        fields = json.loads(raw)
        at = int(fields["at"])
        sound = fields["seq"] == seq and at >= not_before
    except (ValueError, TypeError, KeyError, RecursionError):
        sound = False
    if not sound:
        raise Refused(f"Entry {seq:,} is none, or has another place or time. Nothing is signed.")
    return at


def _publish(key: Signer, tree: Frontier, *, at: datetime) -> None:
    """Sign a head, and show it to everybody; who waits for it hears how far it goes."""
    text = notes.checkpoint_text(key.origin, tree.size, tree.root)
    signers = key.signers(tree.size)
    lines = [notes.sign(text, name=each.origin, key=each.private) for each in signers]
    sql.ask(
        _PUBLISH,
        {
            "size": tree.size,
            "keys": [each.vkey for each in signers],
            "note": notes.note(text, lines),
            "at": at,
            "channel": CHANNEL,
            "said": str(tree.size),
        },
    )


def report(*, why: str, at: datetime) -> None:
    """Leave word for the lamps: the sealer is alive at `at`, and why it signs nothing, if so."""
    Sealing.objects.update_or_create(pk=1, defaults={"at": at, "why": why})
