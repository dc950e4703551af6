"""The Merkle tree of the record (RFC 6962), kept as tiles: growing it, its roots and its proofs.

A tree of any size is carried on by its *frontier* alone: the roots of its full subtrees, largest
first, one for each bit of its size. Tiles hold hashes for everything else, 256 in each: level 0
the leaves, level 1 the roots of full tiles of level 0, and so on (C2SP tlog-tiles).

Nothing here verifies a proof: `audit.core` does, with code of its own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

HASH = 32
WIDTH = 256  # hashes in a full tile
_HEIGHT = 8  # levels of the tree in one tile

ReadTile = Callable[[int, int], bytes]
"""Gives the bytes of the tile at (level, index): all there are, however many that is."""


class TileTooShort(LookupError):
    """A tile does not hold the hashes that a tree of this size has there."""


def _pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over subtrees of falling size, as a frontier holds them."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = _pair(left, root)
    return root


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves, as far as one needs to know it to make it grow."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count() or any(len(h) != HASH for h in self.hashes):
            raise ValueError(f"A tree of {self.size} leaves does not have this frontier.")

    @property
    def root(self) -> bytes:
        """The root hash of the tree."""
        return _fold(self.hashes) if self.hashes else hashlib.sha256().digest()

    def append(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """Return the frontier of the tree that has these leaves as well."""
        return _grow(self, leaf_hashes)[0]

    def __bytes__(self) -> bytes:
        """Return what `from_bytes` reads: the size in 8 bytes, then the hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Return the frontier that was written with `bytes`.

        Raises ValueError when that is not what `data` is.
        """
        hashes = tuple(_split(data[8:]))
        return cls(int.from_bytes(data[:8], "big"), hashes)


def _grow(
    frontier: Frontier, leaf_hashes: Iterable[bytes]
) -> tuple[Frontier, dict[int, list[bytes]]]:
    """Return the new frontier, and the roots of the tiles that became full, by level above."""
    stack, size = [*frontier.hashes], frontier.size
    completed: dict[int, list[bytes]] = defaultdict(list)
    for leaf_hash in leaf_hashes:
        root, height, rest = leaf_hash, 0, size
        while rest & 1:
            root, height, rest = _pair(stack.pop(), root), height + 1, rest >> 1
            if height % _HEIGHT == 0:
                completed[height // _HEIGHT].append(root)
        stack.append(root)
        size += 1
    return Frontier(size, tuple(stack)), completed


@dataclass(frozen=True)
class Tile:
    """What is to be stored at (level, index), in place of what was there before."""

    level: int
    index: int
    data: bytes

    @property
    def is_full(self) -> bool:
        """Whether it never changes any more."""
        return len(self.data) == WIDTH * HASH


def grow(
    frontier: Frontier, leaf_hashes: Sequence[bytes], read_tile: ReadTile
) -> tuple[Frontier, list[Tile]]:
    """Append a batch; return the new frontier and the tiles that it filled or changed.

    Of level 0 only full tiles are returned (the leaves themselves are stored elsewhere), of the
    levels above partial ones as well. `read_tile` is asked for the partial tiles that the batch
    goes on with.
    """
    grown, levels = _grow(frontier, leaf_hashes)
    levels[0] = [*leaf_hashes]
    tiles: list[Tile] = []
    for level, hashes in sorted(levels.items()):
        tiles += _continued(level, frontier.size >> (_HEIGHT * level), hashes, read_tile)
    return grown, tiles


def _continued(level: int, width: int, hashes: list[bytes], read_tile: ReadTile) -> Iterator[Tile]:
    """Cut the hashes that follow the `width` first ones of a level into tiles."""
    position = 0
    while position < len(hashes):
        index, held = divmod(width + position, WIDTH)
        new = hashes[position : position + WIDTH - held]
        position += len(new)
        if level == 0 and held + len(new) < WIDTH:
            return
        before = _Tiles(read_tile).prefix(level, index, held) if held else b""
        yield Tile(level, index, before + b"".join(new))


class _Tiles:
    """Reads each tile once, and gives the roots of subtrees from them."""

    def __init__(self, read_tile: ReadTile) -> None:
        self._read = read_tile
        self._known: dict[tuple[int, int], bytes] = {}

    def prefix(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile."""
        if (level, index) not in self._known:
            self._known[level, index] = bytes(self._read(level, index))
        data = self._known[level, index]
        if len(data) < width * HASH:
            raise TileTooShort(
                f"Tile {index} of level {level} holds {len(data) // HASH} hashes, not {width}."
            )
        return data[: width * HASH]

    def full(self, height: int, index: int) -> bytes:
        """Return the root of the full subtree number `index` among those of this height."""
        level, inside = divmod(height, _HEIGHT)
        tile, offset = divmod(index << inside, WIDTH)
        hashes = [*_split(self.prefix(level, tile, offset + (1 << inside))[offset * HASH :])]
        while len(hashes) > 1:
            hashes = [_pair(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def frontier(self, low: int, high: int) -> tuple[bytes, ...]:
        """Return the roots of the full subtrees that make up the leaves [low, high).

        `low` must be divisible by the largest power of two that is not above `high - low`.
        """
        hashes = []
        for height in reversed(range((high - low).bit_length())):
            if (high - low) >> height & 1:
                hashes.append(self.full(height, low >> height))
                low += 1 << height
        return tuple(hashes)

    def root(self, low: int, high: int) -> bytes:
        """Return the root of the subtree over the leaves [low, high) of a proof."""
        return _fold(self.frontier(low, high))


def frontier_at(size: int, read_tile: ReadTile) -> Frontier:
    """Return the frontier of the tree when it had `size` leaves."""
    return Frontier(size, _Tiles(read_tile).frontier(0, size))


def inclusion_proof(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the tree of `size` leaves.

    Raises ValueError when that tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    tiles = _Tiles(read_tile)
    return _path(tiles, index, 0, size)


def _path(tiles: _Tiles, index: int, low: int, high: int) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, for the leaf `index` among [low, high)."""
    path = []
    while high - low > 1:
        middle = _middle(low, high)
        if index < middle:
            path.append(tiles.root(middle, high))
            high = middle
        else:
            path.append(tiles.root(low, middle))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read_tile: ReadTile) -> list[bytes]:
    """Return the hashes that prove that the tree of `old` leaves is how that of `new` began.

    Nothing is needed, and so nothing returned, when `old` is 0 or the same as `new`.

    Raises ValueError when `old` is above `new`.
    """
    if not 0 <= old <= new:
        raise ValueError(f"A tree of {old} leaves is no beginning of one of {new}.")
    tiles, low, high, proof = _Tiles(read_tile), 0, new, []
    if old in (0, new):
        return []
    # SUBPROOF of RFC 6962, section 2.1.2: go down to where the old tree ends.
    while old < high:
        middle = _middle(low, high)
        if old <= middle:
            proof.append(tiles.root(middle, high))
            high = middle
        else:
            proof.append(tiles.root(low, middle))
            low = middle
    if low:  # otherwise the old tree is one full subtree, whose root the verifier has
        proof.append(tiles.root(low, high))
    return proof[::-1]


def _middle(low: int, high: int) -> int:
    """Return where RFC 6962 divides the leaves [low, high): behind the largest power of two."""
    return low + (1 << (high - low - 1).bit_length() - 1)


def _split(data: bytes) -> Iterator[bytes]:
    return (data[start : start + HASH] for start in range(0, len(data), HASH))
