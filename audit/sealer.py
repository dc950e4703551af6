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

from django.db import connection, transaction

from audit import disk, leaf, notes
from audit.key_file import SigningKey
from audit.models import Checkpoint, Entry, Key, Sealing, State
from audit.tree import Frontier

logger = logging.getLogger(__name__)

CHANNEL = "audit_checkpoints"
_CHUNK = 10_000  # leaves read at once


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


def seal(key: Signer, file: MemoryFile, memory: Memory, *, at: datetime) -> Memory:
    """Sign the head of the record, if it has grown; return how far is signed now.

    Raises Refused when the record does not go on from what was signed before.
    """
    state = State.objects.get()
    if state.size < memory.tree.size:
        raise Refused(
            f"The database holds {state.size:,} entries, but {memory.tree.size:,} were signed:"
            " an older copy of it was put back, or entries were removed. Nothing is signed."
        )
    grown = _read_on(memory, state.size)
    if grown.tree != state.tree:
        raise Refused(
            f"The entries up to {state.size - 1:,} do not make the tree of the head: some were"
            " changed after they were entered. Nothing is signed."
        )
    if grown.tree.size and (grown != memory or not _is_published(grown.tree.size)):
        file.write(grown)
        _publish(key, grown.tree, at=at)
    return grown


def _read_on(memory: Memory, size: int) -> Memory:
    """Read the leaves behind what was signed, hash them again, and return the tree they make."""
    tree, last_at = memory.tree, memory.last_at
    while tree.size < size:
        hashes: list[bytes] = []
        rows = Entry.objects.filter(seq__gte=tree.size, seq__lt=min(size, tree.size + _CHUNK))
        for body in rows.order_by("seq").values_list("leaf", flat=True):
            seq, raw = tree.size + len(hashes), bytes(body)
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


def _is_published(size: int) -> bool:
    return Checkpoint.objects.filter(size=size).exists()


@transaction.atomic
def _publish(key: Signer, tree: Frontier, *, at: datetime) -> None:
    text = notes.checkpoint_text(key.origin, tree.size, tree.root)
    lines = []
    for each in key.signers(tree.size):
        Key.objects.get_or_create(vkey=each.vkey, defaults={"from_size": tree.size})
        lines.append(notes.sign(text, name=each.origin, key=each.private))
    note = notes.note(text, lines)
    Checkpoint.objects.get_or_create(size=tree.size, defaults={"note": note, "sealed_at": at})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def report(*, why: str, at: datetime) -> None:
    """Leave word for the lamps: the sealer is alive at `at`, and why it signs nothing, if so."""
    Sealing.objects.update_or_create(pk=1, defaults={"at": at, "why": why})
