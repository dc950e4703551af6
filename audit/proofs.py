"""Proofs of single entries, as pages and receipts show them."""

import dataclasses

from audit import leaf, tiles, tree
from audit.core.findings import Tampered
from audit.core.merkle import verify_inclusion
from audit.models import Entry, State


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proof:
    """What leads from an entry to the root of the record when it had `size` entries."""

    seq: int
    size: int
    root: bytes
    path: list[bytes]
    why: str = ""  # empty when it does lead there

    @property
    def steps(self) -> list[tuple[str, bytes]]:
        """The hashes of the path, each with the side on which it stands: "L" or "R"."""
        index, last, steps = self.seq, self.size - 1, []
        for sibling in self.path:
            left = bool(index & 1) or index == last
            steps.append(("L" if left else "R", sibling))
            # On the right edge a subtree stands alone for some levels, and is nobody's sibling.
            while left and not index & 1 and index:
                index, last = index >> 1, last >> 1
            index, last = index >> 1, last >> 1
        return steps


def prove(entry: Entry) -> Proof:
    """Return the proof of an entry under the head, verified with the code of auditors."""
    state = State.objects.get()
    grown, seq = state.tree, entry.seq
    try:
        path = tree.inclusion_proof(seq, grown.size, tiles.read)
        verify_inclusion(leaf.leaf_hash(bytes(entry.leaf)), seq, grown.size, path, grown.root)
    except (Tampered, LookupError, ValueError) as error:
        return Proof(seq=seq, size=grown.size, root=grown.root, path=[], why=str(error))
    return Proof(seq=seq, size=grown.size, root=grown.root, path=path)
