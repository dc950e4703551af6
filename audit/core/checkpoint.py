"""Checkpoints of C2SP: the note by which a log signs how many entries it has, and their root."""

import re

from audit.core.findings import Tampered
from audit.core.hashing import HASH, root
from audit.core.note import Note, decode, read_note


def read_number(text: str) -> int:
    """Return a decimal number below 10**18, written in the one way it may be, or ValueError."""
    if not re.fullmatch("0|[1-9][0-9]{0,17}", text):
        raise ValueError(f"{text[:40]!r} is not a number as logs write it")
    return int(text)


def read_checkpoint(data: bytes) -> tuple[str, int, bytes, Note]:
    """Return origin, size, root and note, or raise Tampered when it is not in that form."""
    note = read_note(data)
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Tampered("The checkpoint does not have three lines: origin, size and root.")
    try:
        size, top = read_number(lines[1]), decode(lines[2])
    except ValueError as error:
        raise Tampered(f"The size or the root of the checkpoint cannot be read: {error}.") from None
    if len(top) != HASH or (size == 0 and top != root([])):
        raise Tampered("The root of the checkpoint is not the hash of a tree.")
    return lines[0], size, top, note
