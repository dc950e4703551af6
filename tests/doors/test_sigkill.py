"""SIGKILL at every exchange with either database: the next look brings the right end state.

A child process does the work and is killed just before its n-th exchange, for every n there is;
so there is a kill before and after each statement and each COMMIT, at the target and at home.
"""

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from audit.log import SYSTEM
from targets import credentials, engine, reconcile, transitions
from targets.models import Door, Target
from tests.doors.make import Shop, login, make_door

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], object]


@pytest.fixture(autouse=True)
def no_roles_of_other_tests(shop: Shop) -> None:
    """Take away what tests have left that rolled their doors back."""
    for role in shop.roles():
        shop.drop(role)


@pytest.fixture
def target(transactional_db: None, target: Target) -> Target:
    """Return a target that a child process sees too."""
    return target


def killed_at(exchange: int, work: Work) -> bool:
    """Do `work` in a child that is killed before its n-th exchange; False when it came through."""
    connections.close_all()
    if not (child := os.fork()):
        _die_at(exchange)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def first_of(shop: Shop) -> int:
    """Return 1 on one version and 2 on the other: in steps of two, both together meet each."""
    ((version,),) = shop.admin("SELECT current_setting('server_version_num')::int / 10000")
    return 1 if version == 18 else 2


def _die_at(exchange: int) -> None:
    wait, count = psycopg.Connection.wait, 0

    def counted(self: psycopg.Connection[Any], *args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == exchange:
            os.kill(os.getpid(), signal.SIGKILL)
        return wait(self, *args, **options)

    psycopg.Connection.wait = counted  # type: ignore[method-assign]


def restart() -> None:
    """Do what the first sweep after a restart does, once the lease of the dead has run out."""
    Door.objects.update(lease_until=None)
    now = timezone.now()
    Door.objects.update(next_attempt_at=now)
    reconcile.run(now)


def test_while_opening(target: Target, shop: Shop, ada: User) -> None:
    exchange, killed = first_of(shop), True
    while killed:
        door = make_door(target)
        killed = killed_at(exchange, partial(engine.open_door, door, at=timezone.now()))
        restart()
        door.refresh_from_db()
        assert door.state == Door.State.OPEN, (exchange, door.last_error)
        login(credentials.issue(door, by=ada, renew=False, at=timezone.now())).close()
        assert {door.handle} == shop.roles()
        door.delete()  # an orphan now, which the next look removes
        exchange += 2
    assert exchange > 20


def test_while_closing(target: Target, shop: Shop, ada: User) -> None:
    exchange, killed = first_of(shop), True
    while killed:
        door = make_door(target)
        issued = credentials.issue(door, by=ada, renew=False, at=timezone.now())
        session = login(issued)
        transitions.shut(door, why="for the test", actor=SYSTEM, at=timezone.now())
        killed = killed_at(exchange, partial(engine.close_door, door, at=timezone.now()))
        restart()
        door.refresh_from_db()
        assert door.state == Door.State.CLOSED, (exchange, door.last_error)
        assert door.handle not in shop.roles()
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            login(issued)
        session.close()
        exchange += 2
    assert exchange > 30


def test_while_issuing_credentials(target: Target, shop: Shop, ada: User) -> None:
    exchange, killed = first_of(shop), True
    while killed:
        door = make_door(target)

        def issue(door: Door = door, *, renew: bool = False) -> credentials.Credentials:
            return credentials.issue(door, by=ada, renew=renew, at=timezone.now())

        killed = killed_at(exchange, issue)
        restart()
        login(issue(renew=True)).close()
        door.delete()
        exchange += 4


def test_while_opening_when_the_time_is_over_afterwards(target: Target, shop: Shop) -> None:
    for exchange in range(1, 30, 3):
        door = make_door(target)
        killed_at(exchange, partial(engine.open_door, door, at=timezone.now()))
        Door.objects.filter(pk=door.pk).update(starts_at=door.created_at, until=timezone.now())
        restart()
        door.refresh_from_db()
        assert door.state == Door.State.CLOSED, (exchange, door.last_error)
        assert door.handle not in shop.roles()
