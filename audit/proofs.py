"""Proofs of single entries, as pages and receipts show them."""

import dataclasses
import hashlib

from audit import heads, leaf, tiles, tree
from audit.core.findings import Tampered
from audit.core.merkle import verify_inclusion
from audit.models import Checkpoint, Entry, State
from audit.tree import Frontier

_WIDE = 1000  # how far a drawing of the whole record reaches
_SEEN = 6  # and how wide the smallest thing in it is


@dataclasses.dataclass(frozen=True, kw_only=True)
class Span:
    """Some entries in a row, and where they lie in a drawing of all of them."""

    first: int
    last: int
    size: int  # of all

    @property
    def x(self) -> int:
        """Where it begins in a drawing."""
        return min(self.first * _WIDE // self.size, _WIDE - self.wide)

    @property
    def wide(self) -> int:
        """How wide it is there."""
        return max((self.last + 1 - self.first) * _WIDE // self.size, _SEEN)

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"  # noqa: RUF001


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One hash on the way to the root: what it stands for, on which side, and what they make."""

    side: str  # "L" when it stands before what is proved, or "R"
    sibling: bytes
    other: Span
    own: Span  # what is proved so far
    joined: bytes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proof:
    """What leads from an entry to the root of the record when it had `size` entries."""

    seq: int
    size: int
    root: bytes
    hashed: bytes  # of the leaf
    path: list[bytes]
    head: Checkpoint | None  # whose root it is, once it is signed
    why: str = ""  # empty when it does lead there

    @property
    def itself(self) -> Span:
        """Where the entry lies."""
        return Span(first=self.seq, last=self.seq, size=self.size)

    @property
    def steps(self) -> list[Step]:
        """The hashes of the path, and what each of them is the hash of."""
        low, high, spans = 0, self.size, []
        for _ in self.path:  # from the root down, as RFC 6962 divides the leaves
            middle = low + (1 << (high - low - 1).bit_length() - 1)
            left = self.seq >= middle
            other, own = ((low, middle), (middle, high))[:: 1 if left else -1]
            spans.append((left, other, own))
            low, high = own
        steps, joined = [], self.hashed
        for sibling, (left, other, own) in zip(self.path, reversed(spans), strict=True):
            pair = (sibling, joined) if left else (joined, sibling)
            joined = hashlib.sha256(b"\1" + b"".join(pair)).digest()
            side = "L" if left else "R"
            step = Step(
                side=side, sibling=sibling, other=self._span(*other), own=self._span(*own),
                joined=joined,
            )  # fmt: skip
            steps.append(step)
        return steps

    def _span(self, low: int, high: int) -> Span:
        return Span(first=low, last=high - 1, size=self.size)


def prove(entry: Entry) -> Proof:
    """Return the proof of an entry, verified with the code of auditors.

    It is the one of its receipt; under the head of the record while nothing is signed over it.
    """
    head, seq = heads.proving(entry.seq), entry.seq
    hashed = leaf.leaf_hash(bytes(entry.leaf))
    size, root, path, why = head.size if head else 0, b"", list[bytes](), ""
    try:
        grown = tree.frontier_at(size, tiles.read) if head else State.objects.get().tree
        size, root = grown.size, grown.root
        why = _why_not(head, grown)
        path = tree.inclusion_proof(seq, size, tiles.read)
        verify_inclusion(hashed, seq, size, path, root)
    except (Tampered, LookupError, ValueError) as error:
        path, why = [], str(error)
    return Proof(seq=seq, size=size, root=root, hashed=hashed, path=path, head=head, why=why)


def _why_not(head: Checkpoint | None, grown: Frontier) -> str:
    """Return why the head is not signed over this tree, where there is one."""
    return (head and heads.why_not_signed(head, grown, heads.public_keys())) or ""
