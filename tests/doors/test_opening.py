"""A door opens for exactly one role, with exactly the rights of its template."""

import time
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from accounts.models import User
from core.errors import WrongState
from targets import credentials, engine, transitions
from targets.models import Door, Target
from tests.doors.make import Shop, login, make_door, make_target, recorded

pytestmark = pytest.mark.on_postgresql(18, 16)


def issue(door: Door, by: User, *, renew: bool = False) -> credentials.Credentials:
    return credentials.issue(door, by=by, renew=renew, at=timezone.now())


class TestOpening:
    def test_lets_the_holder_read_and_write_as_the_template(
        self, target: Target, ada: User
    ) -> None:
        with login(issue(make_door(target), ada)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("shop_support",)
            (count,) = connection.execute("SELECT count(*) FROM customers").fetchone() or (0,)
            assert count >= 200
            connection.execute("UPDATE orders SET state = 'paid' WHERE id = 1")

    @pytest.mark.on_postgresql(18)
    def test_is_quick_from_intent_to_credentials(self, target: Target, ada: User) -> None:
        issue(make_door(target), ada)  # the first one on a server also warms its caches
        started = time.monotonic()
        issue(make_door(target), ada)
        assert time.monotonic() - started < 0.3

    def test_records_intent_outcome_and_credentials(self, target: Target, ada: User) -> None:
        door = make_door(target)
        issue(door, ada)
        assert recorded("door.opening")[0]["subject"] == door.ref
        assert recorded("door.opened")[0]["case"] == door.case
        assert recorded("credentials.issued")[0]["actor"] == ada.ref

    def test_gives_no_more_than_the_template_has(self, target: Target, ada: User) -> None:
        with login(issue(make_door(target), ada)) as connection:
            for forbidden in (
                "CREATE TABLE mine (id int)",
                "CREATE ROLE another",
                "SELECT * FROM pg_authid",
                "SET log_statement = 'none'",
                "SELECT breakglass.read_log('server.json', 0, 10)",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(forbidden.encode())

    def test_leaves_nothing_without_the_template(self, target: Target, ada: User) -> None:
        with login(issue(make_door(target), ada)) as connection:
            connection.execute("SET ROLE NONE")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM public.customers")

    def test_for_looking_only_refuses_to_write(self, target: Target, ada: User) -> None:
        with login(issue(make_door(target, read_only=True), ada)) as connection:
            connection.execute("SELECT * FROM customers")
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                connection.execute("DELETE FROM orders")
            connection.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM orders")

    def test_repeated_changes_nothing(self, target: Target, ada: User, shop: Shop) -> None:
        door = make_door(target)
        for _ in range(3):
            door = engine.open_door(door, at=timezone.now())
        assert door.state == Door.State.OPEN
        assert {door.handle} == shop.roles() & {door.handle}
        assert len(recorded("door.opened")) == 1

    def test_waits_for_its_start(self, target: Target, ada: User) -> None:
        now = timezone.now()
        door = make_door(target, at=now + timedelta(hours=1))
        assert door not in Door.objects.unsettled(now)
        with pytest.raises(WrongState, match="has not begun"):
            issue(door, ada)

    def test_leaves_a_role_of_somebody_else_alone(self, target: Target, shop: Shop) -> None:
        door = make_door(target)
        shop.admin(f"CREATE ROLE {door.handle}")
        door = engine.open_door(door, at=timezone.now())
        assert door.state == Door.State.OPEN_FAILED
        assert "is not ours" in door.last_error
        shop.admin(f"DROP ROLE {door.handle}")


class TestCredentials:
    def test_are_issued_once(self, target: Target, ada: User) -> None:
        door = make_door(target)
        issue(door, ada)
        with pytest.raises(WrongState, match="shown already"):
            issue(door, ada)

    def test_renewed_end_the_old_ones(self, target: Target, ada: User) -> None:
        door = make_door(target)
        old = issue(door, ada)
        new = issue(door, ada, renew=True)
        login(new).close()
        with pytest.raises(psycopg.OperationalError):
            login(old)
        assert [facts["renewed"] for facts in recorded("credentials.issued")] == [False, True]

    def test_carry_a_command_without_the_password(self, target: Target, ada: User) -> None:
        issued = issue(make_door(target), ada)
        assert issued.command.startswith('psql "host=127.0.0.1 port=')
        assert issued.password not in issued.command
        assert issued.password not in repr(issued)

    def test_never_say_to_switch_tls_off(self, target: Target, ada: User) -> None:
        door = make_door(target)
        assert issue(door, ada).command.endswith('sslmode=prefer"')
        Target.objects.update(sslmode=Target.Tls.DISABLE)
        issued = issue(Door.objects.get(pk=door.pk), ada, renew=True)
        assert issued.command.endswith('dbname=shop"')
        assert "sslmode" not in issued.address + issued.environment.lower()
        psycopg.connect(issued.address).close()

    def test_are_refused_for_a_door_that_was_shut(self, target: Target, ada: User) -> None:
        door = make_door(target)
        transitions.shut(door, why="for the test", actor=ada.ref, at=timezone.now())
        with pytest.raises(WrongState, match="is over"):
            issue(door, ada)

    def test_wait_for_who_is_opening_but_not_for_ever(
        self, target: Target, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(credentials, "_PATIENCE", 0.05)
        door = make_door(target)
        Door.objects.take_lease(door, seconds=60)
        with pytest.raises(WrongState, match="is being opened; try again"):
            issue(door, ada)
        Door.objects.update(lease_until=timezone.now() + timedelta(seconds=0.2))
        monkeypatch.setattr(credentials, "_PATIENCE", 2.0)
        login(issue(door, ada)).close()

    def test_are_in_no_log_and_no_entry(self, target: Target, ada: User, shop: Shop) -> None:
        door = make_door(target)
        secrets = [issue(door, ada).password, issue(door, ada, renew=True).password]
        recorded("credentials.issued")
        entries = str(Door.objects.values()) + str(recorded("credentials.issued"))
        for secret in [*secrets, shop.password]:
            assert secret not in shop.server_log()
            assert secret not in entries


@pytest.mark.on_postgresql(18)
class TestAnUnreachableTarget:
    def test_fails_with_a_sentence_and_is_tried_again(self, shop: Shop, db: None) -> None:
        target = make_target(shop, port=1, name="gone-db")
        now = timezone.now()
        door = engine.open_door(make_door(target, at=now), at=now)
        assert door.state == Door.State.OPEN_FAILED
        assert "gone-db cannot be reached at 127.0.0.1:1" in door.last_error
        assert "?. " not in door.last_error
        assert door in Door.objects.unsettled(now + timedelta(seconds=2))
        engine.open_door(door, at=now + timedelta(seconds=2))
        assert len(recorded("door.open_failed")) == 1

    def test_is_told_to_who_asks_for_credentials(self, shop: Shop, ada: User) -> None:
        door = make_door(make_target(shop, port=1))
        with pytest.raises(WrongState, match="cannot be reached"):
            issue(door, ada)
        door.refresh_from_db()
        assert door.state == Door.State.OPEN_FAILED
        assert door.credentials_issued_at is None

    def test_opens_when_it_is_back(self, shop: Shop, ada: User) -> None:
        target = make_target(shop, port=1)
        door = engine.open_door(make_door(target), at=timezone.now())
        Target.objects.update(port=make_target(shop).port)
        assert engine.open_door(door, at=timezone.now()).state == Door.State.OPEN


@pytest.mark.on_postgresql(18)
def test_doors_that_open_at_the_same_instant_all_open(shop: Shop, transactional_db: None) -> None:
    doors = [make_door(make_target(shop)) for _ in range(8)]
    engine.settle_all(doors, at=timezone.now())
    assert set(Door.objects.values_list("state", flat=True)) == {Door.State.OPEN}
