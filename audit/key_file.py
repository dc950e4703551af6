"""Keys that sign heads, in the form of Go's `note` package, and where they are kept."""

import dataclasses
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import notes


@dataclasses.dataclass(frozen=True)
class SigningKey:
    """The name of a log, which its checkpoints begin with, or of a witness; and its Ed25519 key."""

    origin: str
    private: Ed25519PrivateKey
    kind: int = notes.LOG

    @property
    def vkey(self) -> str:
        """The line by which others know the key: what auditors keep."""
        return notes.vkey(self.origin, self.private.public_key(), kind=self.kind)

    def signers(self, size: int) -> "list[SigningKey]":
        """Return who signs the head of `size` entries: this key alone."""
        return [self]


def read(line: str, *, kind: int = notes.LOG) -> SigningKey:
    """Return the key of a line `PRIVATE+KEY+name+id+key`; what stands in further lines is not its.

    Raises ValueError, without the key in it, when it is none, or one of another kind.
    """
    key = SigningKey(*notes.read_secret(line.partition("\n")[0]))
    if key.kind != kind:
        raise ValueError(
            "A log's key signs heads, a witness's cosigns them: this is the other one."
        )
    return key


def new_origin(base_url: str) -> str:
    """Return a name for a new record: where it is, and something that no other one has."""
    return f"{urlsplit(base_url).hostname or 'localhost'}/breakglass/{secrets.token_hex(4)}"


def make(path: Path, origin: str, *, kind: int = notes.LOG) -> SigningKey:
    """Make a key and write it to `path`, which only its owner may read.

    Raises FileExistsError rather than replace a key.
    """
    key = SigningKey(origin, Ed25519PrivateKey.generate(), kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under its name there is a whole key or none, whenever we are killed; a link replaces nothing.
    begun = path.with_name(f"{path.name}.{os.getpid()}.new")
    begun.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(begun, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(notes.secret(origin, key.private, kind=kind) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(begun, path)
    finally:
        begun.unlink()
    return key
