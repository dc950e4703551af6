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


def bundle(index: int, width: int) -> bytes:
    """Return the first `width` entries that the tile `index` of level 0 is of, as C2SP has them.

    Each stands behind its length in two bytes. Nothing where some are gone.
    """
    first = index * WIDTH
    rows = Entry.objects.filter(seq__gte=first, seq__lt=first + width).order_by("seq")
    leaves = [bytes(leaf) for leaf in rows.values_list("leaf", flat=True)]
    if len(leaves) < width:
        return b""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
