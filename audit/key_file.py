"""The key that signs the record, in the form of Go's `note` package, and where it is kept."""

import dataclasses
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import notes


@dataclasses.dataclass(frozen=True)
class SigningKey:
    """A log's name, which its checkpoints begin with, and its Ed25519 key."""

    origin: str
    private: Ed25519PrivateKey

    @property
    def vkey(self) -> str:
        """The line by which others know the key: what auditors keep."""
        return notes.vkey(self.origin, self.private.public_key())


def read(line: str) -> SigningKey:
    """Return the key of a line `PRIVATE+KEY+name+id+key`.

    Raises ValueError, without the key in it, when it is none.
    """
    return SigningKey(*notes.read_secret(line))


def new_origin(base_url: str) -> str:
    """Return a name for a new record: where it is, and something that no other one has."""
    return f"{urlsplit(base_url).hostname or 'localhost'}/breakglass/{secrets.token_hex(4)}"


def make(path: Path, origin: str) -> SigningKey:
    """Make a key and write it to `path`, which only its owner may read.

    Raises FileExistsError rather than replace a key.
    """
    key = SigningKey(origin, Ed25519PrivateKey.generate())
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(notes.secret(origin, key.private) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key
