"""Proofs in a Merkle tree, verified by the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2."""

from __future__ import annotations

from collections.abc import Sequence

from audit.core.findings import Tampered
from audit.core.hashing import HASH, node_hash


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Verify that the tree of `size` leaves and this root has this leaf at `index`.

    Raises Tampered with the reason when the proof does not show that.
    """
    if not 0 <= index < size:
        raise Tampered(f"A tree of {size} entries has no entry {index}.")
    _check_lengths([leaf_hash, root, *path])
    fn, sn, found = index, size - 1, leaf_hash
    for sibling in path:
        if sn == 0:
            raise Tampered(f"The proof of entry {index} is too long for a tree of {size}.")
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            fn, sn = _skip(fn, sn)
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Tampered(f"The proof of entry {index} is too short for a tree of {size}.")
    if found != root:
        raise Tampered(f"The proof of entry {index} does not lead to the signed root.")


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Verify that the tree of `size` leaves begins with the whole tree of `old_size` leaves.

    Of an empty tree only another empty tree can be proved to go on.

    Raises Tampered with the reason when the proof does not show that.
    """
    if not 0 <= old_size <= size:
        raise Tampered(f"A tree of {size} entries does not go on one of {old_size}.")
    _check_lengths([old_root, root, *path])
    if old_size == size:
        if path or old_root != root:
            raise Tampered(f"Two different trees of {size} entries were signed.")
        return
    if not old_size or not path:
        raise Tampered(f"The proof that {size} entries go on {old_size} is empty.")
    _climb(old_size, old_root, size, root, path)


def _climb(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> None:
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old_found = found = steps[0]
    for sibling in steps[1:]:
        if sn == 0:
            raise Tampered(f"The proof that {size} entries go on {old_size} is too long.")
        if fn & 1 or fn == sn:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            fn, sn = _skip(fn, sn)
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Tampered(f"The proof that {size} entries go on {old_size} is too short.")
    if (old_found, found) != (old_root, root):
        raise Tampered(f"The tree of {size} entries does not go on the signed one of {old_size}.")


def _skip(fn: int, sn: int) -> tuple[int, int]:
    """Go up the right edge, where a node has no sibling."""
    while not fn & 1 and fn:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(each) != HASH for each in hashes):
        raise Tampered(f"A hash in a proof is not {HASH} bytes long.")
