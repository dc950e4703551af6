"""What the database itself refuses of a proposed change."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from breakglass.models import ProposedChange
from tests.breakglass.changing import LATER, waiting
from tests.make import NOON, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "planet"},
        {"state": "odd", "decided_at": LATER},
        {"state": "accepted"},
        {"decided_at": LATER},
        {"state": "declined", "decided_at": LATER},
        {"state": "declined", "decided_at": LATER, "decided_by": "mei"},
        {"state": "accepted", "decided_at": LATER, "decided_by": "mei"},
        {"state": "lapsed", "decided_at": LATER, "decided_by": "noor"},
        {"state": "withdrawn", "decided_at": LATER, "hidden": {"password": "x"}},
        {"state": "withdrawn", "decided_at": NOON - timedelta(1)},
        {"lapse_at": NOON},
    ],
)
def test_database_refuses(fields: dict[str, Any]) -> None:
    change = waiting()
    if "decided_by" in fields:
        fields = fields | {"decided_by": make_user(fields["decided_by"])}

    with pytest.raises(IntegrityError), transaction.atomic():
        ProposedChange.objects.filter(pk=change.pk).update(**fields)


@pytest.mark.parametrize("by", ["mei", None])
def test_database_refuses_a_second_one_of_the_same_for_the_same(by: str | None) -> None:
    change = waiting()
    ProposedChange.objects.update(proposed_by=by and make_user(by))
    change.refresh_from_db()
    change.pk = uuid4()

    with pytest.raises(IntegrityError), transaction.atomic():
        change.save(force_insert=True)
