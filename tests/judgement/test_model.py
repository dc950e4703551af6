import json
import math
import random
from typing import Any

import pytest

from judgement.model import Model, model

STUMP = {
    "features": ["doubt"],
    "base": 0.0,
    "flag_at": 0.6,
    "trees": [{"f": [0, -1, -1], "v": [0.5, -2.0, 2.0], "l": [1, 0, 0], "r": [2, 0, 0]}],
}


def grown(rng: random.Random, leaves: int) -> dict[str, list[Any]]:
    """Return a tree of so many leaves, as a model writes it."""
    tree: dict[str, list[Any]] = {"f": [-1], "v": [rng.random()], "l": [0], "r": [0]}
    for _ in range(leaves - 1):
        leaf = rng.choice([at for at, feature in enumerate(tree["f"]) if feature < 0])
        below = len(tree["f"])
        for _ in "lr":
            for name, value in (("f", -1), ("v", rng.random()), ("l", 0), ("r", 0)):
                tree[name].append(value)
        tree["f"][leaf], tree["v"][leaf] = rng.randrange(3), rng.choice((0.0, 0.5, 1.0, 2.0))
        tree["l"][leaf], tree["r"][leaf] = below, below + 1
    return tree


def walked(tree: dict[str, list[Any]], row: list[float]) -> float:
    """Return what the leaf adds at which a walk from the root ends."""
    node = 0
    while tree["f"][node] >= 0:
        left = row[tree["f"][node]] <= tree["v"][node]
        node = tree["l" if left else "r"][node]
    return float(tree["v"][node])


class TestModel:
    def test_adds_the_leaves_at_which_walks_from_the_roots_end(self) -> None:
        rng = random.Random(5)  # noqa: S311 - no secret
        trees = [grown(rng, leaves) for leaves in (1, 2, 7, 31, 32)]
        names = ["a", "b", "c"]
        found = Model.parsed(json.dumps(STUMP | {"features": names, "trees": trees}))
        for _ in range(200):
            row = [rng.choice((-1.0, 0.0, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)) for _ in names]
            added = sum(walked(tree, row) for tree in trees)
            assert found.score(dict(zip(names, row, strict=True))) == pytest.approx(
                1 / (1 + math.exp(-added))
            )

    def test_refuses_a_tree_of_more_leaves_than_a_word_has_bits(self) -> None:
        rng = random.Random(5)  # noqa: S311 - no secret
        with pytest.raises(ValueError, match="33 leaves"):
            Model.parsed(json.dumps(STUMP | {"trees": [grown(rng, 33)]}))

    def test_a_value_up_to_the_threshold_goes_left(self) -> None:
        stump = Model.parsed(json.dumps(STUMP))
        assert stump.score({"doubt": 0.5}) < 0.2
        assert stump.score({"doubt": 0.51}) > 0.8

    def test_what_is_not_known_counts_as_nothing(self) -> None:
        assert Model.parsed(json.dumps(STUMP)).score({}) < 0.2

    def test_a_grave_doubt_and_a_hard_rule_count_beside_what_was_learned(self) -> None:
        stump = Model.parsed(json.dumps(STUMP))
        learned, doubted = stump.score({}), stump.score({"doubt_hi": 0.95})
        assert learned < doubted < stump.score({"doubt_hi": 0.95, "hard_hi": 1.0})
        assert stump.score({"doubt_hi": 0.0}) < learned

    def test_what_is_like_an_incident_is_judged_by_what_was_learned_of_incidents(self) -> None:
        sure = {"trees": [{"f": [-1], "v": [0.0], "l": [0], "r": [0]}]}
        told = {"incidents": sure | {"base": 4.0}, "which": STUMP | {"base": 0.0}}
        both = Model.parsed(json.dumps(STUMP | {"base": -4.0} | told))
        pair, incident = both.score({"doubt": 0.0}), both.score({"doubt": 1.0})
        assert pair < 0.1
        assert incident > 0.9

    def test_refuses_what_is_no_model(self) -> None:
        for text in ("{}", "[]", "no", json.dumps(STUMP | {"trees": [{"f": [0]}]})):
            with pytest.raises(ValueError, match=r"."):
                Model.parsed(text)

    def test_the_shipped_one_flags_between_nothing_and_everything(self) -> None:
        assert len(model().trees) > 50
        assert 0.2 < model().flag_at < 0.9
