"""What was done beside what the scenario expects."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Cursor, Payload
from breakglass.models import Grant
from reviews import actions, judging
from reviews.actions import Actions
from tests.audit.make import unprotected
from tests.make import make_scenario
from tests.reviews.make import LATER, act, make_use, sequence

pytestmark = pytest.mark.django_db
SAID = (
    "Checkout fails since 11:40: I will look at orders and payments and update the state of both."
)


def use(verbs: str = "select update", objects: str = "orders payments") -> Grant:
    """Return an access whose scenario expects these."""
    scenario = make_scenario(expected_verbs=verbs.split(), expected_objects=objects.split())
    return make_use(scenario, justification=SAID)


def judge_again() -> None:
    """Judge everything from the beginning, as after a change of how actions are read."""
    Cursor.objects.filter(name=judging.NAME).update(seq=-1)
    judging.run(at=LATER)


def judged(grant: Grant) -> Actions:
    """Return what was done, as the reviewer sees it."""
    sequence()
    return actions.of_case(grant.case_ref)


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


def test_all_that_the_scenario_expects_is_named_beside_what_it_does_not() -> None:
    grant = use(objects="orders payments order_items products vouchers")
    act(grant, "select", "customers")

    (action,) = judged(grant).outside

    assert "`order_items`, `products`, `vouchers`" in " ".join(action.why)
    assert "more" not in " ".join(action.why)


@pytest.mark.parametrize(
    ("verb", "objects", "reason"),
    [
        ("delete", ["orders"], "not for deleting"),
        ("begin, copy", ["orders"], "not for copying anything out"),
        (
            "select",
            ["orders", "customers"],
            "`customers`; the scenario expects `orders`, `payments`",
        ),
        ("select", ["secret.orders"], "secret.orders"),
        ("select", ["pg_authid"], "pg_authid"),
        ("select", ["pg_catalog.pg_shadow"], "pg_shadow"),
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

    found = judged(grant)
    assert [action.verb for action in found.outside] == ["truncate"]
    assert found.outside[0].severity == 4


def test_what_cannot_be_read_is_never_passed_over() -> None:
    grant = use("", "")
    act(grant, "select", "orders")
    act(grant, "unknown")

    found = judged(grant)

    assert (found.within_count, found.outside_count) == (1, 1)
    assert "could not be read" in found.outside[0].unjudged


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
    assert (found.within_count, found.repeated[0].count) == (actions.SHOWN + 20,) * 2
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
    judge_again()

    action = judged(grant).outside[0]

    assert (action.statement, action.outcome) == ("", "erased")
    assert "were erased" in action.unjudged


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
            actions.of_case(grant.case_ref)
        counts.append(len(queries))

    assert counts[0] == counts[1]
