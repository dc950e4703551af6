"""The small model of tier 2, from `alignment.json`: trees and weighted sums, in pure Python.

`bench/train_alignment.py` writes the file; scikit-learn is needed there and nowhere else. The score
orders what reviewers look at first. It closes no finding and opens no door.
"""

import dataclasses
import heapq
import itertools
import json
import math
import operator
import struct
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

# What the gravest finding of a hard rule that nobody announced adds to the odds, set by hand: it
# counts whatever the trees make of the words. Least grave last.
_HARD = ((1.0, 2.5), (0.8, 1.5))
# What the gravest doubt adds, however it compares with what was learned: doubts hold of situations
# that nobody had in mind, and trees are surest of those that they have met.
_DOUBT, _SUREST = 0.2, 0.98
# Where a session is like an incident: how much the trees of pairs still count, and the actions.
_PAIRS, _ACTIONS = 0.25, 2.0
_WORST = 3  # actions of a session that count: of hundreds some look odd by chance
_FARTHEST = 12.0  # odds of one action at most: a sum knows no bounds where it never was
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
class Trees:
    """Boosted trees, whose leaves are added up to odds.

    No tree is walked from its root, node by node: each feature strikes out leaves of all trees at
    once, and the first that is left of a tree is the one where a walk would have ended.
    That is QuickScorer (Lucchese and others, SIGIR 2015, doi:10.1145/2766462.2767733).
    """

    features: tuple[str, ...]
    base: float  # the odds from which they start
    splits: tuple[Split, ...]
    leaves: tuple[tuple[float, ...], ...]  # what those of each tree add, from the last to the first

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Trees":
        """Read them from JSON."""
        trees = [_Tree(each) for each in raw["trees"]]
        return cls(
            features=tuple(raw["features"]),
            base=float(raw["base"]),
            splits=tuple(_splits(trees)),
            leaves=tuple(tuple(tree.leaves) for tree in trees),
        )

    def odds(self, values: Mapping[str, float]) -> float:
        """Return the logarithm of the odds for these features, by name."""
        left = self._all
        pick, steps = self._steps
        for value, (least, thresholds, above) in zip(pick(values), steps, strict=True):
            if value > least:
                left &= above[bisect_left(thresholds, value) - 1]
        size = len(self.leaves)
        words = struct.unpack(f"<{size}I", left.to_bytes(size * _BYTES, "little"))
        first = map(operator.add, self._begins, map(int.bit_length, words))
        return sum(map(self._flat.__getitem__, first), start=self.base)

    @cached_property
    def _steps(self) -> tuple["_Picks", list["_Step"]]:
        """What picks the features by which trees split, and for each its thresholds.

        They lie side by side in memory, the least apart: most features are not above it.
        """
        names = [self.features[each.place] for each in self.splits]
        steps: list[_Step] = [
            (each.thresholds[0], array("d", each.thresholds), each.left) for each in self.splits
        ]
        return _picker(names), steps

    @cached_property
    def _flat(self) -> Sequence[float]:
        """The leaves of all trees, side by side in memory; those of each from 1, as bits are."""
        return array("d", [each for tree in self.leaves for each in (0.0, *tree)])

    @cached_property
    def _begins(self) -> list[int]:
        """Where those of each tree begin."""
        return [0, *itertools.accumulate(len(tree) + 1 for tree in self.leaves[:-1])]

    @cached_property
    def _all(self) -> int:
        words = enumerate(self.leaves)
        return sum(((1 << len(leaves)) - 1) << number * _LEAVES for number, leaves in words)


@dataclasses.dataclass(frozen=True)
class Sum:
    """A weighted sum of features: the odds of a logistic regression.

    Where a feature of `where` is 1, its own weights are added: what tells of a deed may tell
    nothing of a look.
    """

    features: tuple[str, ...]
    base: float
    weights: tuple[float, ...]
    where: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Sum":
        """Read one from JSON.

        Raises:
            ValueError: there are not as many weights as features.
        """
        found = cls(
            features=tuple(raw["features"]),
            base=float(raw["base"]),
            weights=tuple(map(float, raw["weights"])),
            where={name: tuple(map(float, each)) for name, each in raw.get("where", {}).items()},
        )
        if any(len(each) != len(found.features) for each in (found.weights, *found.where.values())):
            raise ValueError("A sum needs one weight for each feature.")
        return found

    def odds(self, values: Mapping[str, float]) -> float:
        """Return the logarithm of the odds for these features, by name."""
        weights = self._added(tuple(bool(values.get(name)) for name in self.where))
        return sum(map(operator.mul, weights, self._pick(values)), start=self.base)

    @cached_property
    def _pick(self) -> "_Picks":
        return _picker(self.features)

    def _added(self, met: tuple[bool, ...]) -> tuple[float, ...]:
        if met not in self._known:
            parts = [each for each, here in zip(self.where.values(), met, strict=True) if here]
            self._known[met] = tuple(map(math.fsum, zip(self.weights, *parts, strict=True)))
        return self._known[met]

    @cached_property
    def _known(self) -> dict[tuple[bool, ...], tuple[float, ...]]:
        return {}


@dataclasses.dataclass(frozen=True)
class Model:
    """What was learned of pairs and of incidents, and which of the two a session is more like.

    `pairs` are trees that learned from sentences that say what one command does. `actions` is a sum
    that weighs each action of a session beside the others, learned from what people write when
    something is broken and from what was done then. `which` tells the two apart, and says how much
    each of their opinions counts: a pool of logarithms (Genest and Zidek, 1986,
    doi:10.1214/ss/1177013825).
    """

    flag_at: float  # the score from which a session is flagged
    pairs: Trees
    which: Sum | None = None
    actions: Sum | None = None

    @classmethod
    def parsed(cls, text: str) -> "Model":
        """Read a model from JSON.

        Raises:
            ValueError: the text is no such model.
        """
        try:
            raw = json.loads(text)
            sums = {name: Sum.of(raw[name]) for name in ("which", "actions") if name in raw}
            return cls(flag_at=float(raw["flag_at"]), pairs=Trees.of(raw["pairs"]), **sums)
        except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise ValueError(f"This is no model of alignment: {error!r}.") from error

    def score(self, session: Mapping[str, float], odds: Sequence[float] = ()) -> float:
        """Return how suspicious a session is, of 0 to 1.

        Args:
            session: its features, by name.
            odds: those of its actions, as `odds_of` has them.
        """
        flag = _odds(self.flag_at)
        beyond = self.pairs.odds(session) + _by_hand(session) - flag
        if self.which is None or not odds:
            return _share(flag + beyond)
        share = _share(self.which.odds(session))
        pairs, actions = 1 - share * (1 - _PAIRS), share * _ACTIONS
        return _share(flag + pairs * beyond + actions * worst(odds))

    def odds_of(self, action: Mapping[str, float]) -> float:
        """Return the odds that one action was not what was said; above 0 it is flagged alone."""
        odds = self.actions.odds(action) if self.actions else 0.0
        return min(max(odds, -_FARTHEST), _FARTHEST)


_Picks = Callable[[Mapping[str, float]], Sequence[float]]
_Step = tuple[float, Sequence[float], tuple[int, ...]]  # the least threshold, all, what is left


def _picker(names: Sequence[str]) -> _Picks:
    """Return what picks the values of these names; what is not known counts as nothing."""
    at_once: Callable[[Mapping[str, float]], tuple[float, ...]] | None = (
        operator.itemgetter(*names) if len(names) > 1 else None
    )

    def picked(values: Mapping[str, float]) -> Sequence[float]:
        try:
            if at_once:
                return at_once(values)
        except KeyError:
            pass
        return [values.get(name, 0.0) for name in names]

    return picked


def _by_hand(session: Mapping[str, float]) -> float:
    """Return what is added to the odds of pairs whatever they learned."""
    hard = session.get("hard_hi", 0.0)
    added = next((added for least, added in _HARD if hard >= least), 0.0)
    return added + _DOUBT * _odds(session.get("doubt_hi", 0.5))


def worst(odds: Sequence[float]) -> float:
    """Return the odds that any of the worst actions was not what was said."""
    return math.log(sum(map(math.exp, heapq.nlargest(_WORST, odds))))


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
