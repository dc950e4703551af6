"""The sweeps do what is due at every target, and a silent one holds up none."""

import socket
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.log import SYSTEM
from targets import engine, tasks, transitions
from targets.models import Door, Target
from tests.doors.make import Shop, make_door, make_target

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def targets(transactional_db: None, shop: Shop) -> list[Target]:
    """Return the shop twice, and a target at which nobody ever answers."""
    silent = make_target(shop, port=1, name="silent-db")
    return [make_target(shop), silent, make_target(shop)]


def states() -> list[str]:
    return list(Door.objects.order_by("created_at").values_list("state", flat=True))


def test_settle_opens_and_close_due_closes(targets: list[Target]) -> None:
    for target in targets:
        make_door(target, seconds=5)
    started = time.monotonic()
    tasks.settle()
    assert states() == ["open", "open_failed", "open"]
    Door.objects.update(until=timezone.now())
    tasks.close_due()
    assert states() == ["closed", "closing", "closed"]
    assert time.monotonic() - started < 10


def test_reconcile_goes_on_past_a_silent_target(targets: list[Target]) -> None:
    doors = [make_door(target) for target in targets]
    transitions.shut(doors[0], why="for the test", actor=SYSTEM, at=timezone.now())
    tasks.reconcile()
    assert states() == ["closed", "open_failed", "open"]


def test_a_target_that_hangs_holds_up_none(targets: list[Target]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes calls and never says a word
        Target.objects.filter(name="silent-db").update(port=server.getsockname()[1])
        for target in Target.objects.all():
            make_door(target)
        started = time.monotonic()
        tasks.settle()
        assert 2 < time.monotonic() - started < 5
    for door in Door.objects.filter(state=Door.State.OPEN):
        assert door.opened_at
        assert (door.opened_at - door.created_at).total_seconds() < 2
    assert sorted(states()) == ["open", "open", "open_failed"]


def test_try_targets_writes_down_who_answers(targets: list[Target]) -> None:
    tasks.try_targets()
    errors = dict(Target.objects.values_list("name", "last_error"))
    assert errors["shop-db"] == ""
    assert "silent-db cannot be reached" in errors["silent-db"]
    assert Target.objects.filter(last_ok_at__isnull=False).count() == 2


def test_a_failure_without_a_name_stops_nobody_else(
    targets: list[Target], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settle = engine.settle

    def stumble(door: Door, *, at: object) -> Door:
        if door.target.name == "silent-db":
            raise RuntimeError("unforeseen")
        return settle(door, at=timezone.now())

    monkeypatch.setattr(engine, "settle", stumble)
    for target in targets:
        make_door(target)
    tasks.settle()
    assert states() == ["open", "opening", "open"]
    assert "unforeseen" in caplog.text


def test_a_future_door_waits(targets: list[Target]) -> None:
    make_door(targets[0], at=timezone.now() + timedelta(hours=1))
    tasks.settle()
    assert states() == ["opening"]
