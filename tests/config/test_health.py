"""How the house says how it is."""

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.test import Client

from core import slots
from core.slots import Health
from tests.accounts.make import bearer
from tests.make import make_user

pytestmark = pytest.mark.django_db
HEALTH = "/api/v1/health"


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> None:
    slot: slots.Slot[Health] = slots.Slot()
    monkeypatch.setattr(slots, "health", slot)

    @slot.provide()
    def two(_request: HttpRequest) -> list[Health]:
        return [
            Health(key="record", label="Record", detail="whole", tone="ok"),
            Health(key="doors", label="Doors", detail="1 not closed", tone="danger"),
        ]


def test_strangers_learn_only_whether_it_works(client: Client, lamps: None) -> None:
    answer = client.get(HEALTH)

    assert answer.status_code == 200
    assert answer.json() == {"live": True, "ready": True}


def test_people_learn_what_is_wrong(lamps: None) -> None:
    state = bearer(make_user("ada"), scope="read").get(HEALTH).json()

    assert [lamp["key"] for lamp in state["lamps"]] == ["record", "doors"]
    assert state["wrong"] == ["Doors: 1 not closed"]


def test_a_wrong_token_is_told_so(client: Client) -> None:
    assert client.get(HEALTH, headers={"Authorization": "Bearer bgp_x"}).status_code == 401


def test_without_a_database_it_is_live_but_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise DatabaseError("password=hunter2")

    monkeypatch.setattr(connection, "cursor", fail)

    answer = client.get(HEALTH)

    assert answer.status_code == 503
    assert answer.json() == {"live": True, "ready": False}


def test_it_takes_no_parameters(client: Client) -> None:
    assert client.get(f"{HEALTH}?full=1").status_code == 400
