"""A bundle of evidence: a zip that is read where it lies, never unpacked, and never believed."""

from __future__ import annotations

import stat
import struct
import zipfile
from typing import IO

from audit.core.findings import Tampered, Usage
from audit.core.tiles import BROKEN, Folder

_MOST = 100_000  # files


class Bundle(Folder):
    """The files of a zip. Names that lead out of it, or stand twice, are Tampered."""

    def __init__(self, place: str) -> None:
        try:
            with open(place, "rb") as file:  # noqa: PTH123
                _check_count(file)
            self._zip = zipfile.ZipFile(place)
        except BROKEN as error:
            raise Usage(f"{place} cannot be read as a bundle: {error}.") from None
        self._files = {info.filename: info for info in self._zip.infolist()}
        if len(self._files) != len(self._zip.infolist()):
            raise Tampered("A name stands twice in the bundle.")
        for name, info in self._files.items():
            if {"", ".", ".."} & {*name.rstrip("/").split("/")} or {"\\", ":"} & {*name}:
                raise Tampered(f"{name[:200]!r} in the bundle leads out of it.")
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise Tampered(f"{name[:200]!r} in the bundle is no plain file.")

    def names(self, folder: str) -> list[str]:
        found = (name.partition("/") for name in self._files)
        return sorted(name for begin, _, name in found if begin == folder and name)

    def _open(self, path: str) -> IO[bytes] | None:
        return self._zip.open(path) if path in self._files else None


def _check_count(file: IO[bytes]) -> None:
    """Look at the end of a zip for how much its list of files will take, before that is read."""
    file.seek(max(0, file.seek(0, 2) - 65_600))
    tail = file.read()
    count, size = struct.unpack_from("<HL", tail, tail.rindex(b"PK\5\6") + 10)
    if count > _MOST or size > 200 * _MOST or b"PK\6\7" in tail:
        raise Tampered("The bundle has too many files; unpack it, and verify it as a folder.")
