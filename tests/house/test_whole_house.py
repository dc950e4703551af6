"""The whole story against real processes, and against processes that die in the middle of it."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.house.running import House, Person, until


@pytest.fixture
def house(whole_house: House) -> House:
    """Return the demonstration with every process."""
    return whole_house


def connect(way: dict[str, str]) -> psycopg.Connection:
    """Walk through an open door."""
    return psycopg.connect(
        host=way["host"], port=way["port"], user=way["user"], password=way["password"],
        dbname=way["database"], connect_timeout=5, autocommit=True,
    )  # fmt: skip


def refused(way: dict[str, str]) -> bool:
    """Whether the target lets nobody in any more."""
    try:
        connect(way).close()
    except psycopg.OperationalError:
        return True
    return False


def cut(session: psycopg.Connection) -> bool:
    """Whether a session that was open is gone."""
    try:
        session.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def test_from_the_broken_glass_to_the_owed_review(house: House) -> None:
    ada, bob, carl = (house.sign_in(who) for who in ("requester", "approver", "compliance"))
    made = ada.break_glass()
    grant = made["grant"]
    way = ada.post(f"grants/{grant}/doors/shop-db/credentials")

    with connect(way) as session:
        assert session.execute("SELECT count(*) FROM customers").fetchone() == (240,)
        bob.post(f"requests/{made['id']}/ratify", comment="Right so.")
        ada.post(f"grants/{grant}/relinquish")
        until(lambda: cut(session), seconds=20)
    assert refused(way)
    until(lambda: _door(ada, grant)["state"] == "closed", seconds=10)
    kinds = _kinds(house, made["case"])
    until(lambda: "action.performed" in _kinds(house, made["case"]), seconds=15)
    assert {"breakglass.activated", "door.opened", "credentials.issued", "review.owed"} <= kinds
    reviews = carl.get("reviews")["items"]
    assert any(review["case"] == made["case"] for review in reviews)


@pytest.mark.parametrize("name", ["worker", "redis", "sequencer", "sealer", "beat", "web"])
def test_nothing_is_lost_when_a_process_dies(house: House, name: str) -> None:
    """Kill it before the glass is broken, and again while the door stands open."""
    ada, elif_ = house.sign_in("requester"), house.sign_in("auditor")
    house.kill(name)
    until(house.answers, seconds=20)
    made = ada.break_glass()
    way = ada.post(f"grants/{made['grant']}/doors/shop-db/credentials")
    with connect(way) as session:
        session.execute("SELECT id FROM orders LIMIT 1")
        house.kill(name)
        until(house.answers, seconds=20)
        ada.post(f"grants/{made['grant']}/relinquish")
        until(lambda: cut(session), seconds=20)
    until(lambda: refused(way), seconds=20)
    until(lambda: _door(ada, made["grant"])["state"] == "closed", seconds=60)
    until(lambda: "review.owed" in _kinds(house, made["case"]), seconds=20)
    assert elif_.get("ledger/entries?limit=1")


def test_a_witness_that_dies_stops_nobody_and_signs_again_when_it_is_back(house: House) -> None:
    ada, elif_ = house.sign_in("requester"), house.sign_in("auditor")
    house.kill("witness")
    made = ada.break_glass()
    ada.post(f"grants/{made['grant']}/doors/shop-db/credentials")
    ada.post(f"grants/{made['grant']}/relinquish")

    until(lambda: "— witness.localhost/demo " in elif_.look("/ledger/checkpoint"), seconds=30)
    seen = int(elif_.look("/ledger/checkpoint").split("\n")[1])
    again = ada.break_glass()
    until(lambda: int(elif_.look("/ledger/checkpoint").split("\n")[1]) > seen, seconds=30)
    assert "— witness.localhost/demo " in elif_.look("/ledger/checkpoint")
    ada.post(f"grants/{again['grant']}/relinquish")


def test_a_database_that_was_away_is_found_again(house: House) -> None:
    """People keep asking while it is down: nobody waits for the pauses of those before them."""
    ada = house.sign_in("requester")
    made = ada.break_glass()
    back = time.monotonic() + 12
    with ThreadPoolExecutor(6) as people:
        for _ in range(6):
            people.submit(_ask_until, house, back)
        while time.monotonic() < back:
            house.kill("database")
            time.sleep(0.1)
    until(house.answers, seconds=60)  # or the tests behind this one fall with it

    way = ada.post(f"grants/{made['grant']}/doors/shop-db/credentials")
    assert not refused(way)
    ada.post(f"grants/{made['grant']}/relinquish")
    until(lambda: refused(way), seconds=60)  # by a worker that starts anew, too


def test_redis_that_is_gone_stops_nobody(house: House) -> None:
    """The door opens in the web process when no worker can be rung."""
    ada = house.sign_in("requester")
    house.kill("redis")
    house.kill("worker")

    made = ada.break_glass()
    way = ada.post(f"grants/{made['grant']}/doors/shop-db/credentials")

    assert not refused(way)
    ada.post(f"grants/{made['grant']}/relinquish")
    until(lambda: refused(way), seconds=20)


def _ask_until(house: House, end: float) -> None:
    """Ask again and again, as a page does that is left open."""
    while time.monotonic() < end:
        house.answers()


def _door(person: Person, grant: str) -> dict[str, str]:
    doors = person.get(f"grants/{grant}")["doors"]
    return dict(doors[0])


def _kinds(house: House, case: int) -> set[str]:
    entries = house.sign_in("auditor").get(f"cases/{case}")["entries"]
    return {entry["kind"] for entry in entries}
