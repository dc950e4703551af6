"""The record's key gets a successor: an entry introduces it, and for a while both sign.

The new key lies beside the old one, and signs as soon as its entry is in the record, so that the
first head it signs already says, under the old key, who it is. Behind the end of the old key it
takes its place, and the old one is gone.
"""

import dataclasses
import os
import uuid
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from audit import key_file, log, notes
from audit.events import KeyRotated
from audit.key_file import SigningKey
from audit.models import Entry, Pending, State
from audit.sealer import Refused

RECORD = "record:ledger"


@dataclasses.dataclass(frozen=True)
class Successor:
    """The next key, the event that introduces it, and the last size that the old one may sign."""

    key: SigningKey
    event_id: uuid.UUID
    until: int


class KeyRing:
    """The keys in a file and beside it: whoever signs heads now."""

    def __init__(self, path: Path, current: SigningKey) -> None:
        self._path, self._current = path, current

    @property
    def origin(self) -> str:
        """The name of the record."""
        return self._current.origin

    @property
    def vkey(self) -> str:
        """The line by which others know the key."""
        return self._current.vkey

    def signers(self, size: int) -> list[SigningKey]:
        """Return who signs the head of `size` entries; take over once the old key has ended."""
        following = successor(self._path)
        if following is None or not _is_introduced(following, size):
            return [self._current]
        if size <= following.until:
            return [self._current, following.key]
        beside(self._path).replace(self._path)
        self._current = following.key
        return [self._current]


def beside(path: Path) -> Path:
    """Return where the successor of the key in a file lies."""
    return path.with_name(f"{path.name}.next")


def successor(path: Path) -> Successor | None:
    """Return the successor of the key in a file, if there is one.

    Raises Refused when what lies there cannot be read.
    """
    try:
        secret, event_id, until = beside(path).read_text(encoding="utf-8").split()
        return Successor(key_file.read(secret), uuid.UUID(hex=event_id), int(until))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Refused(f"{beside(path)} is damaged; remove it, and rotate the key again.") from error


def rotate(path: Path, *, overlap: int, by: str, at: datetime) -> SigningKey:
    """Make a successor of the key in a file, and introduce it with an entry; return it.

    The old key signs for `overlap` entries more. Raises Refused while one is under way already,
    or when the key cannot be read.
    """
    try:
        old = key_file.read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read: {error}") from error
    before = successor(path)
    if before and _is_known(before.event_id):
        raise Refused(f"A new key is taking over already, after {before.until:,} entries.")
    new = SigningKey(old.origin, Ed25519PrivateKey.generate())
    until = State.objects.get().size + overlap
    line = notes.sign(f"{old.vkey}\n{new.vkey}\n", name=new.origin, key=new.private)
    event = KeyRotated(old=old.vkey, new=new.vkey, until=until, signed=line.strip())
    with transaction.atomic():
        event_id = log.record(event, actor=by, subject=RECORD, at=at)
        _write(beside(path), f"{notes.secret(new.origin, new.private)}\n{event_id.hex} {until}\n")
    return new


def _is_introduced(following: Successor, size: int) -> bool:
    return Entry.objects.filter(event_id=following.event_id, seq__lt=size).exists()


def _is_known(event_id: uuid.UUID) -> bool:
    waiting = Pending.objects.filter(event_id=event_id, set_aside_at=None)
    return waiting.exists() or Entry.objects.filter(event_id=event_id).exists()


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # one that no entry introduces
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
