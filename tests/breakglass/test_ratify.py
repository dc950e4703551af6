"""The decision after the glass was broken."""

from datetime import timedelta
from typing import Any

import pytest

from breakglass import transitions
from breakglass.models import Grant, Request
from core.errors import NotAllowed, WrongState
from targets.models import Door
from tests.make import (
    NOON,
    StepOf,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)
from tests.record import kinds

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


class TestRatify:
    def test_is_complete_when_every_step_has_said_so(self) -> None:
        from_two = [
            StepOf(make_group("One", make_user("bob"))),
            StepOf(make_group("Two", make_user("mia"))),
        ]
        request = _broken(steps=from_two)
        transitions.ratify(request, voice=voice("mia"), at=LATER)

        request = transitions.ratify(request, voice=voice("bob"), at=LATER)

        assert request.ratification == Request.Ratification.RATIFIED
        assert request.grant.is_live(LATER)

    def test_a_refusal_revokes_what_is_open(self) -> None:
        request = _broken()

        request = transitions.refuse(request, voice=voice("bob", "No reason."), at=LATER)

        grant = Grant.objects.get()
        assert request.ratification == Request.Ratification.REFUSED
        assert grant.status == Grant.Status.REVOKED
        assert Door.objects.get().state == Door.State.CLOSING

    def test_silence_revokes_what_is_open(self) -> None:
        request = _broken(ratify_within=10)

        transitions.overdue(request, at=NOON + timedelta(minutes=10))

        assert Grant.objects.get().status == Grant.Status.REVOKED
        assert "ratification.overdue" in kinds()

    def test_is_too_late_after_the_deadline_though_no_sweep_has_run(self) -> None:
        request = _broken(ratify_within=10)

        with pytest.raises(WrongState, match="time to ratify is over"):
            transitions.ratify(request, voice=voice("bob"), at=NOON + timedelta(minutes=10))

    def test_is_possible_after_the_access_has_ended(self) -> None:
        request = _broken()
        transitions.relinquish(request.grant, by=make_user("ada"), at=LATER)

        request = transitions.ratify(request, voice=voice("bob"), at=LATER)

        assert request.ratification == Request.Ratification.RATIFIED

    def test_nobody_ratifies_their_own(self) -> None:
        request = _broken()
        make_group("Database team", make_user("ada"))

        with pytest.raises(NotAllowed, match="their own request"):
            transitions.ratify(request, voice=voice("ada"), at=LATER)

    def test_a_normal_request_needs_none(self) -> None:
        request = make_request(make_scenario())

        with pytest.raises(WrongState, match="not made by breaking the glass"):
            transitions.ratify(request, voice=voice("bob"), at=LATER)

    def test_overdue_waits_for_the_deadline(self) -> None:
        with pytest.raises(WrongState, match="still time"):
            transitions.overdue(_broken(), at=LATER)


def _broken(**fields: Any) -> Request:
    return make_broken_glass(make_scenario(**fields))
