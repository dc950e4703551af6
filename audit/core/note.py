"""Signed notes of C2SP: a text, an empty line, signature lines; and the keys that made them."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from audit.core import ed25519
from audit.core.findings import Tampered, Usage

LOG, WITNESS = 1, 4  # how a key signs: the text, or the text and when it was seen
LONGEST = 1_000_000  # bytes of a note
_MOST = 100  # signature lines
_SIGN = "[^\0-\x1f\ud800-\udfff]"  # surrogates stand for what is not UTF-8
_NOTE = re.compile(rf"((?:{_SIGN}*\n)+)\n((?:— [^\s+\ud800-\udfff]+ [0-9A-Za-z+/=]{{8,}}\n)+)")


class Key(NamedTuple):
    """A public key under its name."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        typed = bytes([self.kind]) + self.public
        return sha256(self.name.encode(errors="surrogateescape") + b"\n" + typed).digest()[:4]

    def __str__(self) -> str:
        typed = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{typed}"


class Note(NamedTuple):
    """A note that was read; nobody has looked at its signatures yet."""

    text: str
    lines: list[tuple[str, bytes]]  # name; key id and signature

    def signed_by(self, key: Key) -> int | None:
        """Return when a witness signed, 0 for a log, None for neither; Tampered where falsely."""
        for name, raw in self.lines:
            if (name, raw[:4]) == (key.name, key.id):
                text, time, signature = self.text, 0, raw[4:]
                if key.kind == WITNESS:
                    time, signature = int.from_bytes(raw[4:12], "big"), raw[12:]
                    text = f"cosignature/v1\ntime {time}\n{text}"
                if time >> 63 or not ed25519.is_signed(key.public, text.encode(), signature):
                    raise Tampered(f"The signature of {name} does not fit the text above it.")
                return time
        return None


def read_key(vkey: str, kind: int) -> Key:
    """Read a key in the form `name+id+base64`, or raise Usage."""
    name, _, rest = vkey.partition("+")
    with suppress(ValueError, IndexError):
        typed = decode(rest.partition("+")[2])
        key = Key(name, typed[0], typed[1:])
        if (str(key), len(typed), key.kind) == (vkey, 33, kind) and len(name.split()) == 1:
            return key
    raise Usage(f"This is no Ed25519 key of a {['log', 'witness'][kind > 1]}: {vkey[:200]!r}.")


def read_note(data: bytes) -> Note:
    """Read a signed note, or raise Tampered when it is not exactly in the form of one."""
    match = _NOTE.fullmatch(data[: LONGEST + 1].decode(errors="surrogateescape"))
    if not match or len(data) > LONGEST:
        raise Tampered("The note is no UTF-8 with signature lines at its end, or has odd signs.")
    lines = [line.split(" ") for line in match[2][:-1].split("\n")]
    if len(lines) > _MOST:
        raise Tampered(f"The note has more than {_MOST} signature lines.")
    try:
        return Note(match[1], [(name, decode(raw)) for _, name, raw in lines])
    except ValueError as error:
        raise Tampered(f"A signature line of the note cannot be read: {error}.") from None


def decode(encoded: str) -> bytes:
    """Return the bytes that are written so in base64, in the one canonical way, or ValueError."""
    data = base64.b64decode(encoded, validate=True)
    if base64.b64encode(data).decode() != encoded:
        raise ValueError("not canonical base64")
    return data
