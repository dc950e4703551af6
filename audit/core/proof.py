"""Receipts of C2SP (`.tlog-proof`): an entry's place, the hashes to the root, a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from audit.core.checkpoint import Checkpoint, read_checkpoint, read_number
from audit.core.findings import Tampered
from audit.core.hashing import HASH, leaf_hash
from audit.core.merkle import verify_inclusion
from audit.core.note import LONGEST, decode

_FIRST = "c2sp.org/tlog-proof@v1"
_DEEPEST = 63  # hashes in a proof


@dataclass(frozen=True)
class Proof:
    """A receipt that was read; neither its signatures nor its hashes are verified yet."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: bytes = b""

    def verify(self, leaf: bytes) -> None:
        """Verify that the checkpoint's tree has `leaf` at its place.

        Raises Tampered with the reason when the proof does not show that.
        """
        head = self.checkpoint
        verify_inclusion(leaf_hash(leaf), self.index, head.size, self.path, head.root)


def read_proof(data: bytes) -> Proof:
    """Read a receipt.

    Raises Tampered when it is not exactly in the form of one.
    """
    if len(data) > LONGEST:
        raise Tampered(f"The receipt is longer than {LONGEST} bytes.")
    above, gap, below = data.partition(b"\n\n")
    try:
        first, *lines = above.decode().split("\n")
        extra = decode(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
        word, _, number = lines[0].partition(" ") if lines else ("", "", "")
        index, path = read_number(number), tuple(decode(line) for line in lines[1:])
    except ValueError as error:
        raise Tampered(f"This is no receipt: {error}.") from None
    if not gap or (first, word) != (_FIRST, "index"):
        raise Tampered("This is no receipt: it does not begin as one.")
    if len(path) > _DEEPEST or any(len(each) != HASH for each in path):
        raise Tampered("This is no receipt: its hashes are not those of a proof.")
    return Proof(index, path, read_checkpoint(below), extra)
