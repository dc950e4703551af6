"""A log as files, by C2SP tlog-tiles: where its tiles and entries lie, and reading them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from audit.core.findings import Tampered, Usage
from audit.core.hashing import HASH, root

WIDTH = 256  # hashes in a full tile, entries in a full bundle of entries
LARGEST = 65_537 * WIDTH  # bytes of a file: a bundle of the longest entries
BROKEN = (EOFError, OSError, RuntimeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error)


class Folder:
    """The files of a log in a folder."""

    def __init__(self, place: str) -> None:
        self._place = Path(place)
        if not self._place.is_dir():
            raise Usage(f"{place} is not a folder.")

    def read(self, path: str) -> bytes | None:
        """Return what the file holds, or None where there is none."""
        try:
            file = self._open(path)
            if file is None:
                return None
            with file:
                data = file.read(LARGEST + 1)
        except BROKEN as error:
            raise Tampered(f"{path} cannot be read: {error}.") from None
        if len(data) > LARGEST:
            raise Tampered(f"{path} is larger than such a file can be.")
        return data

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted."""
        place = self._place / folder
        return sorted(each.name for each in place.iterdir()) if place.is_dir() else []

    def _open(self, path: str) -> IO[bytes] | None:
        return (self._place / path).open("rb") if (self._place / path).is_file() else None


def path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Return where a tile lies; level "entries" is that of the bundles of entries."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == WIDTH else f".p/{width}")


def _find(source: Folder, level: int | str, index: int, width: int) -> tuple[bytes, int]:
    """Return a tile and its width: the full one serves as well, once the partial one is gone."""
    for held in (width, WIDTH):
        data = source.read(path(level, index, held))
        if data is not None:
            return data, held
    raise Tampered(f"{path(level, index, width)} is missing: the signed tree has it.")


def hashes(source: Folder, level: int, index: int, width: int) -> list[bytes]:
    """Return the first `width` hashes of a tile."""
    data, held = _find(source, level, index, width)
    if len(data) != held * HASH:
        raise Tampered(f"{path(level, index, held)} has {len(data)} bytes, not {held * HASH}.")
    return [data[start : start + HASH] for start in range(0, width * HASH, HASH)]


def entries(source: Folder, index: int, width: int) -> Iterator[bytes]:
    """Yield the first `width` entries of a bundle; raise Tampered where they do not fill it."""
    data, held = _find(source, "entries", index, width)
    place, first, last, size = 0, index * WIDTH, index * WIDTH + width, len(data)
    data += b"\0\0"  # so that there is a length to read at its end as well
    for seq in range(first, first + held):
        start = place + 2
        place = start + (data[place] << 8 | data[place + 1])
        if place > size:
            raise Tampered(f"Entry {seq} is missing, or cut: its bundle ends before it does.")
        if seq < last:
            yield data[start:place]
    if place != size:
        raise Tampered(f"{path('entries', index, held)} has bytes behind its last entry.")


class Tiles:
    """The tiles of a log of `size` entries; each above level 0 fits to those below it."""

    def __init__(self, source: Folder, size: int) -> None:
        self.source, self.size = source, size
        self.levels: list[list[bytes]] = [[]]  # all hashes of each level above 0
        while count := size >> 8 * (level := len(self.levels)):
            starts = range(0, count, WIDTH)
            rows = (hashes(source, level, s // WIDTH, min(WIDTH, count - s)) for s in starts)
            self.levels.append([each for row in rows for each in row])
        for level in range(1, len(self.levels) - 1):
            for index in range(len(self.levels[level + 1])):
                self._fit(level, index, self.levels[level][index * WIDTH : (index + 1) * WIDTH])

    def _fit(self, level: int, index: int, row: list[bytes]) -> None:
        if root(row) != self.levels[level + 1][index]:
            raise Tampered(f"{path(level, index)} does not fit to the tile above it.")

    def leaves(self, index: int) -> list[bytes]:
        """Return the hashes of a tile of level 0; a full one fits to level 1."""
        row = hashes(self.source, 0, index, min(WIDTH, self.size - index * WIDTH))
        if len(row) == WIDTH:
            self._fit(0, index, row)
        return row

    def leaf(self, seq: int) -> bytes:
        """Return an entry, unverified."""
        index, place = divmod(seq, WIDTH)
        return [*entries(self.source, index, min(WIDTH, self.size - index * WIDTH))][place]

    def root_at(self, size: int) -> bytes:
        """Return the root of the tree when it had `size` leaves, from its right edge."""
        rest = size % WIDTH
        edge = self.leaves(size // WIDTH)[:rest] if rest else []
        for level in range(1, len(self.levels)):
            count = size >> 8 * level
            edge = self.levels[level][count - count % WIDTH : count] + [root(edge)][: len(edge)]
        return root(edge)
