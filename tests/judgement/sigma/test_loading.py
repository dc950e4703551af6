from pathlib import Path

import pytest

from judgement.sigma.rules import Level, Source, load
from tests.judgement.sigma.make import HEAD, ID, rules, write

SIMPLE = "a:\n    x: 1\ncondition: a"
CORRELATION = f"""\
title: Many
id: {ID}
correlation:
    type: event_count
    rules: [some]
    group-by: [user]
    timespan: 10m
    condition:
        gte: 5
"""


def problem(folder: Path) -> str:
    found = load(folder)
    assert not found.rules
    (problem,) = found.problems
    return problem.sentence


class TestRule:
    def test_what_is_shown_with_a_match_is_kept(self, tmp_path: Path) -> None:
        head = (
            HEAD
            + "    service: sshd\nlevel: high\nlicense: DRL-1.1\nfalsepositives:\n    - Tests\n"
        )
        write(tmp_path, SIMPLE, head=head)
        (rule,) = load(tmp_path).matches({"x": "1"})
        assert (rule.id, rule.author, rule.level) == (ID, "Alice", Level.HIGH)
        assert (rule.licence, rule.false_positives) == ("DRL-1.1", ("Tests",))
        assert rule.source == Source(product="linux", service="sshd")
        assert rule.sentence == f"A rule (Sigma rule {ID} by Alice)"

    def test_without_a_level_it_is_of_medium_weight(self, tmp_path: Path) -> None:
        (rule,) = rules(tmp_path, SIMPLE).rules
        assert rule.level is Level.MEDIUM

    def test_a_file_may_hold_several(self, tmp_path: Path) -> None:
        write(tmp_path, SIMPLE)
        file = tmp_path / "rule.yml"
        other = file.read_text().replace(ID, ID[:-1] + "1")
        file.write_text(file.read_text() + "---\n" + other)
        assert len(load(tmp_path)) == 2

    def test_folders_below_are_read_too(self, tmp_path: Path) -> None:
        (tmp_path / "linux").mkdir()
        write(tmp_path / "linux", SIMPLE, name="rule.yaml")
        (rule,) = load(tmp_path).rules
        assert rule.file == "linux/rule.yaml"


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("a: [b", "It is not YAML"),
            ("", "no rule in it"),
            ("just words", "not where they belong"),
            ("- a\n- b", "not where they belong"),
            (HEAD, "detection"),
            (HEAD.replace(f"id: {ID}\n", "") + "detection: {a: {x: 1}, condition: a}", "`id:`"),
            (HEAD.replace(ID, "17") + "detection: {a: {x: 1}, condition: a}", "where they belong"),
            (HEAD + "detection: {a: {x: 1}, condition: b}", "`b`"),
            (HEAD + "detection: {a: {x: 1}, condition: 1 of b*}", "b*"),
            (HEAD + "detection: {a: {x: 1}, condition: a and}", "It cannot be used"),
            (HEAD + "detection: {a: {x: 1}, condition: a | count() > 5}", "It cannot be used"),
            (HEAD + "detection: {a: {x|near: 1}, condition: a}", "near"),
            (HEAD + "detection: {a: {x|re: '('}, condition: a}", "expression"),
            (HEAD + "detection: {a: {x|cidr: lan}, condition: a}", "CIDR"),
            (HEAD + "detection: {a: {x|expand: '%admins%'}, condition: a}", "%admins%"),
            (HEAD.replace("linux", "[1]") + "detection: {a: {x: 1}, condition: a}", "source"),
            (CORRELATION, "correlates"),
        ],
    )
    def test_is_named_with_what_to_do(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "bad.yml").write_text(text)
        assert said in problem(tmp_path)

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "bad.yml").write_bytes(b"\xff\xfe\x00")
        assert "UTF-8" in problem(tmp_path)

    def test_a_file_of_more_than_a_million_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "bad.yml").write_text("#" * 1_000_001)
        assert "split it" in problem(tmp_path)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        assert "no such folder" in problem(tmp_path / "absent")

    def test_the_others_go_on(self, tmp_path: Path) -> None:
        (tmp_path / "bad.yml").write_text("a: [b")
        found = rules(tmp_path, SIMPLE)
        assert len(found) == len(found.problems) == 1

    def test_the_second_of_an_id_is_left_out(self, tmp_path: Path) -> None:
        write(tmp_path, SIMPLE, name="one.yml")
        found = rules(tmp_path, SIMPLE)
        assert [rule.file for rule in found.rules] == ["one.yml"]
        assert "id of one.yml" in found.problems[0].sentence

    def test_nor_does_one_spoil_the_others_of_its_file(self, tmp_path: Path) -> None:
        write(tmp_path, SIMPLE)
        file = tmp_path / "rule.yml"
        file.write_text(file.read_text() + "---\ntitle: Half a rule\n")
        found = load(tmp_path)
        assert len(found) == len(found.problems) == 1


class TestTogether:
    def test_two_loads_are_one(self, tmp_path: Path) -> None:
        one, other = tmp_path / "one", tmp_path / "other"
        for folder in (one, other):
            folder.mkdir()
            write(folder, SIMPLE)
        write(other, SIMPLE, head=HEAD.replace(ID, ID[:-1] + "1"), name="second.yml")
        both = load(one) + load(other)
        assert (len(both), len(both.problems)) == (2, 1)
