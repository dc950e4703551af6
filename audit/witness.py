"""A witness of logs (C2SP tlog-witness): it signs a head that goes on the last one it signed.

It sees no entry and needs no database. All it remembers is the last head of each log, in a file of
its own, so whoever rules over a log's database and key cannot get two histories signed by it. What
contradicts its memory under the log's own signature is kept: that is evidence.

The order is: verify, remember (on disk, for certain), sign, answer. A crash behind "remember" costs
a signature that nobody has seen; the log asks again.
"""

import dataclasses
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from audit import disk, key_file, notes
from audit.core.checkpoint import read_checkpoint, read_number
from audit.core.findings import Tampered
from audit.core.hashing import HASH, root
from audit.core.merkle import verify_consistency
from audit.core.note import Key, decode

LONGEST = 64 * 1024  # bytes of a request: a proof has at most 63 hashes, a head a few lines
SIZE = "text/x.tlog.size"
_MOST = 63  # hashes in a proof
_KEPT = 1000  # files of evidence: a log that contradicts itself more often says nothing new


class Broken(Exception):
    """Raised instead of starting; its sentence says what is wrong and what to do."""


class Answer(NamedTuple):
    """What is answered to a request; `about` is for the witness's own log."""

    status: int
    body: str
    about: str = ""
    kind: str = "text/plain; charset=utf-8"


@dataclasses.dataclass(frozen=True)
class Seen:
    """The last head of a log that was signed."""

    size: int = 0
    root: bytes = root([])
    note: str = ""


class Home:
    """The folder of a witness: its key, its memory, what it holds as evidence, and a lock."""

    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._lock: IO[str] = (path / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise Broken(f"Another witness works in {path}; one is enough.") from None

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def key(self, name: str) -> key_file.SigningKey:
        """Return the key; at the first start make it, under `name`, together with the memory.

        Raises Broken when the key cannot be read, has another name, or there is none for it.
        """
        path = self.path / "key"
        try:
            key = key_file.read(path.read_text(encoding="utf-8"), kind=notes.WITNESS)
        except FileNotFoundError:
            if not name:
                raise Broken(
                    f"{path} is missing: --name says what the new witness is called."
                ) from None
            if not self._memory.exists():
                self.write({})
            return key_file.make(path, name, kind=notes.WITNESS)
        except ValueError as error:
            raise Broken(f"{path}: {error}") from None
        if name not in ("", key.origin):
            raise Broken(f"{path} is the key of {key.origin}, not of {name}.")
        return key

    def read(self) -> dict[str, Seen]:
        """Return the last head of each log.

        Raises Broken when the memory is lost or damaged: signing on would mean to trust the logs.
        """
        try:
            rows = json.loads(self._memory.read_bytes())
            return {
                origin: Seen(int(row["size"]), bytes.fromhex(row["root"]), row["note"])
                for origin, row in rows.items()
            }
        except FileNotFoundError:
            why = "is missing, yet the key has signed"
        except (ValueError, TypeError, KeyError, AttributeError):
            why = "is damaged"
        raise Broken(
            f"{self._memory} {why}. Put it back from a copy; if there is none, make a new witness"
            " in another folder, and tell those who verify."
        )

    def write(self, seen: Mapping[str, Seen]) -> None:
        """Remember, and return when the disk has it."""
        rows = {
            origin: {"size": each.size, "root": each.root.hex(), "note": each.note}
            for origin, each in seen.items()
        }
        disk.write(self._memory, json.dumps(rows).encode())

    def keep(self, before: Seen, request: bytes) -> None:
        """Keep what contradicts the memory, together with it."""
        folder = self.path / "evidence"
        folder.mkdir(exist_ok=True)
        name = f"{hashlib.sha256(request).hexdigest()[:32]}.txt"
        if len(os.listdir(folder)) < _KEPT:  # noqa: PTH208  only their number
            disk.write(folder / name, before.note.encode() + b"\n--- and then\n\n" + request)

    @property
    def _memory(self) -> Path:
        return self.path / "memory"


class Witness:
    """Signs the heads of the logs it knows. `clock` gives seconds since 1970."""

    def __init__(
        self, home: Home, name: str, logs: Sequence[Key], clock: Callable[[], float]
    ) -> None:
        self._home, self._clock = home, clock
        self._key = home.key(name)
        self._seen = home.read()
        self._logs: dict[str, list[Key]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._turn = threading.Lock()

    @property
    def vkey(self) -> str:
        """The line by which others know this witness."""
        return self._key.vkey

    def about(self) -> str:
        """Say to people who this is and what it has seen."""
        seen = [
            f"{origin}: {self._seen.get(origin, Seen()).size} entries seen" for origin in self._logs
        ]
        return "\n".join([self.vkey, "", *seen, ""])

    def add_checkpoint(self, request: bytes) -> Answer:
        """Sign a head, or answer why not, as C2SP tlog-witness says."""
        try:
            old, path, checkpoint = _read(request)
            origin, size, top, note = read_checkpoint(checkpoint)
        except (Tampered, ValueError) as error:
            return Answer(400, f"This is no request to add a checkpoint: {error}\n")
        if not (keys := self._logs.get(origin)):
            return Answer(404, "This witness does not know that log.\n", origin)
        try:
            signed = any(note.signed_by(key) is not None for key in keys)
        except Tampered:
            signed = False
        if not signed:
            return Answer(403, "No known key of that log signed the checkpoint.\n", origin)
        if old > size:
            return Answer(400, "The old size is above that of the checkpoint.\n", origin)
        with self._turn:
            return self._judge(origin, Seen(size, top, checkpoint.decode()), old, path, request)

    def _judge(
        self, origin: str, head: Seen, old: int, path: list[bytes], request: bytes
    ) -> Answer:
        last = self._seen.get(origin, Seen())
        about = f"{origin} {old} -> {head.size}"
        if old != last.size:
            return Answer(409, f"{last.size}\n", about, SIZE)
        if old == head.size and last.root != head.root:
            self._home.keep(last, request)
            return Answer(409, f"{last.size}\n", f"{about} CONTRADICTION, kept as evidence", SIZE)
        try:
            _verify(last, head, path)
        except Tampered as finding:
            self._home.keep(last, request)
            return Answer(422, f"{finding}\n", f"{about} CONTRADICTION, kept as evidence")
        if head.size > last.size or not last.note:
            self._home.write(self._seen | {origin: head})
            self._seen[origin] = head
        text = head.note.partition("\n\n")[0] + "\n"
        at = int(self._clock())
        return Answer(
            200, notes.cosign(text, name=self._key.origin, key=self._key.private, at=at), about
        )


def _read(request: bytes) -> tuple[int, list[bytes], bytes]:
    """Return old size, proof and checkpoint of a request, or raise ValueError."""
    above, _, checkpoint = request.partition(b"\n\n")
    first, *lines = above.decode("ascii").split("\n")
    word, _, number = first.partition(" ")
    path = [decode(line) for line in lines]
    if word != "old" or len(path) > _MOST or any(len(each) != HASH for each in path):
        raise ValueError("it begins with the old size and at most 63 hashes")
    return read_number(number), path, checkpoint


def _verify(last: Seen, head: Seen, path: list[bytes]) -> None:
    """Raise Tampered unless the tree of `head` begins with that of `last`."""
    if last.size or head.size == 0:
        verify_consistency(last.size, last.root, head.size, head.root, path)
    elif path:
        raise Tampered("Nothing is shown by a proof from an empty tree: it has to be empty.")
