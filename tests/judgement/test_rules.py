"""The tables of rules, and the lines that they are made of."""

from pathlib import Path

import pytest

from judgement import rules
from judgement.facts import Breadth, Kind, Verb
from judgement.gathering import Gathered

TABLES = sorted(path.stem for path in Path(rules.__file__).parent.glob("tables/*.rules"))


class TestTables:
    @pytest.mark.parametrize("name", TABLES)
    def test_every_line_of_every_table_is_a_rule(self, name: str) -> None:
        sections = rules.table(name)
        assert sections
        for text in set(sections.values()):
            assert rules.read(text.replace("NAME", "(?P<o>x)").replace("IF_EXISTS ", ""))

    def test_a_utility_that_changes_something_is_not_taken_for_one_that_looks(self) -> None:
        """A name that stands in two sections has the rules of the later one."""
        shell = rules.table("shell")
        for name in ("dmesg", "history", "sort", "tcpdump", "curl", "hostname", "wg-quick"):
            assert len(shell[name].splitlines()) > 1, name


class TestLines:
    def test_a_line_has_a_pattern_verbs_breadth_and_severity(self) -> None:
        [rule] = rules.read(r"drop table (?P<o>\S+) => schema delete 0.9 everything")
        assert rule.verbs == (Verb.SCHEMA, Verb.DELETE)
        assert rule.breadth == (Breadth.EVERYTHING,)
        assert rule.severity == 0.9
        assert rule.pattern.match("DROP   TABLE orders")

    def test_a_blank_that_may_be_missing_is_missing_too(self) -> None:
        [rule] = rules.read("state ?= ?off => tamper")
        assert rule.pattern.match("state=off")
        assert rule.pattern.match("state  = off")

    def test_what_follows_is_added(self) -> None:
        [rule] = rules.read(r"copy (?P<o>\S+) to (?P<d>\S+) => export")
        gathered = Gathered(Kind.SQL)
        found = rule.pattern.match("copy \"Orders\" to '/srv/a'")
        assert found
        rules.apply(rule, found, gathered)
        assert gathered.facts().objects == ("orders",)
        assert gathered.facts().destinations == ("/srv/a",)

    def test_case_counts_where_it_is_said_to(self) -> None:
        [rule] = rules.read("x => read", any_case=False)
        assert not rule.pattern.match("X")

    @pytest.mark.parametrize("line", ["drop table", "drop => remove", "drop => delete wide"])
    def test_a_line_that_is_no_rule_is_refused(self, line: str) -> None:
        with pytest.raises(ValueError, match="Not a rule"):
            rules.read(line)
