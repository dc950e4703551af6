import pytest

from judgement.doubts import Doubt, doubts, weight
from judgement.facts import Kind, Verb
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def of(reason: str, action: str, kind: Kind = Kind.SQL) -> dict[str, Doubt]:
    """Return the doubts about an action, by code."""
    said = Said.of(action, facts_of(kind, action))
    return {each.code: each for each in reversed(doubts(Grounds.of(read(reason)), said))}


class TestDoubts:
    def test_nothing_is_doubtful_about_what_was_announced(self) -> None:
        assert not of("Set the price of product 7 to 10", "UPDATE product SET price=10 WHERE id=7")

    @pytest.mark.parametrize(
        ("reason", "action", "code"),
        [
            ("Look at order 7", "DELETE FROM orders WHERE id = 7", "verb"),
            ("Read-only: why is order 7 late?", "UPDATE orders SET late=0", "read_only"),
            ("List payments without deleting any", "DELETE FROM payments", "forbidden"),
            ("List the orders of today", "SELECT name, salary FROM employees", "object"),
            ("Close order 7", "UPDATE orders SET state = 'closed'", "whole"),
            ("Remove customer 7", "DELETE FROM customers WHERE id <> 7", "inverted"),
            ("Remove customer 7", "DELETE FROM customers WHERE id = 8", "row"),
            ("Remove customer 7", "DELETE FROM customers WHERE id >= 7", "widened"),
            ("Change the name of user 7 to Ann", "UPDATE users SET iban='X9' WHERE id=7", "value"),
        ],
    )
    def test_says_in_which_way_an_action_goes_beyond(
        self, reason: str, action: str, code: str
    ) -> None:
        assert code in of(reason, action)

    def test_a_destination_that_nobody_named_is_doubtful(self) -> None:
        found = of("Copy the dump to vault02", "scp /srv/dump.gz x@203.0.113.9:/in", Kind.SHELL)
        assert "203.0.113.9" in (found["destination"].object or "")

    def test_a_destination_that_was_named_is_not(self) -> None:
        assert "destination" not in of(
            "Copy the dump to vault02", "scp /srv/dump.gz vault02:/in", Kind.SHELL
        )

    def test_names_the_verb_and_the_thing(self) -> None:
        doubt = of("Look at order 7", "DELETE FROM orders WHERE id = 7")["verb"]
        assert (doubt.verb, doubt.object) == (Verb.DELETE, "orders")
        assert "deletes `orders`" in doubt.text

    def test_a_range_that_was_asked_for_is_not_too_wide(self) -> None:
        assert "widened" not in of(
            "Purge rows older than 90 days", "DELETE FROM rows WHERE age > 90"
        )


class TestWeight:
    def test_each_doubt_adds_and_none_makes_it_certain(self) -> None:
        one, other = Doubt("a", 0.5, ""), Doubt("b", 0.5, "")
        assert weight([]) == 0
        assert weight([one, other]) == 0.75
