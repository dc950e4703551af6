"""Checkpoints of C2SP: the note by which a log signs how many entries it has, and their root."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.core.findings import Tampered
from audit.core.hashing import EMPTY, HASH
from audit.core.note import Note, decode, read_note

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """What a log signed."""

    origin: str
    size: int
    root: bytes
    note: Note


def read_number(text: str) -> int:
    """Return a decimal number that is written in the one way it may be.

    Raises ValueError for a sign, a leading zero, a space, or anything of 10**18 and more.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a number as logs write it")
    return int(text)


def read_checkpoint(data: bytes) -> Checkpoint:
    """Read a checkpoint; its signatures are still to be verified.

    Raises Tampered when it is not exactly in the form of one.
    """
    note = read_note(data)
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Tampered("The checkpoint does not have three lines: origin, size and root.")
    try:
        size, root = read_number(lines[1]), decode(lines[2])
    except ValueError as error:
        raise Tampered(f"The size or the root of the checkpoint cannot be read: {error}.") from None
    if len(root) != HASH or (size == 0 and root != EMPTY):
        raise Tampered("The root of the checkpoint is not the hash of a tree.")
    return Checkpoint(lines[0], size, root, note)
