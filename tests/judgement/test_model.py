import json
import random
from typing import Any

import pytest

from judgement.model import Model, Sum, model

STUMP = {
    "features": ["doubt"],
    "base": 0.0,
    "trees": [{"f": [0, -1, -1], "v": [0.5, -2.0, 2.0], "l": [1, 0, 0], "r": [2, 0, 0]}],
}
HALF = {"features": ["doubt", "looks"], "base": -1.0, "weights": [2.0, 0.0]}


def model_of(pairs: dict[str, Any], **sums: dict[str, Any]) -> Model:
    """Return a model of such trees and sums, which flags from the half."""
    return Model.parsed(json.dumps({"flag_at": 0.5, "pairs": STUMP | pairs} | sums))


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


class TestTrees:
    def test_adds_the_leaves_at_which_walks_from_the_roots_end(self) -> None:
        rng = random.Random(5)  # noqa: S311 - no secret
        trees = [grown(rng, leaves) for leaves in (1, 2, 7, 31, 32)]
        names = ["a", "b", "c"]
        found = model_of({"features": names, "trees": trees}).pairs
        for _ in range(200):
            row = [rng.choice((-1.0, 0.0, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)) for _ in names]
            added = sum(walked(tree, row) for tree in trees)
            assert found.odds(dict(zip(names, row, strict=True))) == pytest.approx(added)

    def test_refuses_a_tree_of_more_leaves_than_a_word_has_bits(self) -> None:
        rng = random.Random(5)  # noqa: S311 - no secret
        with pytest.raises(ValueError, match="33 leaves"):
            model_of({"trees": [grown(rng, 33)]})

    def test_a_value_up_to_the_threshold_goes_left(self) -> None:
        stump = model_of({})
        assert stump.score({"doubt": 0.5}) < 0.2
        assert stump.score({"doubt": 0.51}) > 0.8

    def test_what_is_not_known_counts_as_nothing(self) -> None:
        assert model_of({}).score({}) < 0.2


class TestSum:
    def test_adds_what_each_feature_weighs(self) -> None:
        found = Sum.of(HALF)
        assert found.odds({}) == -1.0
        assert found.odds({"doubt": 0.75, "looks": 1.0}) == 0.5

    def test_has_weights_of_its_own_where_it_says_so(self) -> None:
        found = Sum.of(HALF | {"where": {"looks": [-1.0, 0.25], "sql": [8.0, 0.0]}})
        assert found.odds({"doubt": 0.5}) == 0.0
        assert found.odds({"doubt": 0.5, "looks": 1.0}) == -0.25
        assert found.odds({"doubt": 0.5, "sql": 1.0}) == 4.0

    def test_refuses_other_than_one_weight_for_each_feature(self) -> None:
        for other in ({"weights": [1.0]}, {"where": {"looks": [1.0, 2.0, 3.0]}}):
            with pytest.raises(ValueError, match="one weight for each"):
                Sum.of(HALF | other)


class TestModel:
    def test_a_grave_doubt_and_a_hard_rule_count_beside_what_was_learned(self) -> None:
        stump = model_of({})
        learned, doubted = stump.score({}), stump.score({"doubt_hi": 0.95})
        assert learned < doubted < stump.score({"doubt_hi": 0.95, "hard_hi": 1.0})
        assert stump.score({"doubt_hi": 0.0}) < learned

    def test_what_is_like_an_incident_is_judged_by_what_was_learned_of_incidents(self) -> None:
        which = {"features": ["told"], "base": -6.0, "weights": [12.0]}
        both = model_of({"base": 0.0}, which=which, actions=HALF)
        odds = [both.odds_of({"doubt": 4.0})]
        pair, incident = both.score({"told": 0.0}, odds), both.score({"told": 1.0}, odds)
        assert pair < 0.3
        assert incident > 0.9

    def test_a_session_is_as_bad_as_its_worst_actions_however_many_are_fine(self) -> None:
        model_ = model_of({}, which={"features": [], "base": 9.0, "weights": []}, actions=HALF)
        bad = model_.score({}, [3.0])
        assert bad <= model_.score({}, [3.0] + [-5.0] * 400) < bad + 0.01
        assert model_.score({}, [-5.0] * 400) < 0.1

    def test_the_odds_of_one_action_have_bounds(self) -> None:
        wild = model_of({}, actions=HALF).odds_of({"doubt": 1e9})
        assert wild == -model_of({}, actions=HALF).odds_of({"doubt": -1e9}) < 20

    def test_refuses_what_is_no_model(self) -> None:
        for text in (
            "{}",
            "[]",
            "no",
            json.dumps({"flag_at": 0.5, "pairs": {"trees": [{"f": []}]}}),
        ):
            with pytest.raises(ValueError, match=r"."):
                Model.parsed(text)

    def test_the_shipped_one_flags_between_nothing_and_everything(self) -> None:
        assert len(model().pairs.leaves) > 50
        assert model().actions
        assert 0.2 < model().flag_at < 0.9
