"""What was done beside what the scenario expects."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Payload
from breakglass.models import Grant
from reviews import actions
from reviews.actions import Actions
from tests.audit.make import unprotected
from tests.make import make_scenario
from tests.reviews.make import act, make_use, sequence

pytestmark = pytest.mark.django_db


def use(verbs: str = "select update", objects: str = "orders payments") -> Grant:
    """Return an access whose scenario expects these."""
    return make_use(make_scenario(expected_verbs=verbs.split(), expected_objects=objects.split()))


def judged(grant: Grant) -> Actions:
    """Return what was done, as the reviewer sees it."""
    sequence()
    return actions.of_case(grant.case_ref, grant.request.rules)


@pytest.mark.parametrize(
    ("verb", "objects"),
    [
        ("select", ["orders"]),
        ("update", ["public.orders", "payments"]),
        ("begin, update", ["Orders"]),
        ("commit", []),
        ("select", ["pg_stat_activity", "pg_catalog.pg_class", "information_schema.tables"]),
    ],
)
def test_within_the_plan(verb: str, objects: list[str]) -> None:
    grant = use()
    act(grant, verb, *objects)

    found = judged(grant)

    assert (found.within_count, found.outside) == (1, [])


@pytest.mark.parametrize(
    ("verb", "objects", "reason"),
    [
        ("delete", ["orders"], "does not expect “delete”, only select, update"),
        ("begin, copy", ["orders"], "does not expect “copy”"),
        ("select", ["orders", "customers"], "customers: Production outage names orders, payments"),
        ("select", ["secret.orders"], "secret.orders"),
        ("select", ["pg_authid"], "pg_authid"),
        ("select", ["pg_catalog.pg_shadow"], "pg_shadow"),
        ("unknown", [], "could not be read"),
    ],
)
def test_outside_the_plan(verb: str, objects: list[str], reason: str) -> None:
    grant = use()
    act(grant, verb, *objects)

    found = judged(grant)

    assert found.within_count == 0
    assert reason in " ".join(found.outside[0].why)


def test_words_for_several_verbs_are_understood() -> None:
    grant = use("read write", "orders")
    act(grant, "select", "orders")
    act(grant, "insert", "orders")
    act(grant, "truncate", "orders")

    assert [action.verb for action in judged(grant).outside] == ["truncate"]


def test_a_scenario_that_names_nothing_expects_anything_but_the_unreadable() -> None:
    grant = use("", "")
    act(grant, "drop", "orders")
    act(grant, "unknown")

    found = judged(grant)

    assert (found.within_count, found.outside_count) == (1, 1)


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("00000", "done"),
        ("", "end not seen"),
        ("42501", "refused"),
        ("42703", "failed: no such column"),
        ("22003", "failed: a value does not fit"),
        ("P0001", "failed: code P0001"),
    ],
)
def test_how_it_ended(result: str, outcome: str) -> None:
    grant = use()
    act(grant, "select", "orders", result=result)

    assert judged(grant).within[0].outcome == outcome


def test_an_exception_is_found_among_many() -> None:
    grant = use()
    for _ in range(actions.SHOWN + 20):
        act(grant, "select", "orders")
    act(grant, "copy", "customers", statement="COPY customers TO STDOUT")

    found = judged(grant)

    assert [action.statement for action in found.outside] == ["COPY customers TO STDOUT"]
    assert (len(found.within), found.within_count) == (actions.SHOWN, actions.SHOWN + 20)
    assert found.verbs == [("select", actions.SHOWN + 20)]


def test_other_cases_are_left_out() -> None:
    grant = use()
    other = make_use(make_scenario("lost-admin"))
    act(other, "copy", "customers")

    assert judged(grant).count == 0


def test_erased_facts_cannot_be_judged_and_are_never_passed_over() -> None:
    grant = use()
    act(grant, "select", "orders")
    sequence()
    with unprotected():
        Payload.objects.filter(entry__kind="action.performed").delete()

    action = judged(grant).outside[0]

    assert (action.statement, action.outcome) == ("", "erased")


def test_a_long_statement_is_cut_for_the_page() -> None:
    grant = use()
    act(grant, "select", "orders", statement="SELECT " + "x" * 5000)

    assert len(judged(grant).within[0].statement) == actions.LONGEST + 1


def test_the_number_of_queries_does_not_grow() -> None:
    grant = use()
    counts = []
    for number in (1, 30):
        for _ in range(number):
            act(grant, "select", "orders")
            act(grant, "copy", "customers")
        sequence()
        with CaptureQueriesContext(connection) as queries:
            actions.of_case(grant.case_ref, grant.request.rules)
        counts.append(len(queries))

    assert counts[0] == counts[1]
