"""The lamp of the messages on the page of the house's health."""

import pytest
from django.utils import timezone

from alerts import slots
from audit import sequencer
from tests.alerts.make import make_cast, make_delivery
from tests.make import make_request

pytestmark = pytest.mark.django_db


class TestHealth:
    def lamp(self) -> tuple[str, str]:
        (lamp,) = slots.health(None)
        return lamp.tone, lamp.detail

    def test_is_green_when_everybody_is_told(self) -> None:
        assert self.lamp() == ("ok", "0 on their way")

    def test_is_red_when_somebody_was_not_reached(self) -> None:
        make_delivery(state="dead", next_attempt_at=None, created_at=timezone.now())
        assert self.lamp() == ("danger", "1 undelivered")

    def test_is_yellow_when_it_takes_long(self) -> None:
        now = timezone.now()
        make_delivery(created_at=now - slots.LATE * 2, next_attempt_at=now)
        assert self.lamp() == ("wait", "1 late, tried again")

    def test_is_red_when_nobody_reads_the_record(self) -> None:
        make_request(make_cast())
        entered = sequencer.run_once(at=timezone.now() - slots.LATE * 2)
        assert self.lamp() == ("danger", f"{entered} entries not told yet; is the worker running?")
