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
