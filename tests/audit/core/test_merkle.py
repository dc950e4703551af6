"""Proofs are verified as RFC 9162 says, and nothing else passes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.core import hashing
from audit.core.findings import Tampered
from audit.core.merkle import verify_consistency, verify_inclusion
from tests.audit import rfc6962

HASHES = [rfc6962.leaf_hash(b"%d" % number) for number in range(130)]
ROOTS = [rfc6962.mth(HASHES[:size]) for size in range(131)]
Proof = list[bytes]


def fails(verify: Callable[..., None], *facts: object) -> bool:
    try:
        verify(*facts)
    except Tampered as finding:
        return str(finding).endswith(".")
    return False


@pytest.mark.parametrize("size", range(9))
def test_hashes_are_those_of_certificate_transparency(size: int) -> None:
    assert (
        hashing.root([*map(hashing.leaf_hash, rfc6962.LEAVES[:size])]).hex()
        == (rfc6962.ROOTS[size])
    )


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 31, 64, 127, 128, 129, 130])
def test_every_inclusion_proof_is_accepted_for_its_place_alone(size: int) -> None:
    for index in range(size):
        path = rfc6962.path(index, HASHES[:size])
        verify_inclusion(HASHES[index], index, size, path, ROOTS[size])
        for other in {index - 1, index + 1, size, -1, index + (1 << len(path))} - {index}:
            assert fails(verify_inclusion, HASHES[index], other, size, path, ROOTS[size])
        assert fails(verify_inclusion, HASHES[index - 1], index, size, path, ROOTS[size])
        for other in (size - 1, size + 1):
            root = ROOTS[other] if other < 131 else ROOTS[0]
            assert fails(verify_inclusion, HASHES[index], index, other, path, root)


def test_every_consistency_proof_to_130_leaves_is_accepted_for_its_sizes_alone() -> None:
    for size in range(1, 131):
        for old in range(1, size + 1):
            path = rfc6962.proof(old, HASHES[:size])
            verify_consistency(old, ROOTS[old], size, ROOTS[size], path)
            if old < size:
                other = ROOTS[old - 1]
                assert fails(verify_consistency, old, other, size, ROOTS[size], path)
                assert fails(verify_consistency, old - 1, other, size, ROOTS[size], path)
                assert fails(verify_consistency, old, ROOTS[old], size, ROOTS[old], path)
                assert fails(verify_consistency, old, ROOTS[old], size, ROOTS[size], path[:-1])


INCLUSION = (HASHES[11], 11, 23, rfc6962.path(11, HASHES[:23]), ROOTS[23])
CONSISTENCY = (11, ROOTS[11], 23, ROOTS[23], rfc6962.proof(11, HASHES[:23]))
POWER = (4, ROOTS[4], 23, ROOTS[23], rfc6962.proof(4, HASHES[:23]))
SPOILT: dict[str, Callable[[Proof], Proof]] = {
    "empty": lambda _: [],
    "reversed": lambda path: path[::-1],
    "cut at its end": lambda path: path[:-1],
    "cut at its start": lambda path: path[1:],
    "one more": lambda path: [*path, ROOTS[23]],
    "one before": lambda path: [ROOTS[11], *path],
    "64 hashes": lambda path: path * 16,
    "an empty hash": lambda path: [b"", *path],
    "a hash cut in two": lambda path: [path[0][:16], path[0][16:], *path[1:]],
    "a hash of 33 bytes": lambda path: [path[0] + b"\0", *path[1:]],
    "two hashes in one": lambda path: [path[0] + path[1], *path[2:]],
    "a bit turned": lambda path: [bytes([path[0][0] ^ 16]) + path[0][1:], *path[1:]],
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_proof_is_refused(how: str) -> None:
    leaf, index, size, path, root = INCLUSION
    assert fails(verify_inclusion, leaf, index, size, SPOILT[how](path), root)
    for old, old_root, new, new_root, proof in (CONSISTENCY, POWER):
        assert fails(verify_consistency, old, old_root, new, new_root, SPOILT[how](proof))


PLACES = [(0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (11, 23), (16, 23), (64, 130)]


@pytest.mark.parametrize(("index", "size"), PLACES)
def test_an_inclusion_proof_holds_for_nothing_else(index: int, size: int) -> None:
    """These are the alterations that the reference implementation's vectors consist of."""
    path, leaf, root = rfc6962.path(index, HASHES[:size]), HASHES[index], ROOTS[size]
    verify_inclusion(leaf, index, size, path, root)

    for other in {index - 1, index + 1, index ^ 2}:
        assert fails(verify_inclusion, leaf, other, size, path, root)
    for other in (size * 2, size // 2):
        assert fails(verify_inclusion, leaf, index, other, path, root)
    for wrong in (rfc6962.leaf_hash(b"WrongLeaf"), b"", b"WrongLeaf"):
        assert fails(verify_inclusion, wrong, index, size, path, root)
    for wrong in (ROOTS[0], b"", leaf if size > 1 else ROOTS[0]):
        assert fails(verify_inclusion, leaf, index, size, path, wrong)
    for longer in ([*path, b""], [*path, root], [b"", *path], [root, *path]):
        assert fails(verify_inclusion, leaf, index, size, longer, root)
    assert not path or fails(verify_inclusion, leaf, index, size, path[:-1], root)


@pytest.mark.parametrize(("old", "size"), [(1, 8), (6, 8), (2, 5), (6, 7), (4, 8), (16, 130)])
def test_a_consistency_proof_holds_for_nothing_else(old: int, size: int) -> None:
    path, first, root = rfc6962.proof(old, HASHES[:size]), ROOTS[old], ROOTS[size]
    verify_consistency(old, first, size, root, path)

    for other in {old - 1, old + 1, old ^ 2}:
        assert fails(verify_consistency, other, first, size, root, path)
    for other in (size * 2, size // 2):
        assert fails(verify_consistency, old, first, other, root, path)
    assert fails(verify_consistency, old, b"WrongRoot", size, root, path)
    assert fails(verify_consistency, old, first, size, b"WrongRoot", path)
    assert fails(verify_consistency, old, root, size, first, path)
    for longer in ([*path, b""], [*path, first], [*path, root], [path[0], *path], [b"", *path]):
        assert fails(verify_consistency, old, first, size, root, longer)
    for shorter in ([], path[:-1]):
        assert fails(verify_consistency, old, first, size, root, shorter)


def test_a_hash_of_the_wrong_length_is_refused_where_no_step_would_notice() -> None:
    for root in (b"", ROOTS[0][:31], ROOTS[0] + b"\0"):
        assert fails(verify_inclusion, root, 0, 1, [], root)


def test_trees_of_one_size_are_the_same_tree() -> None:
    for size in (0, 1, 8):
        verify_consistency(size, ROOTS[size], size, ROOTS[size], [])
        assert fails(verify_consistency, size, ROOTS[size], size, ROOTS[9], [])
        assert fails(verify_consistency, size, ROOTS[size], size, ROOTS[size], [ROOTS[size]])


def test_nothing_is_proved_of_an_empty_or_a_shrunken_tree() -> None:
    assert fails(verify_consistency, 0, ROOTS[0], 5, ROOTS[5], [])
    assert fails(verify_consistency, 0, ROOTS[0], 5, ROOTS[5], [ROOTS[5]])
    assert fails(verify_consistency, 6, ROOTS[6], 5, ROOTS[5], rfc6962.proof(5, HASHES[:6]))
    assert fails(verify_consistency, -1, ROOTS[1], 5, ROOTS[5], [ROOTS[1]])
    assert fails(verify_inclusion, HASHES[0], 0, 0, [], ROOTS[0])


def turned(data: st.DataObject, path: Proof) -> Proof:
    """Return the proof with one of its bytes turned into another."""
    which, byte = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 31))
    spoilt = bytearray(path[which])
    spoilt[byte] ^= data.draw(st.integers(1, 255))
    return [*path[:which], bytes(spoilt), *path[which + 1 :]]


@settings(deadline=None)
@given(st.data())
def test_no_byte_of_a_proof_can_be_turned(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    old = data.draw(st.integers(1, size - 1))
    path = turned(data, rfc6962.path(old, HASHES[:size]))
    proof = turned(data, rfc6962.proof(old, HASHES[:size]))

    assert fails(verify_inclusion, HASHES[old], old, size, path, ROOTS[size])
    assert fails(verify_consistency, old, ROOTS[old], size, ROOTS[size], proof)
