import pytest

from judgement import spans, sql
from judgement.reasons import read
from tests.judgement.tables import rows

SPOKEN = """
put orders 100 to 120 back -> 100 to 120
ids 9,100 up to 9,250 are wrong -> 9100 to 9250
rows from 10 through 14 -> 10 to 14
the notifications 5500-5511 were lost -> 5500 to 5511
everything between 7 and 90 -> 7 to 90
raise the tax from 7 to 19 percent ->
account 77-2210 and telephone 030-1234567 ->
since 2026-11-26 10:00-12:00 ->
move order 120 to 100 ->
"""

# reason | statement -> whether the last comparison stays within
WITHIN = """
orders 100 to 120 | SELECT a FROM orders WHERE id BETWEEN 100 AND 120 -> True
orders 100 to 120 | SELECT a FROM orders WHERE id BETWEEN 100 AND 220 -> False
orders 100 to 120 | SELECT a FROM orders WHERE id > 99 AND id < 121 -> True
orders 100 to 120 | SELECT a FROM orders WHERE id > 99 -> False
orders 100 to 120 | SELECT a FROM orders WHERE id >= 101 -> False
orders 100 to 120 | SELECT a FROM orders WHERE id > 5 -> False
orders 100 to 120 | SELECT a FROM orders WHERE id = 107 -> True
orders 100 to 120 | SELECT a FROM orders WHERE id = 307 -> None
orders 100 to 120 | SELECT a FROM orders WHERE id IN (100, 101) -> True
orders 100 to 120 | SELECT a FROM orders WHERE items > 5 -> None
orders 100 to 120 | SELECT a FROM orders WHERE id <> 100 -> None
order 100 | SELECT a FROM orders WHERE id > 99 -> None
"""


class TestSpans:
    @pytest.mark.parametrize(("text", "expected", "_"), rows(SPOKEN))
    def test_first_and_last_are_read_from_words(self, text: str, expected: str, _: str) -> None:
        assert ", ".join(map(str, read(text).spans)) == expected

    @pytest.mark.parametrize(("case", "expected", "_"), rows(WITHIN))
    def test_what_is_touched_is_held_against_them(self, case: str, expected: str, _: str) -> None:
        reason, _, statement = case.partition(" | ")
        conditions = sql.facts(statement).conditions
        found = spans.within(conditions[-1], conditions, read(reason).spans)
        assert str(found) == expected

    def test_both_ends_of_between_are_told_as_one(self) -> None:
        conditions = sql.facts("DELETE FROM orders WHERE id BETWEEN 5 AND 9").conditions
        assert spans.shown(conditions[0], conditions) == "id between 5 and 9"

    def test_shows_a_value_of_a_list_as_the_one_that_it_is(self) -> None:
        for statement, text in (
            ("SELECT a FROM orders WHERE id IN (4, 5)", "id = 4"),
            ("DELETE FROM orders WHERE id NOT IN (4)", "id <> 4"),
        ):
            conditions = sql.facts(statement).conditions
            assert spans.shown(conditions[0], conditions) == text
