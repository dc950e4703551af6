"""Verbs run in one transaction; what they refuse is on the record, and what they did is not."""

import json
import time
import uuid
from typing import Never

import pytest

from audit import log
from audit.models import Pending
from core.errors import NotAllowed, WrongState
from tests.audit.make import NOON, happen

pytestmark = pytest.mark.django_db


@log.transition
def forbidden() -> Never:
    """Do something, and find that it was not allowed."""
    happen("thing:1")
    raise NotAllowed("Not yours.", actor="user:eve", subject="thing:1", at=NOON, case="request:1")


@log.transition
def too_late() -> Never:
    """Do something, and find that it is over."""
    happen("thing:1")
    raise WrongState("It is over.")


def test_what_is_not_allowed_is_undone_and_recorded() -> None:
    with pytest.raises(NotAllowed, match="Not yours"):
        forbidden()

    envelope = json.loads(bytes(Pending.objects.get().envelope))
    assert [envelope[key] for key in ("ev", "actor", "obj", "case", "ov")] == [
        "access.refused",
        "user:eve",
        "thing:1",
        "request:1",
        1,
    ]


def test_what_comes_too_late_is_undone_and_is_no_event() -> None:
    with pytest.raises(WrongState):
        too_late()

    assert not Pending.objects.exists()


def test_ids_of_events_grow_with_time() -> None:
    ids = []
    for _ in range(3):
        happen("thing:1")
        ids.append(Pending.objects.latest("pk").event_id)
        time.sleep(0.002)

    assert ids == sorted(ids)
    assert {(each.version, each.variant) for each in ids} == {(7, uuid.RFC_4122)}
    assert len({each.int & (1 << 62) - 1 for each in ids}) == 3


def test_an_event_has_the_next_version_whatever_its_process_remembers() -> None:
    # Right; of a process that is new; undone; another one went on a little, and very far.
    for last in (None, 0, 7, 2, -20):
        if last is not None:
            log._latest["thing:9"] = last  # noqa: SLF001
        happen("thing:9")

    pending = Pending.objects.order_by("pk")
    assert [json.loads(bytes(each.envelope))["ov"] for each in pending] == [1, 2, 3, 4, 5]
    assert all(
        log.is_authentic(
            bytes(each.envelope), bytes(each.payload), bytes(each.mac), keys=log.keys()
        )
        for each in pending
    )


def test_what_a_process_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_MOST", 3)
    for number in range(10):
        happen(f"thing:{number}")

    assert len(log._latest) <= 3  # noqa: SLF001
    assert Pending.objects.count() == 10
