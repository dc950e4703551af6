"""What is done behind a door stands in the record, once, with who did it and how it ended."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from accounts.models import User
from audit.log import SYSTEM
from targets import collect, credentials, drivers, engine, tasks, transitions
from targets.models import Door, LogPosition, Target
from tests.doors.make import HOLDER, Shop, eventually, login, make_door, recorded

pytestmark = pytest.mark.on_postgresql(18, 16)


@pytest.fixture
def door(target: Target, ada: User) -> Door:
    """Return a door that nobody went through yet."""
    return make_door(target)


@pytest.fixture
def session(door: Door, ada: User) -> "Iterator[psycopg.Connection[tuple[Any, ...]]]":
    """Return a session through that door."""
    issued = credentials.issue(door, by=ada, renew=False, at=timezone.now())
    with login(issued, application_name="psql") as connection:
        yield connection


def read(door: Door) -> int:
    with drivers.reach(door.target) as driver:
        return collect.read(door.target, driver, at=timezone.now())


def actions(door: Door, *, count: int) -> list[dict[str, Any]]:
    """Read until there are `count` actions, then once more, and return them."""

    def enough() -> bool:
        read(door)
        return len(recorded("action.performed")) >= count

    eventually(enough)
    time.sleep(0.1)
    read(door)
    found = recorded("action.performed")
    assert len(found) == count, [facts["statement"] for facts in found]
    return found


def test_a_statement_with_all_that_is_known(door: Door, session: Any) -> None:
    started = timezone.now()
    session.execute("SELECT name FROM customers WHERE id = 7")
    (facts,) = actions(door, count=1)
    assert facts["statement"] == "SELECT name FROM customers WHERE id = 7"
    assert (facts["verb"], facts["objects"]) == ("select", ["customers"])
    assert (facts["result"], facts["database"]) == ("00000", "shop")
    assert (facts["actor"], facts["subject"]) == (HOLDER, door.grant_ref)
    assert (facts["case"], facts["application"]) == (door.case, "psql")
    assert facts["client_address"] == "127.0.0.1"
    assert facts["microseconds"] > 0
    assert abs(facts["occurred_at"] - started) < timedelta(seconds=2)


def test_parameters_of_a_prepared_statement(door: Door, session: Any) -> None:
    session.execute("UPDATE orders SET state = %s WHERE id = %s", ["paid", 2])
    (facts,) = actions(door, count=1)
    assert facts["statement"] == "UPDATE orders SET state = $1 WHERE id = $2"
    assert facts["parameters"] == "$1 = 'paid', $2 = '2'"


@pytest.mark.parametrize(
    ("statement", "result"),
    [
        ("SELECT 1/0", "22012"),
        ("SELEC 1", "42601"),
        ("DROP TABLE public.customers", "42501"),
        ("SELECT * FROM nothing_there", "42P01"),
    ],
)
def test_a_failure_is_one_entry_with_its_sqlstate(
    door: Door, session: Any, statement: str, result: str
) -> None:
    with pytest.raises(psycopg.Error):
        session.execute(statement.encode())
    (facts,) = actions(door, count=1)
    assert (facts["statement"], facts["result"]) == (statement, result)
    assert facts["message"]


def test_a_password_that_the_holder_sets_is_not_kept(door: Door, session: Any) -> None:
    session.execute("SET ROLE NONE")
    session.execute(f"ALTER ROLE {door.handle} PASSWORD 'very-secret'".encode())
    _, facts = actions(door, count=2)
    assert "very-secret" not in str(facts)
    assert "[not kept]" in facts["statement"]


def test_a_huge_statement_is_kept_in_part_and_says_so(door: Door, session: Any) -> None:
    session.execute(b"SELECT length('" + b"x" * 3_000_000 + b"')")
    session.execute("SELECT 2")
    first, second = actions(door, count=2)
    assert first["truncated"]
    assert len(first["statement"]) == 65_536
    assert (first["verb"], first["result"]) == ("select", "00000")
    assert second["statement"] == "SELECT 2"


def test_a_statement_that_is_cut_ends_with_that(door: Door, session: Any, shop: Shop) -> None:
    now = timezone.now()
    session.pgconn.send_query(b"SELECT pg_sleep(60)")
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state='active'"
    )
    eventually(lambda: shop.admin(busy + f" AND usename = '{door.handle}'") == [(1,)])
    transitions.shut(door, why="for the test", actor=SYSTEM, at=now)
    engine.close_door(door, at=now)
    (facts,) = actions(door, count=1)
    assert facts["result"] == "57P01"
    session.close()


def test_other_people_on_the_server_are_left_out(door: Door, session: Any, shop: Shop) -> None:
    shop.admin("SET log_statement = 'all'; SELECT 'not ours'")
    session.execute("SELECT 'ours'")
    (facts,) = actions(door, count=1)
    assert facts["statement"] == "SELECT 'ours'"


def test_what_came_before_the_first_door_is_not_read(target: Target, ada: User) -> None:
    first, second = make_door(target), make_door(target)
    engine.open_door(first, at=timezone.now())
    before = LogPosition.objects.get().offset
    assert before > 0
    engine.open_door(second, at=timezone.now())
    assert LogPosition.objects.get().offset == before


def test_a_log_that_is_rotated_loses_nothing(door: Door, session: Any, shop: Shop) -> None:
    session.execute("SELECT 'old'")
    files = "SELECT name FROM pg_ls_logdir() WHERE name LIKE '%.json'"
    before = shop.admin(files)
    time.sleep(1)  # files are named by the second
    shop.admin("SELECT pg_rotate_logfile()")
    eventually(lambda: len(shop.admin(files)) > len(before))
    session.execute("SELECT 'new'")
    first, second = actions(door, count=2)
    assert (first["statement"], second["statement"]) == ("SELECT 'old'", "SELECT 'new'")


def test_two_readers_make_each_entry_once(door: Door, session: Any) -> None:
    session.execute("SELECT 1")
    eventually(lambda: _reads_while_another_reads(door))
    actions(door, count=1)


def _reads_while_another_reads(door: Door) -> bool:
    """Let a second reader come in between reading and writing of the first."""
    with drivers.reach(door.target) as driver, pytest.MonkeyPatch.context() as patch:
        read_log = driver.read_log
        inner: list[int] = []

        def overtaken(name: str, offset: int, length: int) -> bytes:
            chunk = read_log(name, offset, length)
            if not inner:
                inner.append(0)
                inner[0] = read(door)
            return chunk

        patch.setattr(driver, "read_log", overtaken)
        assert collect.read(door.target, driver, at=timezone.now()) == 0 or not inner[0]
    return bool(inner[0])


def test_a_closed_door_is_read_to_the_end_and_then_done(door: Door, session: Any) -> None:
    session.execute("SELECT 1")
    now = timezone.now()
    transitions.shut(door, why="for the test", actor=SYSTEM, at=now)
    door = engine.close_door(door, at=now)
    assert len(recorded("action.performed")) == 1
    tasks.collect()
    assert door in Door.objects.uncollected()
    Door.objects.update(closed_at=now - timedelta(seconds=5))
    tasks.collect()
    assert door not in Door.objects.uncollected()
    assert not Target.objects.with_log_to_read().exists()


def test_a_log_that_cannot_be_read_is_tried_later_and_stops_no_closing(
    door: Door, session: Any, shop: Shop
) -> None:
    shop.admin("REVOKE EXECUTE ON FUNCTION breakglass.read_log FROM breakglass_admin")
    try:
        tasks.collect()
        position = LogPosition.objects.get()
        assert "permission denied for function read_log" in position.last_error
        assert position.next_attempt_at
        now = timezone.now()
        transitions.shut(door, why="for the test", actor=SYSTEM, at=now)
        assert engine.close_door(door, at=now).state == Door.State.CLOSED
    finally:
        shop.admin("GRANT EXECUTE ON FUNCTION breakglass.read_log TO breakglass_admin")
