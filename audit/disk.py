"""Files that are there whole or not at all, and for certain."""

import os
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write a file in place of the one that was there, and return when the disk has it.

    A crash leaves the old one or the new one. Only one process may write it at a time.
    """
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
