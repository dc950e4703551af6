import json
from pathlib import Path

import pytest

from judgement.sigma.events import Said
from judgement.sigma.rules import Rules, load
from tests.judgement.sigma.make import HERE, rules

EVENTS: list[Said] = json.loads((HERE / "events.json").read_text())
HITS: dict[str, list[int]] = json.loads((HERE / "hits.json").read_text())


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "common.yml").write_text((HERE / "common.yml").read_text())
    return load(folder)


class TestBesideAnotherEvaluator:
    """hits.json is what SQLite found, asked by pysigma-backend-sqlite 2.1.1 with NOCASE."""

    @pytest.mark.parametrize("title", HITS)
    def test_the_same_events_match(self, common: Rules, title: str) -> None:
        (rule,) = (each for each in common.rules if each.title == title)
        assert [at for at, said in enumerate(EVENTS) if rule in common.matches(said)] == HITS[title]

    def test_every_rule_was_compared(self, common: Rules) -> None:
        assert not common.problems
        assert {rule.title for rule in common.rules} == set(HITS)


class TestFields:
    def test_a_dotted_field_is_found_inside_others(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    x.y.z: Deep\ncondition: a")
        for said in ({"x": {"y": {"z": "deep"}}}, {"x.y": {"z": "deep"}}, {"x": {"y.z": "DEEP"}}):
            assert found.matches(said)

    def test_a_list_has_each_of_its_values(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    x.y: two\ncondition: a")
        assert found.matches({"x": {"y": ["one", "two"]}})
        assert found.matches({"x": [{"y": "one"}, {"y": "two"}]})
        assert not found.matches({"x": [{"z": "two"}, "two"]})

    def test_a_part_of_an_event_is_searched_as_json(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    x|contains: '\"Failure\"'\ncondition: a")
        assert found.matches({"x": {"result": "Failure"}})

    def test_null_is_as_if_it_was_not_there(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    x|exists: false\ncondition: a")
        assert found.matches({"x": None})
        assert not found.matches({"x": ""})

    def test_words_are_found_however_deep(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    - needle\ncondition: a")
        said: object = "a Needle"
        for _ in range(5000):
            said = [said]
        assert found.matches({"x": said})


class TestUnusualRules:
    def test_several_conditions_are_alternatives(self, tmp_path: Path) -> None:
        text = "a:\n    x: 1\nb:\n    x: 2\ncondition:\n    - a\n    - b"
        found = rules(tmp_path, text)
        assert [bool(found.matches({"x": number})) for number in (1, 2, 3)] == [True, True, False]

    def test_any_word_at_all_is_a_wildcard(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    - '*'\n    - absent\ncondition: a")
        assert found.matches({"x": "anything"})

    def test_words_without_a_field_may_be_numbers_and_expressions(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    - 4711\nb:\n    '|re': 'x[0-9]'\ncondition: a or b")
        assert found.matches({"message": "port 4711"})
        assert found.matches({"message": "x1"})
        assert not found.matches({"message": "x"})

    def test_an_expression_that_others_would_run_for_ever_ends(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    x|re: '(a+)+$'\ncondition: a")
        assert not found.matches({"x": "a" * 50_000 + "b"})

    def test_many_wildcards_are_searched_once(self, tmp_path: Path) -> None:
        found = rules(tmp_path, f"a:\n    x: '{'*a' * 30}*b'\ncondition: a")
        assert not found.matches({"x": "a" * 50_000})


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "text", "alike"),
        [
            ("a*b", "ab", True),
            ("a*b", "a-b-b", True),
            ("a*a", "a", False),
            ("a*b*c", "abc", True),
            ("a*b*c", "acb", False),
            ("*a*b*", "xbxa", False),
            ("a?c", "abc", True),
            ("a?c", "ac", False),
            ("a?c*", "A.CD\nE", True),
            ("?", "", False),
            ("*", "", True),
            ("[a]*+", "[A]+", True),
            ("", "", True),
            ("", "x", False),
        ],
    )
    def test_wildcards(self, tmp_path: Path, pattern: str, text: str, *, alike: bool) -> None:
        found = rules(tmp_path, f"a:\n    x: '{pattern}'\ncondition: a")
        assert bool(found.matches({"x": text})) is alike
