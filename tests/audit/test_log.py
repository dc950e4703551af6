"""Verbs run in one transaction; what they refuse is on the record, and what they did is not."""

import json
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
