"""Where an action goes beyond scenario, target and request."""

import datetime as dt

import pytest

from judgement import reasons, scope, shell, sql
from judgement.facts import Facts, Verb
from judgement.findings import Finding, Severity
from judgement.scope import Scope, verbs_of
from tests.judgement.tables import rows

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def said(
    facts: Facts,
    within: Scope | None = None,
    reason: str = "",
    *,
    at: dt.datetime | None = None,
    count: int | None = None,
) -> list[Finding]:
    within = within or Scope()
    return list(scope.findings(within, reasons.read(reason), 1, facts, at=at, rows=count))


def codes(found: list[Finding]) -> list[str]:
    return [each.code for each in found]


class TestScenario:
    def test_a_verb_that_it_is_not_for_is_outside(self) -> None:
        reading = Scope(verbs=frozenset({Verb.READ}))
        [found] = said(sql.facts("DELETE FROM orders WHERE id = 4"), reading)
        assert found.code == "verb_outside"
        assert (found.verb, found.object, found.severity) == ("delete", "orders", Severity.HIGH)
        assert (
            found.text == "Action 2 deletes `orders`; the scenario is for read, not for deleting."
        )

    def test_looking_around_is_never_outside(self) -> None:
        assert not said(sql.facts("SHOW TABLES"), Scope(verbs=frozenset(), objects=()))

    def test_its_words_may_be_verbs_or_kinds_of_emergency(self) -> None:
        expected = frozenset({Verb.READ, Verb.WRITE, Verb.DELETE})
        assert verbs_of(["read", "Data fix"]) == expected
        assert verbs_of(["whatever"]) is None
        assert verbs_of([]) is None

    def test_more_rows_than_it_allows_are_too_many(self) -> None:
        limited = Scope(most_rows=100)
        assert codes(said(sql.facts("SELECT a FROM t LIMIT 5000"), limited)) == ["too_many_rows"]
        assert codes(said(sql.facts("SELECT a FROM t"), limited, count=101)) == ["too_many_rows"]
        assert not said(sql.facts("SELECT a FROM t"), limited, count=100)


class TestTarget:
    def test_a_table_that_nobody_expects_is_outside(self) -> None:
        expected = Scope(objects=("orders", "public.pay*"))
        assert codes(said(sql.facts("SELECT a FROM salaries"), expected)) == ["object_outside"]
        for query in ("SELECT a FROM orders", "SELECT a FROM public.orders"):
            assert not said(sql.facts(query), expected)
        assert not said(sql.facts("SELECT a FROM public.payments"), expected)
        assert codes(said(sql.facts("SELECT a FROM hr.orders"), expected)) == ["object_outside"]

    def test_what_every_client_asks_of_a_server_is_within(self) -> None:
        query = "SELECT a FROM pg_catalog.pg_class JOIN information_schema.tables USING (b)"
        assert not said(sql.facts(query), Scope(objects=("orders",)))

    def test_a_table_that_is_joined_to_one_that_is_expected_is_less_grave(self) -> None:
        query = "SELECT a FROM orders JOIN customers USING (id)"
        (found,) = said(sql.facts(query), Scope(objects=("orders",)))
        assert (found.severity, found.object) == (Severity.MEDIUM, "customers")

    def test_another_database_is_outside(self) -> None:
        only = Scope(databases=("shop",))
        found = said(sql.facts("SELECT a FROM hr.public.salaries"), only)
        assert codes(found) == ["database_outside"]
        assert not said(sql.facts("SELECT a FROM shop.public.orders"), only)

    def test_another_host_is_outside(self) -> None:
        only = Scope(hosts=("*.shop.example.org",))
        facts = shell.facts("curl https://evil.example.net/a")
        assert codes(said(facts, only)) == ["host_outside"]
        assert not said(shell.facts("curl https://db1.shop.example.org/a"), only)


_BOTH = (Severity.HIGH, Severity.MEDIUM)


class TestAnnounced:
    within = Scope(verbs=frozenset({Verb.READ}), objects=("products",))
    said = "I will copy products to products_before, then drop products_before."

    @pytest.mark.parametrize(
        ("statement", "severities"),
        [
            ("CREATE TABLE products_before AS SELECT * FROM products", {Severity.MEDIUM}),
            ("DROP TABLE products_before", {Severity.MEDIUM}),
            ("CREATE TABLE products_mine AS SELECT * FROM products", set(_BOTH)),
            ("COPY products TO '/tmp/products.csv'", {Severity.HIGH}),
            ("DELETE FROM payments", {Severity.HIGH}),
        ],
    )
    def test_is_less_grave_where_it_stays_and_all_that_is_touched_was_named(
        self, statement: str, severities: set[str]
    ) -> None:
        found = said(sql.facts(statement), self.within, self.said)
        assert {each.severity for each in found} == severities

    def test_says_that_the_request_says_so_and_tells_of_a_copy_once(self) -> None:
        made = sql.facts("CREATE TABLE products_before AS SELECT * FROM products")
        verb, thing = said(made, self.within, self.said)
        assert verb.text.startswith("Action 2 alters the structure of `products_before`, as the re")
        assert "touches `products_before`, as the request says" in thing.text

    @pytest.mark.parametrize(
        ("reason", "statement", "announced"),
        [
            (said, "CREATE TABLE products_before AS SELECT * FROM products", {True}),
            (said, "DROP TABLE products_before", {True}),
            ("I will export salaries to /tmp/s.csv.", "COPY salaries TO '/tmp/s.csv'", {True}),
            (said, "SELECT id FROM products_before", {False}),
            (said, "DROP TABLE products", {False}),
            (said, "COPY products TO '/tmp/products.csv'", {False}),
            ("I will read salaries.", "UPDATE salaries SET a = 1 WHERE id = 1", {False}),
            ("Nobody gets salaries, I look.", "SELECT id FROM salaries", {False}),
            ("Salaries look wrong.", "DELETE FROM salaries WHERE id = 1", {False}),
        ],
    )
    def test_is_told_of_what_the_request_says_however_grave_that_is(
        self, reason: str, statement: str, announced: set[bool]
    ) -> None:
        found = said(sql.facts(statement), self.within, reason)
        assert {each.announced for each in found} == announced
        assert all(("as the request says" in each.text) is each.announced for each in found)

    def test_is_told_of_a_host_that_the_request_names(self) -> None:
        facts, only = shell.facts("curl https://status.example.net/a"), Scope(hosts=("db-1",))
        for reason, announced in (("I ask status.example.net.", True), ("I look around.", False)):
            (found,) = said(facts, only, reason)
            assert found.announced is announced


class TestTime:
    def test_before_and_after_the_access_is_outside(self) -> None:
        facts = sql.facts("SELECT 1")
        hour = Scope(opened_at=NOON, closed_at=NOON + HOUR)
        assert codes(said(facts, hour, at=NOON - HOUR)) == ["time_outside"]
        assert codes(said(facts, hour, at=NOON + 2 * HOUR)) == ["time_outside"]
        assert not said(facts, hour, at=NOON)
        assert not said(facts, hour)


# reason | statement -> finding
VALUES = """
check order 42, read-only | UPDATE orders SET a = 1 WHERE id = 42 -> read_only
check order 42, read-only | SELECT a FROM orders WHERE id = 42 ->
remove order 42 | DELETE FROM orders WHERE id = 42 ->
remove order 42 | DELETE FROM orders WHERE id <> 42 -> value
remove order 42 | DELETE FROM orders WHERE id NOT IN (42) -> value
remove all orders but 42 | DELETE FROM orders WHERE id <> 42 ->
remove order 881 | DELETE FROM orders WHERE id >= 881 -> value
remove orders from 881 on | DELETE FROM orders WHERE id >= 881 ->
remove orders older than 30 days | DELETE FROM orders WHERE age > 30 ->
remove order 881 | DELETE FROM orders WHERE id = 882 -> value
set the state of order 881 to 3 | UPDATE orders SET state = 3 WHERE id = 881 ->
remove the order of Smith | DELETE FROM orders WHERE id = 882 ->
remove orders 100 to 120 | DELETE FROM orders WHERE id BETWEEN 100 AND 120 ->
remove orders 100 to 120 | DELETE FROM orders WHERE id IN (101, 119) ->
remove orders 100 to 120 | DELETE FROM orders WHERE id >= 100 AND id < 121 ->
remove orders 100 to 120 | DELETE FROM orders WHERE id >= 100 -> value
remove orders 100 to 120 | DELETE FROM orders WHERE id BETWEEN 1 AND 120 -> value
remove orders 100 to 120 | DELETE FROM orders WHERE id = 130 -> value
"""


class TestRequest:
    def test_the_row_that_is_named_may_be_narrowed_by_numbers_of_its_own(self) -> None:
        narrowed = "DELETE FROM charges WHERE subscription_id = 55120 AND id = 981223"
        another = "DELETE FROM charges WHERE subscription_id = 55121 AND id = 981223"
        reason = "Remove the double charge of subscription 55120"
        assert codes(said(sql.facts(narrowed), reason=reason)) == []
        assert "value" in codes(said(sql.facts(another), reason=reason))

    def test_a_country_by_its_code_is_a_row_that_is_named(self) -> None:
        others = sql.facts("DELETE FROM tax_rates WHERE country <> 'HR'")
        assert codes(said(others, reason="Remove the tax rate of HR")) == ["value"]

    @pytest.mark.parametrize(("case", "expected", "_"), rows(VALUES))
    def test_rows_that_it_does_not_name_are_outside(self, case: str, expected: str, _: str) -> None:
        reason, _, statement = case.partition(" | ")
        assert codes(said(sql.facts(statement), reason=reason)) == expected.split()

    def test_a_sentence_says_what_was_touched_and_what_was_named(self) -> None:
        [found] = said(sql.facts("DELETE FROM orders WHERE id >= 881"), reason="remove order 881")
        assert found.text == (
            "Action 2 touches rows of `orders` where `id >= 881`; the request names 881 alone."
        )

    def test_without_words_there_is_nothing_to_compare(self) -> None:
        assert not said(sql.facts("DELETE FROM orders WHERE id <> 42"), reason="")
