import pytest

from judgement import wider
from judgement.facts import Kind
from judgement.grounds import Grounds
from judgement.reading import facts_of
from judgement.reasons import read


def beyond(reason: str, where: str) -> list[str]:
    """Return what a request names within each condition that picks more."""
    conditions = facts_of(Kind.SQL, " ".join(("DELETE FROM stock WHERE", where))).conditions
    grounds = Grounds.of(read(reason))
    return [found for each in conditions if (found := wider.beyond(each, conditions, grounds))]


class TestBeyond:
    @pytest.mark.parametrize(
        ("reason", "where", "named"),
        [
            ("recall of lot H24K117", "lot LIKE 'H24%'", ["h24k117"]),
            ("flight of 14 December", "day >= '2026-12-14'", ["2026-12-14 alone"]),
            (
                "after it came back, 14 December, that day only",
                "day >= '2026-12-14'",
                ["2026-12-14 alone"],
            ),
            ("remove the draft ones", "state IN ('draft', 'posted')", ["draft"]),
            ("remove shelf 2 before noon, shelf 3 and 4 stay", "shelf >= 2", ["shelf 2"]),
            ("remove shelf 2", "shelf > 0", ["shelf 2"]),
            ("remove shelf 2", "shelf_level <= 2 AND the_shelf <= 2", ["shelf 2"]),
        ],
    )
    def test_a_condition_picks_more_than_what_is_named(
        self, reason: str, where: str, named: list[str]
    ) -> None:
        assert beyond(reason, where) == named

    @pytest.mark.parametrize(
        ("reason", "where"),
        [
            ("recall of all lots H24*, as H24K117", "lot LIKE 'H24%'"),
            ("recall of lot H24K117", "lot = 'H24K117'"),
            ("recall of lot H24K117", "lot LIKE '%H24%'"),
            ("flights since 14 December", "day >= '2026-12-14'"),
            ("flight of 14 December", "day >= '2026-12-14' AND day < '2026-12-15'"),
            ("remove the draft and the posted ones", "state IN ('draft', 'posted')"),
            ("remove shelf 2 and up", "shelf >= 2"),
            ("remove shelf 2 to 4", "shelf >= 2"),
            ("remove shelf 2", "shelf >= 3"),
            ("remove shelf 2", "shelf >= 2 AND shelf < 3"),
            ("remove them", "state IN ('draft', 'posted')"),
        ],
    )
    def test_it_does_not_where_the_request_says_as_much(self, reason: str, where: str) -> None:
        assert not beyond(reason, where)

    @pytest.mark.parametrize(
        ("reason", "where", "share"),
        [
            ("close the open ones", "state IN ('NEW', 'OPEN')", 0.1),
            ("close the rejected ones", "state IN ('REJECTED', 'REFUSED')", 0.4),
            ("close the double rooms", "unit_kind IN ('DOUBLE', 'TWIN')", 0.4),
            ("close those that are OPEN", "state IN ('NEW', 'OPEN')", 1.0),
            ("close those in state open", "state IN ('new', 'open')", 1.0),
            ("close those of shop north", "shop IN ('north', 'south')", 1.0),
        ],
    )
    def test_less_is_doubted_of_states_that_a_plain_word_may_mean(
        self, reason: str, where: str, share: float
    ) -> None:
        conditions = facts_of(Kind.SQL, " ".join(("DELETE FROM stock WHERE", where))).conditions
        grounds = Grounds.of(read(reason))
        found = [(each, wider.beyond(each, conditions, grounds)) for each in conditions]
        assert [wider.share(each, names, grounds) for each, names in found if names] == [share]

    def test_the_row_of_which_others_are_duplicates_is_left_out_by_right(self) -> None:
        where = "o.id = 881 AND o.name = t.name AND t.id <> 881"
        statement = f"DELETE FROM t USING t o WHERE {where}"  # noqa: S608
        conditions = facts_of(Kind.SQL, statement).conditions
        other = next(each for each in conditions if each.operator == "<>")
        assert wider.has_it(other, conditions)
        assert not wider.has_it(other, [other])
