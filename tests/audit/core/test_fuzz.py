"""Whatever bytes come, the readers answer with what they read or with a sentence."""

import random
from collections.abc import Callable

import pytest

from audit.core import envelope
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Finding
from audit.core.note import read_note
from audit.core.policy import read_policy
from audit.core.proof import read_proof
from audit.core.tiles import Folder, entries, hashes
from tests.audit.core.make import WITNESSED, made

LOG = made(40)
ODD = ["\n", "\n\n", " ", "0", "-", "\\u0000", "{", "[", '"', "—", "9" * 30, "+", "=", "\r"]
PIECES = [each.encode() for each in ODD] + [b"\xff", b"\xed\xa0\x80", b"\0"]


class One(Folder):
    """A folder in which every file holds the same."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, path: str) -> bytes | None:
        return self._data


READERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "note": (read_note, LOG.note(seen_by=("w1", "w2")).encode()),
    "checkpoint": (read_checkpoint, LOG.note(seen_by=("w1", "w2")).encode()),
    "receipt": (read_proof, LOG.receipt(7).encode()),
    "leaf": (lambda data: envelope.read(data, 5), LOG.leaves[5]),
    "policy": (read_policy, WITNESSED.encode()),
    "entries": (lambda data: [*entries(One(data), 0, 40)], LOG.files()["tile/entries/000.p/40"]),
    "tile": (lambda data: hashes(One(data), 0, 0, 40), LOG.files()["tile/0/000.p/40"]),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place, other = chance.randrange(len(spoilt) + 1), chance.randrange(len(spoilt) + 1)
        length = chance.choice([1, 2, 30, 300])
        piece = chance.choice(
            [
                b"",
                chance.choice(PIECES),
                bytes([chance.randrange(256)]) * length,
                bytes(spoilt[other : other + length]),
            ]
        )
        spoilt[place : place + chance.choice([0, 1, length])] = piece
    return bytes(spoilt)


@pytest.mark.parametrize("name", READERS)
def test_no_mutation_makes_a_reader_stumble(name: str) -> None:
    (read, whole), chance = READERS[name], random.Random(name)  # noqa: S311
    read(whole)
    refused = 0
    for _ in range(2000):
        try:
            read(mutated(whole, chance))
        except Finding as finding:
            refused += bool(str(finding))
    assert refused > 500
