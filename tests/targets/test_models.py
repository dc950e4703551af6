"""What the database itself refuses, and what querysets answer."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from core import refs
from targets.models import Door, Installation, Target
from tests.make import NOON, make_target
from tests.targets.make import make_door, open_door

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)
SHUT: dict[str, Any] = {"state": "closing", "closing_at": NOON}
CLOSED: dict[str, Any] = {
    "state": "closed",
    "closing_at": NOON,
    "closed_at": NOON,
    "verified_at": NOON,
}


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "ajar"},
        {"until": NOON},
        {"state": "open"},
        {"state": "closing"},
        {"closing_at": NOON},
        CLOSED | {"verified_at": None},
        CLOSED | {"closed_at": None},
        {"closed_at": NOON, "verified_at": NOON},
    ],
)
def test_the_database_refuses_a_door(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        make_door(**fields)


@pytest.mark.parametrize("same", ["grant", "handle"])
def test_the_database_refuses_two_doors_of_one(same: str) -> None:
    door = make_door()
    with pytest.raises(IntegrityError):
        make_door(door.target, **{same: getattr(door, same)})


@pytest.mark.parametrize("fields", [{"kind": "oracle"}, {"port": 0}, {"sslmode": "perhaps"}])
def test_the_database_refuses_a_target(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        make_target("other", **fields)


def test_the_database_refuses_a_second_installation() -> None:
    Installation.mark()
    with pytest.raises(IntegrityError):
        Installation.objects.create(singleton=False)


def test_an_installation_keeps_its_mark() -> None:
    assert Installation.mark() == Installation.mark()
    assert make_door().mark.startswith(f"breakglass:{Installation.mark()}:door:")


def test_usable_is_decided_by_the_clock() -> None:
    door = open_door()
    moments = [NOON - timedelta(seconds=1), NOON, door.until - timedelta(seconds=1), door.until]
    assert [Door.objects.usable(at).exists() for at in moments] == [False, True, True, False]


def test_due_is_whatever_is_over_and_not_proved_closed() -> None:
    over = [open_door(), make_door(), make_door(**SHUT)]
    make_door(**CLOSED)
    open_door(until=NOON + timedelta(hours=2))
    assert set(Door.objects.due(NOON + timedelta(hours=1))) == set(over)


@pytest.mark.parametrize(
    ("fields", "unsettled"),
    [
        ({}, True),
        ({"state": "open_failed"}, True),
        ({"starts_at": LATER}, False),
        ({"next_attempt_at": LATER}, False),
        (SHUT, True),
        (SHUT | {"state": "close_failed"}, True),
        (CLOSED, False),
        ({"state": "open", "opened_at": NOON, "until_on_target": NOON}, True),
        ({"state": "open", "opened_at": NOON, "until_on_target": NOON + timedelta(hours=1)}, False),
    ],
)
def test_unsettled(fields: dict[str, Any], *, unsettled: bool) -> None:
    make_door(**fields)
    assert Door.objects.unsettled(NOON).exists() == unsettled


def test_for_grant_names_them_by_target() -> None:
    grant = uuid.uuid4()
    doors = [make_door(make_target(name), grant=grant) for name in ("b-db", "a-db")]
    make_door(make_target("c-db"))
    assert list(Door.objects.for_grant(grant)) == doors[::-1]


def test_a_lease_has_one_holder_at_a_time() -> None:
    door = make_door()
    lease = Door.objects.take_lease(door, seconds=60)
    assert lease
    assert Door.objects.take_lease(door, seconds=60) is None
    assert Door.objects.renew_lease(lease, seconds=60)
    Door.objects.drop_lease(lease)
    assert Door.objects.take_lease(door, seconds=60)


def test_a_lease_that_ran_out_gives_nothing_back() -> None:
    door = make_door()
    late = Door.objects.take_lease(door, seconds=-1)
    assert late
    assert Door.objects.take_lease(door, seconds=60)
    assert not Door.objects.renew_lease(late, seconds=60)
    Door.objects.drop_lease(late)
    assert Door.objects.take_lease(door, seconds=60) is None


def test_the_secret_is_sealed_and_belongs_to_its_row() -> None:
    target = make_target()
    target.seal_secret("very-secret", at=NOON)
    target.save()
    target = Target.objects.get()
    assert b"very-secret" not in bytes(target.admin_secret)
    assert (target.secret(), target.secret_set_at) == ("very-secret", NOON)


def test_references_read_as_names() -> None:
    door = make_door(make_target("shop-db", name="Shop"))
    labels = refs.labels([door.ref, door.target.ref])
    assert labels[door.target.ref].text == "Shop"
    assert labels[door.ref].text == "door of Shop"
    assert str(door) == "Shop (opening)"
