"""A closed door is closed: for new sessions, for running ones, and for what was left behind."""

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from accounts.models import User
from audit.log import SYSTEM
from targets import credentials, engine, tasks, transitions, trial
from targets.credentials import Credentials
from targets.drivers import postgresql
from targets.drivers.postgresql import PostgreSQL
from targets.models import Door, Target
from tests.doors.make import Shop, eventually, login, make_door, make_target, recorded

pytestmark = pytest.mark.on_postgresql(18, 16)


def go_in(door: Door, by: User) -> Credentials:
    return credentials.issue(door, by=by, renew=False, at=timezone.now())


def close(door: Door, **fields: object) -> Door:
    now = timezone.now()
    transitions.shut(door, why="for the test", actor=SYSTEM, at=now)
    return engine.close_door(door, at=now)


class TestTheEnd:
    def test_is_kept_by_the_target_alone(self, target: Target, ada: User) -> None:
        door = make_door(target, seconds=2)
        issued = go_in(door, ada)
        while timezone.now() < door.until - timedelta(seconds=0.3):
            login(issued).close()
        time.sleep(max(0.0, (door.until - timezone.now()).total_seconds()) + 0.3)
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            login(issued)

    def test_cuts_a_live_session_within_a_second(self, target: Target, ada: User) -> None:
        door = make_door(target, seconds=1)
        with login(go_in(door, ada)) as connection:
            time.sleep(max(0.0, (door.until - timezone.now()).total_seconds()))
            started = time.monotonic()
            tasks.close_due()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        assert time.monotonic() - started < 1
        assert recorded("door.closing")[0]["why"] == "its time was over"

    def test_moves_with_a_prolonged_door(self, target: Target, ada: User, shop: Shop) -> None:
        door = make_door(target, seconds=1)
        issued = go_in(door, ada)
        until = timezone.now() + timedelta(minutes=5)
        transitions.prolong(door, until=until, actor=ada.ref, at=timezone.now())
        tasks.settle()
        time.sleep(1.1)
        login(issued).close()
        door.refresh_from_db()
        assert door.until_on_target == until
        assert door not in Door.objects.unsettled(timezone.now())


class TestClosing:
    def test_proves_itself_and_leaves_nothing(self, target: Target, ada: User, shop: Shop) -> None:
        door = make_door(target)
        issued = go_in(door, ada)
        door = close(door)
        assert door.state == Door.State.CLOSED
        assert door.verified_at
        assert door.handle not in shop.roles()
        with pytest.raises(psycopg.OperationalError):
            login(issued)
        assert recorded("door.closed")[0]["left_behind"] == []

    @pytest.mark.on_postgresql(18)
    def test_twice_is_once(self, target: Target, ada: User) -> None:
        door = make_door(target)
        go_in(door, ada)
        close(door)
        assert close(door).state == Door.State.CLOSED
        assert len(recorded("door.closing")) == len(recorded("door.closed")) == 1

    def test_a_door_that_never_opened(self, target: Target) -> None:
        assert close(make_door(target)).state == Door.State.CLOSED

    def test_hands_over_what_was_left_in_two_databases(
        self, target: Target, ada: User, shop: Shop, second_database: str
    ) -> None:
        door = make_door(target)
        issued = go_in(door, ada)
        with login(issued, dbname=second_database) as connection:
            connection.execute("SET ROLE NONE")
            connection.execute("CREATE TABLE left_behind (id int)")
            connection.execute("SELECT lo_create(0)")
        door = close(door)
        assert door.state == Door.State.CLOSED, door.last_error
        owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'left_behind'"
        assert shop.admin(owner, second_database) == [("shop_support",)]
        (facts,) = recorded("door.closed")
        assert f"{second_database}: table public.left_behind" in facts["left_behind"]

    def test_withdraws_what_the_holder_granted_to_the_role(
        self, target: Target, ada: User, second_database: str
    ) -> None:
        door = make_door(target)
        with login(go_in(door, ada), dbname=second_database) as connection:
            connection.execute("CREATE TABLE shared (id int)")
            connection.execute(f"GRANT SELECT ON shared TO {door.handle}".encode())
            connection.execute(
                f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {door.handle}".encode()
            )
        door = close(door)
        assert door.state == Door.State.CLOSED, door.last_error

    def test_tells_what_only_a_superuser_can_withdraw(
        self, target: Target, ada: User, shop: Shop
    ) -> None:
        door = make_door(target)
        issued = go_in(door, ada)
        shop.admin(f"GRANT SELECT ON customers TO {door.handle}")
        door = close(door)
        assert "privileges for table public.customers" in door.last_error
        with pytest.raises(psycopg.OperationalError):
            login(issued)
        shop.admin(f"REVOKE SELECT ON customers FROM {door.handle}")  # noqa: S608
        assert engine.close_door(door, at=timezone.now()).state == Door.State.CLOSED

    def test_takes_no_rights_along_for_the_administration(
        self, target: Target, ada: User, shop: Shop, second_database: str
    ) -> None:
        door = make_door(target)
        with login(go_in(door, ada), dbname=second_database) as connection:
            connection.execute("SET ROLE NONE; CREATE TABLE another (id int)")
        close(door)
        memberships = shop.admin("SELECT count(*) FROM pg_auth_members WHERE member = grantor")
        assert memberships == [(0,)]

    @pytest.mark.on_postgresql(18)
    def test_wins_against_a_storm_of_logins(self, target: Target, ada: User, shop: Shop) -> None:
        door = make_door(target)
        issued = go_in(door, ada)
        stop, held = threading.Event(), []

        def storm() -> None:
            while not stop.is_set():
                try:
                    held.append(login(issued))
                except psycopg.OperationalError:
                    continue

        threads = [threading.Thread(target=storm) for _ in range(4)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(held) >= 4)
        door = close(door)
        stop.set()
        for thread in threads:
            thread.join()
        assert door.state == Door.State.CLOSED, door.last_error
        strangers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        assert shop.admin(f"{strangers} AND usename IS NULL") == [(0,)]
        for connection in held:
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")

    def test_of_one_leaves_the_other_of_the_same_person(self, target: Target, ada: User) -> None:
        first, second = make_door(target), make_door(target)
        go_in(first, ada)
        issued = go_in(second, ada)
        with login(issued) as connection:
            close(first)
            connection.execute("SELECT 1")
        login(issued).close()


@pytest.mark.on_postgresql(18)
class TestAnUnreachableTarget:
    def test_stays_closing_then_alarms_once_and_goes_on(
        self, shop: Shop, target: Target, ada: User
    ) -> None:
        door = make_door(target)
        go_in(door, ada)
        port, now = target.port, timezone.now()
        Target.objects.update(port=1)
        transitions.shut(door, why="for the test", actor=SYSTEM, at=now)
        for seconds in (0, 30, 61, 90):
            door = engine.close_door(door, at=now + timedelta(seconds=seconds))
        assert door.state == Door.State.CLOSE_FAILED
        assert door.attempts == 4
        assert len(recorded("door.close_failed")) == 1
        Target.objects.update(port=port)
        assert engine.close_door(door, at=now).state == Door.State.CLOSED

    def test_waits_longer_from_try_to_try(self, shop: Shop, db: None) -> None:
        door, now = make_door(make_target(shop, port=1)), timezone.now()
        transitions.shut(door, why="for the test", actor=SYSTEM, at=now)
        pauses = []
        for _ in range(7):
            door = engine.close_door(door, at=now)
            pauses.append(round((door.next_attempt_at - now).total_seconds()))
        assert pauses == [1, 2, 4, 8, 16, 30, 30]


class TestATargetThatLetsEverybodyIn:
    """As one does whose pg_hba.conf says "trust"."""

    @pytest.fixture(autouse=True)
    def trusting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(PostgreSQL, "refuses", lambda _driver, _handle: False)

    def test_is_never_called_closed(self, target: Target, ada: User) -> None:
        door = make_door(target)
        go_in(door, ada)
        door = close(door)
        assert door.state == Door.State.CLOSING
        assert "still lets" in door.last_error

    def test_is_found_by_the_trial(self, target: Target) -> None:
        assert all("with a wrong password" in words for words in trial.complaints(target))
        assert len(trial.complaints(target)) == 2


def test_a_session_that_does_not_end_keeps_the_door_closing(
    target: Target, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = make_door(target)
    issued = go_in(door, ada)
    monkeypatch.setattr(postgresql, "CUT_SECONDS", -1.0)
    with login(issued):
        door = close(door)
    assert "do not end" in door.last_error


@pytest.mark.on_postgresql(18)
def test_who_lost_the_lease_stops(
    target: Target, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = make_door(target)
    go_in(door, ada)
    monkeypatch.setattr(engine, "LEASE_SECONDS", 60)
    cut = PostgreSQL.cut

    def slowly(driver: PostgreSQL, handle: str) -> int:
        Door.objects.update(lease=uuid.uuid4())  # ours ran out, and somebody took it
        return cut(driver, handle)

    monkeypatch.setattr(PostgreSQL, "cut", slowly)
    assert "another process has taken over" in close(door).last_error


@pytest.mark.on_postgresql(18)
class TestALease:
    def test_keeps_a_second_process_from_acting(self, target: Target) -> None:
        door = make_door(target)
        with engine.leased(door) as lease:
            assert lease
            assert engine.open_door(door, at=timezone.now()).state == Door.State.OPENING
        assert engine.open_door(door, at=timezone.now()).state == Door.State.OPEN

    def test_ends_by_itself(self, target: Target) -> None:
        door = make_door(target)
        Door.objects.take_lease(door, seconds=-1)
        assert engine.open_door(door, at=timezone.now()).state == Door.State.OPEN


def test_a_door_shut_while_it_opened_is_closed_at_once(
    target: Target, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = make_door(target)
    opened = transitions.opened

    def shut_first(door: Door, **fields: object) -> Door:
        transitions.shut(door, why="for the test", actor=SYSTEM, at=timezone.now())
        return opened(door, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(transitions, "opened", shut_first)
    door = engine.open_door(door, at=timezone.now())
    assert door.state == Door.State.CLOSING
    assert door.handle not in shop.roles()


@pytest.fixture
def second_database(shop: Shop) -> Iterator[str]:
    """Return a database of the same server in which everybody may make things."""
    name = f"second_{uuid.uuid4().hex[:8]}"
    shop.admin(f"CREATE DATABASE {name}")
    shop.admin("GRANT CREATE ON SCHEMA public TO PUBLIC", name)
    yield name
    shop.admin(f"DROP DATABASE {name} WITH (FORCE)")
