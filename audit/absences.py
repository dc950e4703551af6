"""What may be missing from the record, because the record itself says so."""

import json
from collections.abc import Iterable
from typing import Any


class Absences:
    """The compartments that entries `audit.erased` cover, each of entries before it."""

    def __init__(self, erasures: Iterable[tuple[int, bytes]]) -> None:
        """Take the erasures, in their order: the place of each, and the bytes of what it says.

        One that cannot be read covers nothing.
        """
        self._single: dict[tuple[str, int], int] = {}
        self._ranges: list[tuple[str, int, int]] = []
        for seq, body in erasures:
            try:
                self._take(seq, json.loads(body))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                continue

    def _take(self, seq: int, said: dict[str, Any]) -> None:
        part = said["compartment"]
        self._single |= {(part, each): seq for each in said.get("seqs") or []}
        if said.get("range"):
            first, last = said["range"]
            self._ranges.append((part, first, min(last, seq - 1)))

    def cover(self, seq: int, part: str) -> bool:
        """Whether the compartment of an entry may be missing."""
        return self._single.get((part, seq), -1) > seq or any(
            part == erased and first <= seq <= last for erased, first, last in self._ranges
        )
