"""The tiles of the record's tree, where they are stored."""

from audit.models import Entry, Tile
from audit.tree import HASH, WIDTH


def read(level: int, index: int) -> bytes:
    """Return the hashes of one tile, as many as there are: `tree.ReadTile`."""
    data = Tile.objects.filter(level=level, index=index).values_list("data", flat=True).first()
    if data is not None:
        return bytes(data)
    return b"" if level else _of_entries(index)


def _of_entries(index: int) -> bytes:
    """Return the last tile of level 0, which is not full yet and so not stored."""
    first = index * WIDTH
    rows = Entry.objects.filter(seq__gte=first, seq__lt=first + WIDTH).order_by("seq")
    found = [(seq, bytes(data)) for seq, data in rows.values_list("seq", "leaf_hash")]
    dense = [data for place, (seq, data) in enumerate(found) if seq == first + place]
    return b"".join(data for data in dense if len(data) == HASH)
