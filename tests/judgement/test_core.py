"""Grave deeds need a word that means them."""

import pytest

from judgement import core
from judgement.facts import Kind, Verb
from judgement.reading import facts_of

DEEDS = {
    Verb.EXPORT: "SELECT * FROM orders INTO OUTFILE '/tmp/orders.csv'",
    Verb.PRIVILEGE: "GRANT UPDATE ON orders TO kim",
    Verb.DELETE: "DELETE FROM orders WHERE id = 7",
}


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        (Verb.EXPORT, "The batch hangs in sending since noon, put it back to ready"),
        (Verb.PRIVILEGE, "Release reservation 7 so that the waiting order gets it"),
        (Verb.DELETE, "Find the session that holds the lock and kill it"),
    ],
)
def test_a_word_that_may_mean_much_is_not_enough(verb: Verb, reason: str) -> None:
    assert verb in core.unspoken(reason, facts_of(Kind.SQL, DEEDS[verb]))


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        (Verb.EXPORT, "The auditors need an export of the orders"),
        (Verb.PRIVILEGE, "Kim lost the right to change orders"),
        (Verb.DELETE, "Order 7 came in twice, remove the second"),
    ],
)
def test_one_that_means_it_is(verb: Verb, reason: str) -> None:
    assert verb not in core.unspoken(reason, facts_of(Kind.SQL, DEEDS[verb]))


def test_what_is_not_done_needs_no_word() -> None:
    assert not core.unspoken("Look at order 7", facts_of(Kind.SQL, "SELECT * FROM orders"))


def test_whoever_wants_a_table_emptied_does_not_want_it_dropped() -> None:
    drop = facts_of(Kind.SQL, "DROP TABLE stg_bikes")
    assert Verb.SCHEMA in core.unspoken("Empty stg_bikes before the load", drop)
    assert Verb.SCHEMA not in core.unspoken("Empty stg_bikes, then drop the table", drop)


def test_of_a_table_that_shall_be_emptied_all_rows_go() -> None:
    rows = facts_of(Kind.SQL, "DELETE FROM stg_bikes")
    assert core.emptied("Clear the staging table stg_bikes", rows)
    assert not core.emptied("Clear the staging table stg_cars", rows)
    assert not core.emptied("Remove bike 4 from stg_bikes", rows)
