"""The tree of the record: its frontier, its tiles, its proofs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.tree import (
    Frontier,
    TileTooShort,
    consistency_proof,
    frontier_at,
    grow,
    inclusion_proof,
)
from tests.audit import rfc6962

HASHES = [rfc6962.leaf_hash(b"%d" % number) for number in range(70_000)]


class Store:
    """Keeps tiles as the database does: of level 0 full ones only, the leaves beside them."""

    def __init__(self) -> None:
        self.frontier = Frontier()
        self.leaves: list[bytes] = []
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.reads = 0

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        if level == 0 and (level, index) not in self.tiles:
            return b"".join(self.leaves[index * 256 :])
        return self.tiles[level, index]

    def append(self, batch: list[bytes]) -> None:
        self.frontier, tiles = grow(self.frontier, batch, self.read)
        for tile in tiles:
            before = self.tiles.get((tile.level, tile.index), b"")
            assert tile.data.startswith(before)  # a tile only ever gains hashes
            assert tile.is_full or tile.level > 0
            self.tiles[tile.level, tile.index] = tile.data
        self.leaves += batch


@pytest.fixture(scope="module")
def large() -> Store:
    """A store with 70,000 leaves, the example of tlog-tiles."""
    store = Store()
    for start in range(0, len(HASHES), 999):
        store.append(HASHES[start : start + 999])
    store.reads = 0
    return store


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    hashes = [rfc6962.leaf_hash(leaf) for leaf in rfc6962.LEAVES[:size]]

    assert Frontier().append(hashes).root.hex() == rfc6962.ROOTS[size]


def test_every_tree_and_every_proof_to_66_leaves_and_around_128_is_that_of_the_rfc() -> None:
    store = Store()
    for size in (*range(1, 67), 127, 128, 129, 130):
        hashes = HASHES[:size]
        store.append(hashes[len(store.leaves) :])
        assert store.frontier.root == rfc6962.mth(hashes)
        for index in range(size):
            assert inclusion_proof(index, size, store.read) == rfc6962.path(index, hashes)
        for old in range(1, size + 1):
            assert consistency_proof(old, size, store.read) == rfc6962.proof(old, hashes)


@settings(deadline=None)
@given(st.lists(st.integers(0, 600), max_size=8))
def test_the_tree_does_not_depend_on_how_it_was_cut_into_batches(batches: list[int]) -> None:
    cut, whole, size = Store(), Store(), sum(batches)
    for batch in batches:
        start = len(cut.leaves)
        cut.append(HASHES[start : start + batch])
    whole.append(HASHES[:size])

    assert (cut.frontier, cut.tiles) == (whole.frontier, whole.tiles)
    assert cut.frontier == frontier_at(size, cut.read) == Frontier().append(HASHES[:size])


def test_the_tiles_of_70000_leaves_are_those_of_the_specification(large: Store) -> None:
    widths = {place: len(data) // 32 for place, data in large.tiles.items()}

    assert sorted(index for level, index in widths if level == 0) == list(range(273))
    assert widths[0, 272] == 256  # the other 112 leaves are no tile of their own
    assert (widths[1, 0], widths[1, 1], widths[2, 0]) == (256, 17, 1)
    assert len(widths) == 273 + 2 + 1
    assert large.tiles[1, 0][:32] == rfc6962.mth(HASHES[:256])
    assert large.tiles[2, 0] == rfc6962.mth(HASHES[:65536])


@pytest.mark.parametrize("index", [0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999])
@pytest.mark.parametrize("size", [70_000, 69_999, 66_049, 65_537])
def test_proofs_across_tiles_are_those_of_the_rfc(large: Store, index: int, size: int) -> None:
    index = min(index, size - 1)
    large.reads = 0

    assert inclusion_proof(index, size, large.read) == rfc6962.path(index, HASHES[:size])
    assert large.reads <= 6
    assert consistency_proof(index + 1, size, large.read) == rfc6962.proof(index + 1, HASHES[:size])


def test_a_tree_can_be_carried_on_by_its_frontier_alone(large: Store) -> None:
    kept = bytes(frontier_at(69_000, large.read))

    assert Frontier.from_bytes(kept).append(HASHES[69_000:]) == large.frontier
    assert len(kept) == 8 + 32 * (69_000).bit_count()


@pytest.mark.parametrize("cut", [0, 7, 9, -1, -32])
def test_a_frontier_that_was_cut_is_refused(large: Store, cut: int) -> None:
    with pytest.raises(ValueError, match="does not have this frontier"):
        Frontier.from_bytes(bytes(large.frontier)[:cut] or b"\1")


def test_a_proof_is_asked_for_within_its_tree(large: Store) -> None:
    for index, size in [(5, 5), (-1, 5), (0, 0)]:
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_proof(index, size, large.read)
    for old, new in [(6, 5), (-1, 5)]:
        with pytest.raises(ValueError, match="no beginning"):
            consistency_proof(old, new, large.read)
    assert consistency_proof(0, 5, large.read) == consistency_proof(5, 5, large.read) == []


def test_a_tile_that_lacks_hashes_is_never_guessed_at(large: Store) -> None:
    with pytest.raises(TileTooShort, match="Tile 273 of level 0 holds 112 hashes, not 113"):
        inclusion_proof(0, 70_001, large.read)
