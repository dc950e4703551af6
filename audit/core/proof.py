"""Receipts of C2SP (`.tlog-proof`): an entry's place, the hashes to the root, a checkpoint."""

from audit.core.checkpoint import read_number
from audit.core.findings import Tampered
from audit.core.note import LONGEST, decode


def read_proof(data: bytes) -> tuple[int, list[bytes], bytes]:
    """Return index, path and checkpoint, or raise Tampered when it is not in that form."""
    above, _, below = data[:LONGEST].partition(b"\n\n")
    try:
        first, *lines = above.decode().split("\n")
        if lines and lines[0].startswith("extra "):  # whatever it says, nobody signed it
            decode(lines.pop(0)[6:])
        word, _, number = lines[0].partition(" ")
        index, path = read_number(number), [decode(line) for line in lines[1:]]
    except (ValueError, IndexError) as error:
        raise Tampered(f"This is no receipt: {error}.") from None
    if (first, word) != ("c2sp.org/tlog-proof@v1", "index") or len(path) > 63:
        raise Tampered("This is no receipt: it does not begin as one.")
    return index, path, below
