"""Proofs in a Merkle tree, verified by the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2."""

from audit.core.findings import Tampered
from audit.core.hashing import HASH, node_hash

Hashes = list[bytes]


def verify_inclusion(leaf_hash: bytes, index: int, size: int, path: Hashes, root: bytes) -> None:
    """Verify that the tree of `size` leaves and this root has this leaf, or raise Tampered."""
    if not 0 <= index < size:
        raise Tampered(f"A tree of {size} entries has no entry {index}.")
    if _climb(index, size - 1, [leaf_hash, *path])[1] != root:
        raise Tampered(f"The proof of entry {index} does not lead to the signed root.")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, path: Hashes) -> None:
    """Verify that the tree of `size` leaves begins with all of `old`, of which there are some."""
    if old == size and not path and old_root == root:
        return
    if not 0 < old < size or not path:
        raise Tampered(f"It is not shown that {size} entries go on {old}.")
    full = old & (old - 1) == 0  # then its root is itself where the climb begins
    fn, sn = _rise(old - 1, size - 1, while_odd=1)
    if _climb(fn, sn, [*[old_root][:full], *path]) != (old_root, root):
        raise Tampered(f"The tree of {size} entries does not go on the signed one of {old}.")


def _climb(fn: int, sn: int, steps: Hashes) -> tuple[bytes, bytes]:
    """Return the roots that are reached over all hashes, and over those to the left alone."""
    if any(len(each) != HASH for each in steps):
        raise Tampered(f"A hash in the proof is not {HASH} bytes long.")
    left = whole = steps[0]
    for sibling in steps[1:]:
        if sn == 0:
            raise Tampered("The proof is too long for the trees that it is about.")
        if fn & 1 or fn == sn:
            left, whole = node_hash(sibling, left), node_hash(sibling, whole)
            fn, sn = _rise(fn, sn, while_odd=0)
        else:
            whole = node_hash(whole, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Tampered("The proof is too short for the trees that it is about.")
    return left, whole


def _rise(fn: int, sn: int, *, while_odd: int) -> tuple[int, int]:
    while fn and fn & 1 == while_odd:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn
