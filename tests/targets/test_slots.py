"""The lamp of the doors is red, yellow or green for a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.utils import timezone

from core.slots import Health
from targets.models import LogPosition, Target
from targets.slots import doors
from tests.make import make_target
from tests.targets.make import make_door, open_door

pytestmark = pytest.mark.django_db


def lamp() -> Health:
    (found,) = doors(HttpRequest())
    return found


def test_is_green_and_counts_what_is_open() -> None:
    now = timezone.now()
    open_door(starts_at=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert (lamp().tone, lamp().detail) == ("ok", "1 open")


@pytest.mark.parametrize("how", ["overdue", "closing"])
def test_is_red_when_a_door_does_not_close(how: str) -> None:
    late = timezone.now() - timedelta(seconds=11)
    fields: dict[str, Any] = {"starts_at": late - timedelta(hours=1)}
    if how == "overdue":
        open_door(**fields, until=late)
    else:
        make_door(**fields, until=late + timedelta(hours=1), state="closing", closing_at=late)
    assert (lamp().tone, lamp().detail) == ("danger", "1 not closed")


def test_is_yellow_when_a_target_is_silent() -> None:
    make_target()
    Target.objects.update(last_error="nobody answers")
    assert (lamp().tone, lamp().detail) == ("wait", "1 target does not answer")


def test_a_target_that_is_switched_off_need_not_answer() -> None:
    make_target()
    Target.objects.update(last_error="nobody answers", enabled=False)
    assert (lamp().tone, lamp().detail) == ("ok", "0 open")


def test_is_yellow_when_a_log_cannot_be_read() -> None:
    LogPosition.objects.create(
        target=make_target(), file="a", modified_at=timezone.now(), last_error="no"
    )
    assert (lamp().tone, lamp().detail) == ("wait", "1 log cannot be read")
