"""How fast a stranger verifies a long record with `bgverify`, beside what hashing alone costs.

Usage: python -m bench.bench_verify [ENTRIES]        (1,000,000 if not given)

A signed log in files is made first, as an export without words has it: 300 bytes an entry, seven
events of each object. "Hashing alone" is two SHA-256 an entry over the same bytes, which no
verifier can do without. What one core does is told in its own seconds, which others on the machine
lengthen less; two cores need a machine on which nothing else runs.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from audit import notes, tree
from audit.core.tiles import WIDTH, path
from bench.ground import Goals
from tests.audit.core.make import KEY, NOON, ORIGIN, VKEY, ask
from tests.audit.core.make import write as write_files

ROUNDS, NEW, AN_OBJECT = 3, 10_000, 7
_LEAF = (
    '{"actor":"user:%032x","at":%d,"case":"request:%032x","ev":"grant.activated","id":"%032x",'
    '"obj":"grant:%032x","occ":%d,"ov":%d,"pc":{"d":"%064x"},"seq":%d,"v":1}'
)


def main(count: int) -> int:
    """Measure and print; return 1 when a goal is missed."""
    goals = Goals()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _make(count, home)
        words = ["log", str(home / "log"), "--vkey", VKEY]
        hashing = [_seconds(lambda: _hash(count)) for _ in range(ROUNDS)]
        one = [_verified(words) for _ in range(ROUNDS)]
        pairs = [_paired(words) for _ in range(ROUNDS)]
        new = [_verified([*words, "--since", str(home / "known")]) for _ in range(ROUNDS)]
    print(f"hashing alone: {count / min(hashing):12,.0f} entries/s")
    print(f"bgverify:      {count / min(one):12,.0f} entries/s on one core")
    goals.ratio("entries/s on one core ÷ 150,000", [count / 150_000] * ROUNDS, one, least=1)
    goals.ratio("two cores ÷ one", *zip(*pairs, strict=True), least=1.5)
    goals.most(f"the last {NEW:,} of {count:,}", min(new) * 1000, most=500)
    return goals.missed


def _leaves(first: int, last: int) -> list[bytes]:
    found = []
    for seq in range(first, last):
        thing, version = divmod(seq, AN_OBJECT)
        at = (NOON + seq) * 1_000_000
        said = (thing, at, thing, seq, thing, at, version + 1, seq, seq)
        found.append((_LEAF % said).encode())
    return found


def _make(count: int, home: Path) -> None:
    """Write the log, and the head that was known before its last entries."""
    frontier, known = tree.Frontier(), tree.Frontier()
    tiles: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        return tiles[level, index]

    for first in range(0, count, WIDTH):
        leaves = _leaves(first, min(first + WIDTH, count))
        hashes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
        if first <= count - NEW < first + WIDTH:
            known = frontier.append(hashes[: count - NEW - first])
        frontier, grown = tree.grow(frontier, hashes, read)
        tiles.update({(tile.level, tile.index): tile.data for tile in grown if tile.level})
        write_files(dict(_files(first, leaves, hashes)), home / "log")
    for (level, index), data in tiles.items():
        write_files({path(level, index, len(data) // 32): data}, home / "log")
    write_files({"log/checkpoint": _head(frontier), "known": _head(known)}, home)


def _files(first: int, leaves: list[bytes], hashes: list[bytes]) -> Iterator[tuple[str, bytes]]:
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
    yield path("entries", first // WIDTH, len(leaves)), bundle
    yield path(0, first // WIDTH, len(leaves)), b"".join(hashes)


def _head(grown: tree.Frontier) -> bytes:
    text = notes.checkpoint_text(ORIGIN, grown.size, grown.root)
    return notes.note(text, [notes.sign(text, name=ORIGIN, key=KEY)]).encode()


def _hash(count: int) -> None:
    leaf, node = b"\0" + _leaves(7, 8)[0], b"\1" + bytes(64)
    for _ in range(count):
        sha256(leaf).digest()
        sha256(node).digest()


def _paired(words: list[str]) -> tuple[float, float]:
    """Return how long one core takes, and two right after it, by the clock on the wall."""
    wall = time.perf_counter
    return _verified(words, wall), _verified([*words, "--jobs", "2"], wall)


def _verified(words: list[str], clock: Callable[[], float] = time.process_time) -> float:
    said: list[tuple[int, str]] = []
    seconds = _seconds(lambda: said.append(ask(*words)), clock)
    assert said[0][0] == 0, said
    return seconds


def _seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    began = clock()
    work()
    return clock() - began


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
