from pathlib import Path

from judgement.sigma.compiling import Node
from judgement.sigma.index import Index
from judgement.sigma.rules import Rules, Source
from tests.judgement.sigma.make import rules


def node_of(found: Rules) -> Node:
    (rule,) = found.rules
    return rule.node


def filed(folder: Path, detection: str) -> bool:
    return Index([node_of(rules(folder, detection))]).filed == 1


class TestIndex:
    def test_a_rule_is_filed_under_what_it_needs(self, tmp_path: Path) -> None:
        for detection in (
            "a:\n    name: [x, y]\ncondition: a",
            "a:\n    Image|endswith: /curl\ncondition: a",
            "a:\n    name: x\n    text|contains: y\ncondition: a",
            "a:\n    name: x\nb:\n    name: y\ncondition: a or b",
            "a:\n    name: x\nb:\n    name: y\ncondition: 1 of them",
            "a:\n    name: x\nb:\n    text|re: y\ncondition: a and not b",
        ):
            assert filed(tmp_path, detection), detection

    def test_what_may_match_without_is_always_tried(self, tmp_path: Path) -> None:
        for detection in (
            "a:\n    name: x\ncondition: not a",
            "a:\n    name: x\nb:\n    text|contains: y\ncondition: a or b",
            "a:\n    Image|endswith: curl\ncondition: a",
            "a:\n    name: [x, 'y*']\ncondition: a",
            "a:\n    name: null\ncondition: a",
            "a:\n    - x\ncondition: a",
        ):
            assert not filed(tmp_path, detection), detection

    def test_the_field_of_which_rules_know_most_is_preferred(self, tmp_path: Path) -> None:
        both = "a:\n    source: iam\n    name: {}\ncondition: a"
        nodes = [node_of(rules(tmp_path, both.format(name))) for name in ("x", "y", "z")]
        assert set(Index(nodes)._filed) == {("name", False)}  # noqa: SLF001 - what is to be seen


class TestSources:
    def test_a_rule_is_asked_about_its_source_alone(self, tmp_path: Path) -> None:
        found = rules(tmp_path, "a:\n    x: 1\ncondition: a")
        for source in (None, Source(product="linux"), Source(product="linux", service="auditd")):
            assert found.matches({"x": 1}, source)
        for source in (Source(product="aws", service="cloudtrail"), Source(service="auditd")):
            assert not found.matches({"x": 1}, source)
