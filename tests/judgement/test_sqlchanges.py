"""What a change of rows changes, what it only reads, and how wide it reaches."""

import pytest

from judgement import sql
from judgement.facts import Breadth, Facts, Verb
from judgement.sqlrules import AUDIT_TABLE


class TestSources:
    @pytest.mark.parametrize(
        ("action", "changed", "sources"),
        [
            ("UPDATE lamps SET watt = o.watt FROM old o WHERE o.id = 4", "lamps", "old"),
            ("UPDATE lamps l JOIN rooms r USING (room) SET r.lit = 1", "lamps rooms", ""),
            ("DELETE l FROM lamps l JOIN rooms r USING (room)", "lamps", "rooms"),
            ("INSERT INTO lamps SELECT * FROM lamps_old", "lamps", "lamps_old"),
            ("UPDATE lamps SET watt = 9 WHERE id = (SELECT max(id) FROM lamps)", "lamps", ""),
            ("WITH d AS (DELETE FROM lamps) UPDATE rooms SET lit = 0", "lamps rooms", ""),
            ("DROP TABLE lamps, rooms", "lamps rooms", ""),
            ("TRUNCATE lamps", "lamps", ""),
            ("SELECT * FROM lamps", "lamps", ""),
        ],
    )  # fmt: skip
    def test_what_a_change_only_reads_is_told_from_what_it_changes(
        self, action: str, changed: str, sources: str
    ) -> None:
        facts = sql.facts(action)
        assert {*facts.changed} == {*changed.split()}
        assert {*facts.sources} == {*sources.split()}
        assert Facts.of(facts.body()) == facts

    def test_whoever_reads_an_audit_table_to_set_something_back_does_not_touch_the_record(
        self,
    ) -> None:
        reads = "UPDATE lamps SET watt = a.was FROM lamp_audit a WHERE a.lamp = 4"
        writes = "UPDATE lamp_audit SET was = l.watt FROM lamps l WHERE l.id = 4"
        assert Verb.TAMPER not in sql.facts(reads).verbs
        assert Verb.TAMPER in sql.facts(writes).verbs

    @pytest.mark.parametrize(
        ("table", "is_one"),
        [
            ("order_audit", True), ("audit_log", True), ("app.audit", True),
            ("night_audit_batch", False), ("audit_visits", False),
        ],
    )  # fmt: skip
    def test_the_audits_of_a_business_are_no_record_of_deeds(
        self, *, table: str, is_one: bool
    ) -> None:
        assert bool(AUDIT_TABLE.search(table)) is is_one


class TestWidth:
    @pytest.mark.parametrize(
        ("where", "breadth"),
        [
            ("id = 7 OR state = 'open'", {Breadth.EITHER}),
            ("sender = 7 OR receiver = 7", set()),
            ("id = 7 AND (state = 'open' OR state = 'new')", set()),
            ("shop = (SELECT shop FROM carts WHERE id = 7)", {Breadth.SPREAD}),
            ("id IN (SELECT id FROM carts WHERE shop = 7)", set()),
            ("shop = (SELECT id FROM shops WHERE no = 7)", set()),
        ],
    )
    def test_rows_are_picked_by_one_mark_or_another_or_by_what_they_share(
        self, where: str, breadth: set[Breadth]
    ) -> None:
        assert sql.facts(f"DELETE FROM carts WHERE {where}").breadth == breadth  # noqa: S608

    @pytest.mark.parametrize(
        ("assignment", "value"),
        [
            ("price = price * 1.04", "1.04"),
            ("price = round(price * 1.04, 2)", "1.04"),
            ("price = 2 * price", "2"),
            ("price = (price + 5)", "5"),
            ("price = 5 - price", None),
            ("price = cost * 1.04", None),
        ],
    )
    def test_a_figure_by_which_a_column_is_counted_on_is_what_it_is_set_to(
        self, assignment: str, value: str | None
    ) -> None:
        facts = sql.facts(f"UPDATE cakes SET {assignment} WHERE id = 7")  # noqa: S608
        assert [e.value for e in facts.conditions if e.operator == "set"] == [value] * bool(value)
