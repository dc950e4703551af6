"""Signed notes of C2SP: a text, an empty line, signature lines; and the keys that made them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from audit.core import ed25519
from audit.core.findings import Tampered, Usage

LONGEST = 1_000_000  # bytes of a note
MOST = 100  # signature lines
LOG = 1
WITNESS = 4
_CONTROL = re.compile("[\0-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Key:
    """A public key under its name; `kind` says how it signs: LOG or WITNESS."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which signature lines name it."""
        return hashlib.sha256(
            self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        ).digest()[:4]

    def is_signed(self, text: str, signature: bytes) -> bool:
        """Whether the bytes of a signature line, after the id, are this key's under `text`."""
        if self.kind == LOG:
            return ed25519.is_signed(self.public, text.encode(), signature)
        stamp, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = f"cosignature/v1\ntime {stamp}\n{text}".encode()
        return stamp < 2**63 and ed25519.is_signed(self.public, message, signature)


@dataclass(frozen=True)
class Line:
    """A signature line: who says to have signed, with which key, and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def time(self) -> int:
        """When a witness says to have signed, in seconds since 1970."""
        return int.from_bytes(self.signature[:8], "big")


@dataclass(frozen=True)
class Note:
    """A note that was read; nobody has looked at its signatures yet."""

    text: str
    lines: tuple[Line, ...]

    def signed_by(self, key: Key) -> Line | None:
        """Return the line that `key` signed, or None where it did not.

        Raises Tampered when a line says that it did, and it did not: the rest of such a note is
        not to be trusted either.
        """
        own = [line for line in self.lines if (line.name, line.key_id) == (key.name, key.id)]
        for line in own[:1]:
            if not key.is_signed(self.text, line.signature):
                raise Tampered(f"The signature of {key.name} does not fit the text above it.")
            return line
        return None


def read_key(vkey: str) -> Key:
    """Read a key in the form `name+id+base64`.

    Raises Usage when it is not one.
    """
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        typed = decode(encoded)
    except ValueError:
        typed = b""
    if is_name(name) and len(typed) == 33 and typed[0] in (LOG, WITNESS):
        key = Key(name, typed[0], typed[1:])
        if key.id.hex() == key_id:
            return key
    raise Usage(f"This is no key of a log or a witness: {vkey[:200]!r}.")


def read_note(data: bytes) -> Note:
    """Read a signed note.

    Raises Tampered when it is not exactly in the form of one.
    """
    if len(data) > LONGEST:
        raise Tampered(f"The note is longer than {LONGEST} bytes.")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise Tampered("The note is not UTF-8.") from None
    if _CONTROL.search(whole):
        raise Tampered("The note has a control character in it.")
    text, gap, block = whole.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise Tampered("The note does not end with signature lines.")
    lines = block[:-1].split("\n")
    if len(lines) > MOST:
        raise Tampered(f"The note has more than {MOST} signature lines.")
    return Note(text + "\n", tuple(_read_line(line) for line in lines))


def _read_line(line: str) -> Line:
    dash, name, encoded = ([*line.split(" "), "", ""])[:3]
    try:
        signature = decode(encoded)
    except ValueError:
        signature = b""
    if dash != "—" or line.count(" ") != 2 or not is_name(name) or len(signature) < 5:
        raise Tampered(f"The note has a malformed signature line: {line[:100]!r}.")
    return Line(name, signature[:4], signature[4:])


def is_name(name: str) -> bool:
    """Whether a key may be called so."""
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name)


def decode(encoded: str) -> bytes:
    """Return the bytes that are written so in base64, in the one canonical way.

    Raises ValueError when they are not.
    """
    try:
        data = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64") from None
    if base64.b64encode(data).decode() != encoded:
        raise ValueError("not canonical base64")
    return data
