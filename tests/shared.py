"""Rows that many tests begin with, made once for a module (or a class) instead of for each test.

    life = made_once(make_life)  # a fixture of this name; `make_life` is a plain function

For set-ups that take longer than the tests that look at them. They are made in a transaction that
stays open; each test's own transaction is a savepoint in it, so whatever a test does to them is
undone before the next one. What that asks of a test:

- It fetches what it changes or what others may have changed (`Request.objects.get(…)`): the Python
  objects that are made here outlive a test, and do not know what was undone.
- It never commits: `django_db(transaction=True)` and `live_server` belong in another module.
- The clock of the database (`now()`) stands still for all of them.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

T = TypeVar("T")


def made_once(make: Callable[..., T], scope: Any = "module") -> Callable[..., Iterator[T]]:
    """Return a fixture of what `make` returns; its parameters are fixtures of the same scope."""
    needs = inspect.signature(make)

    @functools.wraps(make)
    def fixture(django_db_setup: None, django_db_blocker: Any, **given: Any) -> Iterator[T]:
        around = transaction.atomic()
        vars(around)["_from_testcase"] = True  # durable transactions are fine in it, as in a test's
        with django_db_blocker.unblock():
            around.__enter__()
            try:
                made = make(**given)
                connection.check_constraints()  # nothing deferred is left to the first test
            except BaseException as error:
                around.__exit__(type(error), error, error.__traceback__)
                raise
        yield made
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)

    own = inspect.signature(fixture, follow_wrapped=False).parameters
    taken = [own["django_db_setup"], own["django_db_blocker"], *needs.parameters.values()]
    fixture.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    return pytest.fixture(scope=scope)(fixture)
