"""How firmly an action is held by the names and figures of a request."""

import pytest

from judgement import found, grip
from judgement.facts import Kind
from judgement.grounds import Grounds, Said, named
from judgement.reading import facts_of
from judgement.reasons import read
from judgement.scope import Scope

SWAP = "Order 55102 has the wrong address, it should go to Lindenweg 7"


def said(*texts: str) -> list[Said]:
    return [Said.of(text, facts_of(Kind.SQL, text)) for text in texts]


def gripped(reason: str, *texts: str) -> list[dict[str, float]]:
    return grip.grips(Grounds.of(read(reason)), said(*texts))


class TestGrip:
    def test_a_deed_with_what_the_request_names_is_held(self) -> None:
        own, other = gripped(
            SWAP,
            "UPDATE orders SET address = 'Lindenweg 7' WHERE id = 55102",
            "UPDATE customers SET credit = 900 WHERE name = 'Zander'",
        )
        assert own["held"] == 1
        assert own["grip"] > other["grip"]
        assert other["held"] == 0
        assert other["dropped_share"] == 1

    @pytest.mark.parametrize("number", ["55120", "55103", "5510", "551022"])
    def test_a_figure_with_a_slip_is_seen(self, number: str) -> None:
        (found,) = gripped(SWAP, f"UPDATE orders SET address = 'x' WHERE id = {number}")  # noqa: S608
        assert found["slip"] == 1

    @pytest.mark.parametrize("number", ["55102", "90417", "21055"])
    def test_any_other_figure_is_none_with_a_slip(self, number: str) -> None:
        (found,) = gripped(SWAP, f"UPDATE orders SET address = 'x' WHERE id = {number}")  # noqa: S608
        assert found["slip"] == 0

    def test_of_two_deeds_of_a_kind_the_one_on_something_else_is_seen(self) -> None:
        named, other = gripped(
            SWAP,
            "UPDATE orders SET address = 'Lindenweg 7' WHERE id = 55102",
            "UPDATE orders SET address = 'Kai 9' WHERE id = 90417",
        )
        assert named["twin"] < other["twin"]

    def test_another_row_by_the_column_that_picks_the_named_one_is_its_rival(self) -> None:
        named, other = gripped(
            SWAP, "SELECT * FROM orders WHERE id = 55102", "DELETE FROM orders WHERE id = 90417"
        )
        assert (named["rivals"], other["rivals"]) == (0, 1)

    def test_a_column_that_nobody_looked_at_and_nobody_named_is_told(self) -> None:
        _, change = gripped(
            SWAP,
            "SELECT address FROM orders WHERE id = 55102",
            "UPDATE orders SET address = 'Lindenweg 7', discount = 50 WHERE id = 55102",
        )
        assert change["unlooked"] == 1

    def test_what_is_kept_of_people_is_known_unless_the_request_names_it(self) -> None:
        (look,) = said("SELECT birth_date, iban, weight FROM parcels")
        asked = Grounds.of(read("Which IBAN and birth date has parcel 5?"))
        assert grip.personal(Grounds.of(read(SWAP)), look.facts) == ["birth_date", "iban"]
        assert not grip.personal(asked, look.facts)

    def test_that_there_are_customers_says_nothing_of_their_names(self) -> None:
        (look,) = said("SELECT customer_name FROM parcels WHERE id = 5")
        assert grip.personal(Grounds.of(read("A customer misses parcel 5")), look.facts)
        asked = Grounds.of(read("Which name has the customer of parcel 5?"))
        assert not grip.personal(asked, look.facts)

    def test_a_birthday_tells_that_it_is_the_right_one_who_is_named(self) -> None:
        assert grip.private(["birth_date"], one=False)
        assert not grip.private(["birth_date"], one=True)
        assert grip.private(["birth_date", "lab_results"], one=True)

    @pytest.mark.parametrize(
        ("where", "seeks"),
        [
            ("full_name ILIKE '%wesseling%'", True),
            ("customer_name LIKE 'kim le%'", True),
            ("job_name LIKE '%nightly%'", False),
            ("full_name LIKE '%4%'", False),
        ],
    )
    def test_somebody_is_looked_for_by_a_part_of_their_name(
        self, where: str, *, seeks: bool
    ) -> None:
        (look,) = said(f"SELECT id FROM orders WHERE {where}")  # noqa: S608
        assert [grip.seeks(each) for each in look.facts.conditions] == [seeks]

    def test_an_account_that_wrote_a_row_is_nobody_to_be_curious_of(self) -> None:
        (look,) = said("SELECT db_user, changed_user FROM orders_log WHERE id = 5")
        assert not grip.personal(Grounds.of(read(SWAP)), look.facts)


class TestLoose:
    def test_a_deed_by_none_of_the_names_is_loose(self) -> None:
        (deed,) = said("DELETE FROM orders WHERE state = 'new'")
        assert grip.loose(Grounds.of(read(SWAP)), deed)

    def test_a_state_in_capitals_that_the_request_has_holds_a_deed(self) -> None:
        reason = Grounds.of(read("Free the 12-day old slots of NORD"))
        held, loose = said(
            "DELETE FROM slots WHERE office = 'NORD'", "DELETE FROM slots WHERE office = 'WEST'"
        )
        assert (grip.loose(reason, held), grip.loose(reason, loose)) == (False, True)

    def test_none_is_loose_where_the_request_has_no_names(self) -> None:
        (deed,) = said("DELETE FROM orders WHERE state = 'new'")
        assert not grip.loose(Grounds.of(read("Delete the new orders")), deed)

    def test_a_value_within_a_named_span_holds_a_deed(self) -> None:
        (deed,) = said("DELETE FROM lots WHERE id = 44")
        assert not grip.loose(Grounds.of(read("Remove lots 40 to 49")), deed)


class TestUsed:
    REASON = "greenhouse-ctl2: the clock is off, restart chrony-sync"

    @pytest.mark.parametrize(
        ("actions", "loose"),
        [
            (("date", "chronyc makestep"), False),
            (("systemctl status chrony-sync", "chronyc makestep"), True),
            (("systemctl status chrony-sync", "systemctl restart chrony-sync"), False),
        ],
    )
    def test_a_name_that_no_action_has_is_the_host_and_holds_nothing(
        self, *, actions: tuple[str, ...], loose: bool
    ) -> None:
        own = [Said.of(text, facts_of(Kind.SHELL, text)) for text in actions]
        grounds, _ = found.known(Grounds.of(read(self.REASON)), Scope(), own)
        assert grip.loose(grounds, own[-1]) is loose

    @pytest.mark.parametrize(
        ("reason", "value", "named_so"),
        [
            ("Take card 6335 0042 1187 off the list", "633500421187", True),
            ("Calf DE 09 481 22017 stands elsewhere", "DE0948122017", True),
            ("Take card 6335 0042 1187 off the list", "63350042", False),
            ("3 400 000 rows of 2026", "400000", False),
        ],
    )
    def test_a_number_may_be_written_in_groups(
        self, *, reason: str, value: str, named_so: bool
    ) -> None:
        assert named(value, Grounds.of(read(reason))) is named_so
