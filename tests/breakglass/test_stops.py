"""A scenario may end an access for what is done under it."""

from datetime import timedelta

import pytest

from breakglass import transitions
from breakglass.models import Grant
from core.errors import WrongState
from targets.models import Door
from tests.make import NOON, make_broken_glass, make_scenario
from tests.record import actors

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


def _open_grant(*, stop_on_breach: bool = False) -> Grant:
    return make_broken_glass(make_scenario(stop_on_breach=stop_on_breach)).grant


class TestStop:
    def test_ends_what_a_scenario_lets_nobody_do(self) -> None:
        grant = _open_grant(stop_on_breach=True)

        transitions.stop(grant, reason="A hard rule was broken.", at=LATER)

        grant.refresh_from_db()
        assert (grant.status, grant.ended_by) == (Grant.Status.REVOKED, None)
        assert grant.end_reason == "A hard rule was broken."
        assert Door.objects.get().state == Door.State.CLOSING
        assert actors("grant.revoked") == ["system:breakglass"]

    def test_leaves_the_access_where_the_scenario_does_not_say_so(self) -> None:
        with pytest.raises(WrongState, match="does not end"):
            transitions.stop(_open_grant(), reason="A hard rule was broken.", at=LATER)

    def test_happens_once(self) -> None:
        grant = transitions.stop(_open_grant(stop_on_breach=True), reason="A rule.", at=LATER)
        with pytest.raises(WrongState):
            transitions.stop(grant, reason="A rule.", at=LATER)
