"""The hashes of RFC 6962: leaves and inner nodes begin with different bytes."""

from hashlib import sha256

HASH = 32


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def root(hashes: list[bytes]) -> bytes:
    """Return the root over hashes of equal height; the last may be of a smaller, ragged tree."""
    level = list(hashes) or [sha256().digest()]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2])
        level = [sha256(b"\1" + a + b).digest() for a, b in pairs] + level[len(level) & ~1 :]
    return level[0]
