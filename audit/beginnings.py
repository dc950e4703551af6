"""Where a pruned record begins: what a signed entry says of all that was before, and its tree.

Only entries are believed, and hashes: what is kept of the pruned ones has to be what the entry
`audit.pruned` holds the hash of, and the tiles that stay have to make the tree of what follows.
"""

import dataclasses
import hashlib
import json

from django.db import connection

from audit import pruned, tiles, tree
from audit.models import Tile
from audit.tree import HASH, WIDTH, Frontier

_SAID = """SELECT p.body FROM audit_entry e JOIN audit_payload p ON p.entry_id = e.seq
    WHERE e.kind = 'audit.pruned' AND p.part = 'd' AND e.seq >= %s
    AND EXISTS (SELECT FROM audit_checkpoint c WHERE c.size > e.seq) ORDER BY e.seq"""
_FIRST = "SELECT COALESCE(min(seq), 0) FROM audit_entry"


class Broken(Exception):
    """Raised inside at the first thing that is wrong; its text says what."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cut:
    """Where the record begins: `at` is the time of the entry before, in microseconds since 1970."""

    below: int
    at: int
    carried: str

    @property
    def tree(self) -> Frontier:
        """The tree of what was pruned, made of the hashes that stay: one for each 256 entries.

        Raises Broken where the tiles above are not what those make.
        """
        count = self.below // WIDTH
        rows = Tile.objects.filter(level=1, index__lt=-(-count // WIDTH)).order_by("index")
        data = b"".join(bytes(each) for each in rows.values_list("data", flat=True))
        hashes = [data[at : at + HASH] for at in range(0, count * HASH, HASH)]
        if len(data) < count * HASH:
            raise Broken("The record's tree is not whole: tiles of what was pruned are missing.")
        grown, above = tree.grow(Frontier(), hashes, lambda *_: b"")
        for tile in above:  # a level higher in the record, as each hash is that of a tile
            if tile.level and not tiles.read(tile.level + 1, tile.index).startswith(tile.data):
                raise Broken(
                    f"Tile {tile.index:,} of level {tile.level + 1} is not what the tiles make."
                )
        return Frontier(self.below, grown.hashes)

    def check_carried(self) -> None:
        """Raise Broken when what is kept of pruned objects is not what the entry says."""
        if hashlib.sha256(pruned.carried(self.below)).hexdigest() != self.carried:
            raise Broken("What is kept of the entries that were pruned was changed.")


def first() -> int:
    """Return the first entry that is there; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST)
        return int(cursor.fetchone()[0])


def cut_at(seq: int) -> Cut | None:
    """Return what a signed entry says of the record having been pruned up to just there, if any.

    While a pruning is carried out, entries below its cut are still there: they are passed over.
    """
    low = pruned.low()
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [seq])
        for (body,) in cursor.fetchall():
            try:
                said = json.loads(bytes(body))
                below, at = said["below"], int(said["at"])
                if below in {seq, max(seq, low)}:
                    return Cut(below=below, at=at, carried=str(said["carried"]))
            except (ValueError, TypeError, KeyError, RecursionError):
                continue  # the walk will come to it, and say what is wrong
    return None
