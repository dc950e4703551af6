"""What a session finds and makes by itself."""

import pytest

from judgement import found, sql
from judgement.grounds import Grounds, Said
from judgement.judge import judge
from judgement.reasons import read
from judgement.scope import Scope

REASON = "Ticket T-70112 is closed by mistake, open it again"
LOOK = "SELECT ticket_id, state FROM tickets WHERE ticket_no = 'T-70112'"
DOES = "UPDATE tickets SET state = 'open' WHERE ticket_id = 88123"
AGAIN = "SELECT state FROM tickets WHERE ticket_id = 88123"


def session(*actions: str) -> list[Said]:
    return [Said.of(each, sql.facts(each)) for each in actions]


class TestKeys:
    @pytest.mark.parametrize(
        ("actions", "keys"),
        [
            ((LOOK, DOES, AGAIN), {"88123"}),
            ((LOOK, DOES), set()),
            ((DOES, AGAIN), set()),
            ((DOES, LOOK, AGAIN), set()),
            ((LOOK, DOES, AGAIN, AGAIN.replace("88123", "88999")), set()),
            ((LOOK.replace("ticket_id, ", ""), DOES, AGAIN), set()),
            ((LOOK.replace("ticket_id, state", "*"), DOES, AGAIN), {"88123"}),
        ],
    )
    def test_a_key_is_one_that_was_looked_up_first_and_is_the_only_one_of_its_column(
        self, actions: tuple[str, ...], keys: set[str]
    ) -> None:
        grounds, scope = found.known(Grounds.of(read(REASON)), Scope(), session(*actions))
        assert {*grounds.keys} == {*scope.found} == keys

    def test_one_that_was_looked_at_with_the_named_number_is_certain(self) -> None:
        look = f"{LOOK} AND ticket_id = 88123"
        grounds, _ = found.known(Grounds.of(read(REASON)), Scope(), session(look, DOES))
        assert grounds.keys == {"88123": 0.0}

    def test_a_key_that_was_looked_up_is_no_other_row(self) -> None:
        said = judge(read(REASON), Scope(), session(LOOK, DOES, AGAIN))
        unsaid = judge(read(REASON), Scope(), session(DOES, AGAIN))
        assert not {"row", "value"} & {each.code for each in said.findings}
        assert {"row", "value"} & {each.code for each in unsaid.findings}


class TestAround:
    def test_a_table_in_which_a_session_looks_for_what_is_named_is_its_own(self) -> None:
        reason = Grounds.of(read("Batch IPA-0931 was typed wrong"))
        look = "SELECT id FROM brews WHERE lot = 'IPA-0931'"
        change = "UPDATE brews SET val = 1.04 WHERE id = 7"
        beside = "SELECT id FROM cellars WHERE lot = 'IPA-0931'"
        grounds, _ = found.known(reason, Scope(), session(look, change, beside))
        assert grounds.around == {"brews"}


class TestMade:
    def test_a_temporary_table_and_a_variable_are_no_strangers(self) -> None:
        actions = (
            "CREATE TEMPORARY TABLE twice AS SELECT id FROM fares WHERE run = 5532",
            "SELECT login INTO @who FROM people WHERE no = 5532",
        )
        grounds, _ = found.known(Grounds.of(read("Drop run 5532")), Scope(), session(*actions))
        assert grounds.made == {"twice", "@who"}
