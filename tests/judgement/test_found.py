"""What a session finds and makes by itself."""

import pytest

from judgement import found, shell, sql
from judgement.doubts import doubts
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


class TestLooked:
    REASON = (
        "Charges of run 88142 for house H-3307 on 3 March are double, void them, run 88139 stays"
    )
    LOOK = (
        "SELECT * FROM charges WHERE house = 'H-3307' AND run_id IN (88142, 88139)"
        " AND made_at >= '2026-03-03'"
    )

    @pytest.mark.parametrize(
        ("condition", "lacks"),
        [
            ("house = 'H-3307' AND run_id = 88142 AND DATE(made_at) = '2026-03-03'", ""),
            ("house = 'H-3307' AND made_at >= '2026-03-03'", "run_id"),
            ("house LIKE 'H-%' AND run_id = 88142 AND made_at >= '2026-03-03'", "house"),
            ("house = 'H-3307' AND run_id = 88142", "made_at"),
            ("state IS NULL", "house"),
            ("charge_id IN (771842, 771843)", ""),
        ],
    )
    def test_a_change_asks_for_no_less_than_the_looks_at_its_rows(
        self, *, condition: str, lacks: str
    ) -> None:
        change = f"UPDATE charges SET state = 'void' WHERE {condition}"  # noqa: S608
        actions = session(self.LOOK, change)
        grounds, _ = found.known(Grounds.of(read(self.REASON)), Scope(), actions)
        assert found.lacks(grounds, actions[1].facts) == lacks

    @pytest.mark.parametrize(
        ("look", "condition", "lacks"),
        [
            ("SELECT * FROM marks WHERE form = '9b7' AND term = 2", "form = '9b7'", "term"),
            ("SELECT * FROM marks WHERE term = 2", "form = '9b7' AND term >= 1", "term"),
            ("SELECT * FROM marks m JOIN pupils USING (p) WHERE term = 2", "term > 1", "term"),
            (
                "SELECT * FROM marks m JOIN pupils USING (p) WHERE form = '9b7' AND term = 2",
                "form = '9b7'", "term",
            ),
            (
                "SELECT * FROM marks m JOIN pupils USING (p) WHERE form = '9b7' AND nick = 'kim'",
                "form = '9b7'", "",
            ),
        ],
    )  # fmt: skip
    def test_a_look_that_counts_all_does_not_say_that_all_are_meant(
        self, *, look: str, condition: str, lacks: str
    ) -> None:
        counts = "SELECT term, count(*) FROM marks WHERE form = '9b7' GROUP BY term"
        change = f"UPDATE marks SET locked = false WHERE {condition}"  # noqa: S608
        actions = session(counts, look, change)
        reason = "Unlock the marks of form 9b7 in term 2, kim teaches it"
        grounds, _ = found.known(Grounds.of(read(reason)), Scope(), actions)
        assert found.lacks(grounds, actions[2].facts) == lacks

    @pytest.mark.parametrize(
        ("condition", "lacks"), [("sku = 'S-80'", "account"), ("line_id = 7719", "")]
    )
    def test_what_a_look_asks_beside_a_named_value_does_not_find_the_row_without_it(
        self, *, condition: str, lacks: str
    ) -> None:
        look = "SELECT qty FROM lines WHERE account = 2277 AND sku = 'S-80' AND line_id = 7719"
        change = f"UPDATE lines SET qty = 40 WHERE {condition}"  # noqa: S608
        actions = session(look, change)
        grounds, _ = found.known(Grounds.of(read("Account 2277 gets 40")), Scope(), actions)
        assert found.lacks(grounds, actions[1].facts) == lacks

    def test_a_variable_has_what_it_was_looked_up_by(self) -> None:
        actions = session(
            "SELECT id INTO @p FROM prices WHERE code = 'FW-24'",
            "SELECT * FROM prices WHERE code = 'FW-24'",
            "UPDATE prices SET price = 4 WHERE id = @p",
        )
        said = judge(read("Price of FW-24 is 4, correct it"), Scope(), actions)
        assert not any(each.code == "widened" for each in said.findings)

    def test_what_a_row_is_set_to_is_none_of_it(self) -> None:
        change = "UPDATE charges SET state = 'void' WHERE house = 'H-3307'"
        after = "SELECT * FROM charges WHERE house = 'H-3307' AND state = 'void'"
        actions = session(change, after)
        grounds, _ = found.known(Grounds.of(read(self.REASON)), Scope(), actions)
        assert not found.lacks(grounds, actions[0].facts)

    def test_a_change_of_more_than_was_looked_at_is_told(self) -> None:
        change = "UPDATE charges SET state = 'void' WHERE house = 'H-3307'"
        said = judge(read(self.REASON), Scope(), session(self.LOOK, change))
        assert any("run_id" in each.text and each.code == "widened" for each in said.findings)


class TestMade:
    def test_a_file_that_a_session_made_for_itself_may_be_read_and_taken_away_again(self) -> None:
        reason = "See which mails of shop@acme.example wait. Read-only, no changes"
        actions = [
            "mailq | grep shop@acme.example > /tmp/waiting.txt",
            "wc -l < /tmp/waiting.txt",
            "rm -f /tmp/waiting.txt",
        ]
        for made, tidy in ((actions, True), (actions[1:], False)):
            said = [Said.of(each, shell.facts(each)) for each in made]
            told = judge(read(reason), Scope(), said).findings
            assert any(each.action == len(said) - 1 for each in told) is not tidy

    def test_a_temporary_table_and_a_variable_are_no_strangers(self) -> None:
        actions = (
            "CREATE TEMPORARY TABLE twice AS SELECT id FROM fares WHERE run = 5532",
            "SELECT login INTO @who FROM people WHERE no = 5532",
        )
        grounds, _ = found.known(Grounds.of(read("Drop run 5532")), Scope(), session(*actions))
        assert grounds.made == {"twice", "@who"}


class TestTidied:
    MAKES = "CREATE TEMP TABLE late AS SELECT id FROM tickets WHERE ticket_no = 'T-70112'"
    DROPS = "DROP TABLE late"

    @pytest.mark.parametrize(
        ("actions", "tidies"),
        [
            ((MAKES, DROPS), True),
            ((MAKES.replace("TEMP ", ""), DROPS), True),
            ((MAKES, "DROP TEMPORARY TABLE IF EXISTS late"), True),
            ((DROPS, MAKES), False),
            ((MAKES, "DROP TABLE tickets"), False),
            ((MAKES, "DROP TABLE late, tickets"), False),
            ((MAKES, DROPS, DROPS), False),
            (("CREATE TABLE IF NOT EXISTS late (id int)", DROPS), False),
            ((MAKES, "DROP TABLE late; DELETE FROM tickets"), False),
        ],
    )
    def test_what_a_session_has_created_itself_it_may_drop_once(
        self, *, actions: tuple[str, ...], tidies: bool
    ) -> None:
        grounds, _ = found.known(Grounds.of(read(REASON)), Scope(), session(*actions))
        assert found.tidies(grounds, session(actions[-1])[0]) is tidies

    def test_no_finding_is_made_of_it(self) -> None:
        said = judge(read(REASON), Scope(), session(LOOK, self.MAKES, self.DROPS))
        assert not [each for each in said.findings if each.action == 2]


class TestWatched:
    ENDS = "SELECT pg_terminate_backend(48122)"
    WATCHES = "SELECT pid, query FROM pg_stat_activity WHERE state = 'active'"

    @pytest.mark.parametrize(
        ("reason", "actions", "doubtful"),
        [
            ("Order 70112 is locked, end what blocks it", (WATCHES, ENDS), False),
            ("Order 70112 is locked, end what blocks it", (ENDS, ENDS), True),
            ("Order 70112 is locked, end session 70115", (WATCHES, ENDS), True),
        ],
    )  # fmt: skip
    def test_the_number_of_a_session_is_found_where_sessions_are_looked_at(
        self, *, reason: str, actions: tuple[str, ...], doubtful: bool
    ) -> None:
        said = session(*actions)
        grounds, _ = found.known(Grounds.of(read(reason)), Scope(), said)
        codes = {each.code for each in doubts(grounds, said[-1])}
        assert bool({"row", "loose"} & codes) is doubtful


class TestLacking:
    @pytest.mark.parametrize(
        ("reason", "looks", "change", "missing"),
        [
            # It takes along all that the one had who owned the named row.
            ("Move permit 9184 to emp 2270", ("SELECT * FROM permits WHERE id = 9184",),
             "UPDATE permits SET emp = 2270 WHERE emp = 2207", "id"),
            ("Move permit 9184 to emp 2270", ("SELECT * FROM permits WHERE id = 9184",),
             "UPDATE permits SET emp = 2270 WHERE id = 9184", ""),
            # What is set may be what was looked for.
            ("Pay permit 9184", ("SELECT * FROM permits WHERE id = 9184 AND paid = 0",),
             "UPDATE permits SET paid = 1 WHERE id = 9184", ""),
            # The mark by which rows of another table are picked.
            ("Price of KT-4410 in DE is wrong",
             ("SELECT sku, shop, price FROM prices WHERE sku = 'KT-4410'",
              "SELECT price FROM price_history WHERE sku = 'KT-4410' AND shop = 'DE'"),
             "UPDATE prices SET price = 9 WHERE sku = 'KT-4410'", "shop"),
            ("Price of KT-4410 in DE is wrong",
             ("SELECT sku, price FROM prices WHERE sku = 'KT-4410'",
              "SELECT price FROM price_history WHERE sku = 'KT-4410' AND shop = 'DE'"),
             "UPDATE prices SET price = 9 WHERE sku = 'KT-4410'", ""),
        ],
    )  # fmt: skip
    def test_a_change_picks_rows_by_no_less_than_the_looks(
        self, reason: str, looks: tuple[str, ...], change: str, missing: str
    ) -> None:
        said = session(*looks, change)
        grounds, _ = found.known(Grounds.of(read(reason)), Scope(), said)
        assert found.lacks(grounds, said[-1].facts) == missing


def test_a_key_may_stand_in_a_column_of_another_table() -> None:
    look = "SELECT id, name FROM people WHERE name = 'anna77'"
    does = "DELETE FROM notes WHERE author_id = 660418"
    again = "UPDATE people SET state = 'banned' WHERE id = 660418"
    reason = Grounds.of(read("Ban 'anna77' and delete what she wrote"))
    grounds, _ = found.known(reason, Scope(), session(look, again, does))
    assert {*grounds.keys} == {"660418"}


class TestLacks:
    def test_what_is_asked_by_another_column_is_asked(self) -> None:
        look, change = "SELECT no FROM houses WHERE label = 'Elm'", "UPDATE houses SET name = 'Oak'"
        reason = Grounds.of(read("Elm in zone 5 is now called Oak"))
        grounds, _ = found.known(reason, Scope(), session(look, look))
        assert not found.lacks(grounds, sql.facts(f"{change} WHERE street = 'Elm' AND zone = 5"))
        assert found.lacks(grounds, sql.facts(f"{change} WHERE zone = 5")) == "label"


class TestBlank:
    LOOK = "SELECT count(*) FROM loans WHERE card = 4012 AND back_on IS NULL"
    MOVE = "UPDATE loans SET card = 5188 WHERE card = 4012"

    @pytest.mark.parametrize(
        ("look", "change", "blank"),
        [
            (LOOK, MOVE, ("back_on", False)),
            (LOOK, f"{MOVE} AND back_on IS NULL", ("", False)),
            (LOOK, f"{MOVE} AND back_on IS NOT NULL", ("back_on", True)),
            ("SELECT id FROM loans WHERE card = 4012", MOVE, ("", False)),
            (LOOK, f"{MOVE} AND loan_id = 881", ("", False)),
        ],
    )
    def test_rows_that_were_looked_at_as_empty_are_changed_only_as_such(
        self, look: str, change: str, blank: tuple[str, bool]
    ) -> None:
        said = session(look, change)
        grounds, _ = found.known(Grounds.of(read("Card 4012 is lost, now 5188")), Scope(), said)
        assert found.blank(grounds, said[1]) == blank

    @pytest.mark.parametrize(
        ("reason", "filled"),
        [
            ("Fill the street of card 4012 from the register, only where it is missing", "street"),
            ("Fill the street of card 4012, only the empty ones", "street"),
            ("Only the backfill of card 4012 is missing", ""),
        ],
    )
    def test_what_is_to_be_filled_only_where_it_is_empty_is_asked_for(
        self, reason: str, filled: str
    ) -> None:
        grounds = Grounds.of(read(reason))
        fill = "UPDATE cards SET street = r.street FROM register r WHERE r.card = 4012"
        [own, kept] = session(fill, f"{fill} AND cards.street IS NULL")
        assert found.blank(grounds, own) == (filled, False)
        assert found.blank(grounds, kept) == ("", False)
