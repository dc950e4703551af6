"""The hashes of RFC 6962: leaves and inner nodes begin with different bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH = 32
EMPTY = hashlib.sha256().digest()  # the root of a tree without leaves
_sha256 = hashlib.sha256


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return _sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return _sha256(b"\1" + left + right).digest()


def commitment(salt: bytes, body: bytes) -> str:
    """Return the hash, in hex, by which a leaf binds a payload without telling what is in it."""
    return _sha256(b"bg.payload.v1\0" + salt + body).hexdigest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over these hashes of equal height: RFC 6962's MTH, level by level."""
    level = list(hashes)
    if not level:
        return EMPTY
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [
            _sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ] + odd
    return level[0]
