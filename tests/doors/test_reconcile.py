"""Whatever happened to us or was done to the target, the next look puts it right."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.utils import timezone

from accounts.models import User
from audit.log import SYSTEM
from targets import credentials, engine, reconcile, transitions, trial
from targets.models import Door, Installation, Target
from tests.doors.make import Shop, login, make_door, make_target, recorded

on_both = pytest.mark.on_postgresql(18, 16)


@pytest.fixture(autouse=True)
def no_roles_of_other_tests(shop: Shop) -> Iterator[None]:
    """Take away what tests leave that roll their doors back."""
    yield
    for role in shop.roles():
        shop.drop(role)


def open_now(target: Target) -> Door:
    door = engine.open_door(make_door(target), at=timezone.now())
    assert door.state == Door.State.OPEN, door.last_error
    return door


class TestReconcile:
    def test_does_what_no_worker_did(self, target: Target) -> None:
        to_open, to_close = make_door(target), open_now(target)
        transitions.shut(to_close, why="for the test", actor=SYSTEM, at=timezone.now())
        reconcile.run(timezone.now())
        states = {door.pk: door.state for door in Door.objects.all()}
        assert states == {to_open.pk: Door.State.OPEN, to_close.pk: Door.State.CLOSED}

    def test_closes_what_is_due(self, target: Target) -> None:
        door = make_door(target, seconds=0.1)
        reconcile.run(door.until)
        door.refresh_from_db()
        assert door.state == Door.State.CLOSED

    def test_finds_nothing_to_mend_on_a_sound_door(self, target: Target) -> None:
        open_now(target)
        reconcile.run(timezone.now())
        assert recorded("door.repaired") == recorded("door.orphan_removed") == []

    def test_makes_a_missing_role_again(self, target: Target, shop: Shop, ada: User) -> None:
        door = open_now(target)
        shop.drop(door.handle)
        reconcile.run(timezone.now())
        assert recorded("door.repaired")[0]["what"] == ["its role was missing"]
        login(credentials.issue(door, by=ada, renew=False, at=timezone.now())).close()

    @on_both
    @pytest.mark.parametrize(
        ("change", "what"),
        [
            ("VALID UNTIL 'infinity'", "end"),
            ("NOLOGIN", "login"),
            ("CONNECTION LIMIT 500", "connection limit"),
            ("RESET log_statement", "settings"),
        ],
    )
    def test_mends_what_was_changed(
        self, target: Target, shop: Shop, change: str, what: str
    ) -> None:
        door = open_now(target)
        shop.admin(f"ALTER ROLE {door.handle} {change}")
        reconcile.run(timezone.now())
        reconcile.run(timezone.now())
        assert [facts["what"] for facts in recorded("door.repaired")] == [[what]]

    @on_both
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ("ALTER ROLE {} CREATEROLE", "createrole"),
            ("GRANT pg_read_all_data TO {}", "member of pg_read_all_data"),
        ],
    )
    def test_shuts_a_door_that_was_given_power(
        self, target: Target, shop: Shop, change: str, why: str
    ) -> None:
        door = open_now(target)
        shop.admin(change.format(door.handle))
        reconcile.run(timezone.now())
        reconcile.run(timezone.now())
        door.refresh_from_db()
        assert door.state == Door.State.CLOSED, door.last_error
        assert why in recorded("door.closing")[0]["why"]

    def test_removes_what_no_door_explains(self, target: Target, shop: Shop) -> None:
        door = open_now(target)
        handle, subject = door.handle, target.ref
        door.delete()  # as after a restore of our database from yesterday
        reconcile.run(timezone.now())
        assert handle not in shop.roles()
        (facts,) = recorded("door.orphan_removed")
        assert (facts["handle"], facts["subject"]) == (handle, subject)

    def test_leaves_another_installation_alone(self, target: Target, shop: Shop) -> None:
        door = open_now(target)
        door.delete()
        Installation.objects.update(id=uuid.uuid4())
        shop.admin("CREATE ROLE bg_somebody_else")
        reconcile.run(timezone.now())
        assert {door.handle, "bg_somebody_else"} <= shop.roles()
        assert recorded("door.orphan_removed") == []


@on_both
class TestTheTrial:
    def test_finds_nothing_wrong_with_the_shop(self, target: Target, shop: Shop) -> None:
        before = shop.roles()
        assert trial.complaints(target) == []
        assert shop.roles() == before

    def test_names_every_missing_right(self, target: Target, shop: Shop) -> None:
        shop.admin("REVOKE pg_signal_backend FROM breakglass_admin")
        shop.admin("REVOKE SET ON PARAMETER log_statement FROM breakglass_admin")
        try:
            found = " ".join(trial.complaints(target))
        finally:
            shop.admin("GRANT pg_signal_backend TO breakglass_admin")
            shop.admin("GRANT SET ON PARAMETER log_statement TO breakglass_admin")
        assert "GRANT pg_signal_backend TO breakglass_admin" in found
        assert "GRANT SET ON PARAMETER log_statement" in found

    def test_names_a_missing_or_mighty_template(self, shop: Shop, db: None) -> None:
        target = make_target(shop, template_role="nobody_here", read_only_role="postgres")
        found = " ".join(trial.complaints(target))
        assert "There is no role nobody_here" in found
        assert "postgres has powers over the whole server" in found

    def test_says_that_nobody_answers(self, shop: Shop, db: None) -> None:
        (words,) = trial.complaints(make_target(shop, port=1))
        assert "cannot be reached" in words

    def test_refuses_a_superuser(self, shop: Shop, db: None) -> None:
        target = make_target(shop, admin_user="postgres")
        target.seal_secret("for-tests", at=timezone.now())
        target.save()
        assert any("is a superuser" in words for words in trial.complaints(target))


@on_both
def test_the_server_is_what_we_think(shop: Shop) -> None:
    with psycopg.connect(shop.superuser) as connection:
        assert connection.info.server_version // 10000 in (16, 18)
