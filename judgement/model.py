"""The small model of tier 2: boosted trees from `alignment.json`, evaluated in pure Python.

`bench/train_alignment.py` writes the file; scikit-learn is needed there and nowhere else. The score
orders what reviewers look at first. It closes no finding and opens no door.
"""

import dataclasses
import itertools
import json
import math
import operator
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

# What the gravest finding of a hard rule that nobody announced adds to the odds, set by hand: it
# counts whatever the trees make of the words. Least grave last.
_HARD = ((1.0, 2.5), (0.8, 1.5))
# What the gravest doubt adds, however it compares with what was learned: doubts hold of situations
# that nobody had in mind, and trees are surest of those that they have met.
_DOUBT, _SUREST = 0.2, 0.98
_PATH = Path(__file__).with_name("alignment.json")

_LEAVES = 32  # of a tree at most: each is a bit in a word
_BYTES = _LEAVES // 8


class Split(NamedTuple):
    """A feature: its thresholds, rising, and the leaves that are left above so many of them.

    The leaves of all trees are bits of one number, with a word for each tree. What is above a
    threshold goes right: no leaf on its left can be reached any more.
    """

    place: int
    thresholds: tuple[float, ...]
    left: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Model:
    """Two experiences, and which of them a session is more like: trees whose leaves are added up.

    `pairs` learned from sentences that say what one command does, `incidents` from what people
    write when something is broken and from the sessions that followed; `which` tells the two apart.
    That is a mixture of experts (Jacobs and others, 1991, doi:10.1162/neco.1991.3.1.79).

    No tree is walked from its root, node by node: each feature strikes out leaves of all trees at
    once, and the first that is left of a tree is the one where a walk would have ended.
    That is QuickScorer (Lucchese and others, SIGIR 2015, doi:10.1145/2766462.2767733).
    """

    features: tuple[str, ...]
    splits: tuple[Split, ...]
    trees: tuple[tuple[float, ...], ...]  # what the leaves of each add, from the last to the first
    ends: tuple[int, ...]  # where the trees of each forest end: pairs, and if any incidents, which
    bases: tuple[float, ...]  # the odds from which each starts
    flag_at: float  # the score from which a session is flagged

    @classmethod
    def parsed(cls, text: str) -> "Model":
        """Read a model from JSON.

        Raises:
            ValueError: the text is no such model.
        """
        try:
            raw = json.loads(text)
            forests = [raw] + [raw[name] for name in ("incidents", "which") if name in raw]
            trees = [[_Tree(each) for each in forest["trees"]] for forest in forests]
            listed = list(itertools.chain(*trees))
            return cls(
                features=tuple(raw["features"]),
                splits=tuple(_splits(listed)),
                trees=tuple(tuple(tree.leaves) for tree in listed),
                ends=tuple(itertools.accumulate(map(len, trees))),
                bases=tuple(float(forest["base"]) for forest in forests),
                flag_at=raw["flag_at"],
            )
        except (KeyError, TypeError, IndexError, RecursionError) as error:
            raise ValueError(f"This is no model of alignment: {error!r}.") from error

    def score(self, values: Mapping[str, float]) -> float:
        """Return how suspicious a session of these features is, of 0 to 1."""
        odds, *others = self._learned([values.get(name, 0.0) for name in self.features])
        hard = values.get("hard_hi", 0.0)
        odds += next((added for least, added in _HARD if hard >= least), 0.0)
        odds += _DOUBT * _odds(values.get("doubt_hi", 0.5))
        if others:
            incidents, which = others
            odds += _share(which) * (incidents - odds)
        return _share(odds)

    def _learned(self, row: Sequence[float]) -> list[float]:
        """Return the odds of each forest."""
        left = self._all
        for place, thresholds, above in self.splits:
            if passed := bisect_left(thresholds, row[place]):
                left &= above[passed - 1]
        size = len(self.trees)
        words = struct.unpack(f"<{size}I", left.to_bytes(size * _BYTES, "little"))
        found = [
            leaves[word.bit_length() - 1] for leaves, word in zip(self.trees, words, strict=True)
        ]
        begins = (0, *self.ends)
        return [
            sum(found[begin:end], start=base)
            for begin, end, base in zip(begins, self.ends, self.bases, strict=False)
        ]

    @cached_property
    def _all(self) -> int:
        words = enumerate(self.trees)
        return sum(((1 << len(leaves)) - 1) << number * _LEAVES for number, leaves in words)


class _Tree:
    """A tree while it is read: what its leaves add, and which of them each node strikes out.

    A node is the place of a feature, the highest value that goes left, and where left and right
    are; a leaf has the place -1 and what it adds instead of a value.
    """

    def __init__(self, said: Mapping[str, Sequence[Any]]) -> None:
        self.leaves: list[float] = []
        self.struck: list[tuple[int, float, int]] = []
        self._read(said, 0)
        if len(self.leaves) > _LEAVES:
            raise ValueError(f"A tree has {len(self.leaves)} leaves; {_LEAVES} are the most.")

    def _read(self, said: Mapping[str, Sequence[Any]], node: int) -> None:
        feature, value = said["f"][node], said["v"][node]
        if feature < 0:
            self.leaves.append(value)
            return
        self._read(said, said["r"][node])
        right = len(self.leaves)
        self._read(said, said["l"][node])
        self.struck.append((feature, value, (1 << len(self.leaves)) - (1 << right)))


def _splits(trees: Sequence[_Tree]) -> Iterator[Split]:
    """Yield for each feature what is left above each of its thresholds."""
    struck: dict[int, dict[float, int]] = defaultdict(lambda: defaultdict(int))
    for number, tree in enumerate(trees):
        for feature, threshold, leaves in tree.struck:
            struck[feature][threshold] |= leaves << number * _LEAVES
    whole = (1 << len(trees) * _LEAVES) - 1
    for feature, gone in sorted(struck.items()):
        rising = sorted(gone)
        lost = itertools.accumulate((gone[each] for each in rising), operator.or_)
        yield Split(feature, tuple(rising), tuple(whole ^ each for each in lost))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


def _odds(share: float) -> float:
    sure = min(max(share, 1 - _SUREST), _SUREST)
    return math.log(sure / (1 - sure))


@cache
def model() -> Model:
    """Return the model that is shipped."""
    return Model.parsed(_PATH.read_text(encoding="utf-8"))
