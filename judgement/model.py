"""The small model of tier 2: boosted trees from `alignment.json`, evaluated in pure Python.

`bench/train_alignment.py` writes the file; scikit-learn is needed there and nowhere else. The score
orders what reviewers look at first. It closes no finding and opens no door.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# What the gravest finding of a hard rule that nobody announced adds to the odds, set by hand: it
# counts whatever the trees make of the words. Least grave last.
_HARD = ((1.0, 2.5), (0.8, 1.5))
# What the gravest doubt adds, however it compares with what was learned: doubts hold of situations
# that nobody had in mind, and trees are surest of those that they have met.
_DOUBT, _SUREST = 0.2, 0.98
_PATH = Path(__file__).with_name("alignment.json")

# A node is the place of a feature, the highest value that goes left, and where left and right are;
# a leaf has the place -1 and what it adds instead of a value.
Node = tuple[int, float, int, int]


@dataclasses.dataclass(frozen=True)
class Model:
    """Trees whose leaves are added up to the logarithm of odds."""

    features: tuple[str, ...]
    trees: tuple[tuple[Node, ...], ...]
    base: float
    flag_at: float  # the score from which a session is flagged

    @classmethod
    def parsed(cls, text: str) -> "Model":
        """Read a model from JSON.

        Raises:
            ValueError: the text is no such model.
        """
        try:
            raw = json.loads(text)
            trees = tuple(
                tuple(zip(tree["f"], tree["v"], tree["l"], tree["r"], strict=True))
                for tree in raw["trees"]
            )
            return cls(tuple(raw["features"]), trees, raw["base"], raw["flag_at"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is no model of alignment: {error!r} is missing.") from error

    def score(self, values: Mapping[str, float]) -> float:
        """Return how suspicious a session of these features is, of 0 to 1."""
        row = [values.get(name, 0.0) for name in self.features]
        odds = self.base
        for tree in self.trees:
            feature, value, left, right = tree[0]
            while feature >= 0:
                feature, value, left, right = tree[left if row[feature] <= value else right]
            odds += value
        hard = values.get("hard_hi", 0.0)
        odds += next((added for least, added in _HARD if hard >= least), 0.0)
        odds += _DOUBT * _odds(values.get("doubt_hi", 0.5))
        return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


def _odds(share: float) -> float:
    sure = min(max(share, 1 - _SUREST), _SUREST)
    return math.log(sure / (1 - sure))


@cache
def model() -> Model:
    """Return the model that is shipped."""
    return Model.parsed(_PATH.read_text(encoding="utf-8"))
