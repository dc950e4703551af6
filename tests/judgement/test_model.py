import json

import pytest

from judgement.model import Model, model

STUMP = {
    "features": ["doubt"],
    "base": 0.0,
    "flag_at": 0.6,
    "trees": [{"f": [0, -1, -1], "v": [0.5, -2.0, 2.0], "l": [1, 0, 0], "r": [2, 0, 0]}],
}


class TestModel:
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

    def test_refuses_what_is_no_model(self) -> None:
        for text in ("{}", "[]", "no", json.dumps(STUMP | {"trees": [{"f": [0]}]})):
            with pytest.raises(ValueError, match=r"."):
                Model.parsed(text)

    def test_the_shipped_one_flags_between_nothing_and_everything(self) -> None:
        assert len(model().trees) > 50
        assert 0.2 < model().flag_at < 0.9
