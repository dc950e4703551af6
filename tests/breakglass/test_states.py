"""The tables in `breakglass.states` are what the verbs really do."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from breakglass import states, transitions
from breakglass.models import Grant, Request
from core.errors import WrongState
from core.states import Move
from tests.make import NOON, make_broken_glass, make_request, make_scenario, make_user, voice

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
LATE = NOON + timedelta(days=2)

_REQUEST_VERBS: dict[str, Callable[[Request], object]] = {
    "approve": lambda r: transitions.approve(r, voice=voice("bob"), at=LATER),
    "deny": lambda r: transitions.deny(r, voice=voice("bob", "No."), at=LATER),
    "counter": lambda r: transitions.counter(
        r,
        voice=voice("bob"),
        offer=transitions.Offer(minutes=5, targets=list(r.targets.all())),
        at=LATER,
    ),
    "accept_counter": lambda r: transitions.accept_counter(r, by=make_user("ada"), at=LATER),
    "decline_counter": lambda r: transitions.decline_counter(r, by=make_user("ada"), at=LATER),
    "withdraw": lambda r: transitions.withdraw(r, by=make_user("ada"), at=LATER),
    "lapse": lambda r: transitions.lapse(r, at=LATE),
}
_GRANT_VERBS: dict[str, Callable[[Grant], object]] = {
    "activate": lambda g: transitions.activate(g, at=LATER),
    "relinquish": lambda g: transitions.relinquish(g, by=make_user("ada"), at=LATER),
    "revoke": lambda g: transitions.revoke(g, by=make_user("bob"), reason="Odd queries.", at=LATER),
    "stop": lambda g: transitions.stop(g, reason="A hard rule was broken.", at=LATER),
    "expire": lambda g: transitions.expire(g, at=LATE),
}


def forbidden(moves: tuple[Move, ...], known: list[str]) -> list[tuple[str, str]]:
    """Return each (verb, state) that the table does not allow."""
    return [
        (move.verb, state)
        for move in moves
        if move.sources
        for state in known
        if state not in move.sources
    ]


@pytest.mark.parametrize(("verb", "state"), forbidden(states.REQUEST, Request.State.values))
def test_a_request_verb_refuses_every_other_state(verb: str, state: str) -> None:
    request = _request_in(state)

    with pytest.raises(WrongState):
        _REQUEST_VERBS[verb](request)

    request.refresh_from_db()
    assert request.state == state


@pytest.mark.parametrize(("verb", "state"), forbidden(states.GRANT, Grant.Status.values))
def test_a_grant_verb_refuses_every_other_state(verb: str, state: str) -> None:
    grant = make_broken_glass(make_scenario()).grant
    ended = None if state in Grant.STANDING else LATER
    started = None if state == "scheduled" else NOON
    Grant.objects.filter(pk=grant.pk).update(status=state, ended_at=ended, activated_at=started)

    with pytest.raises(WrongState):
        _GRANT_VERBS[verb](grant)

    grant.refresh_from_db()
    assert grant.status == state


def _request_in(state: str) -> Request:
    scenario = make_scenario()
    if state == Request.State.ACTIVATED:
        return make_broken_glass(scenario)
    request = make_request(scenario)
    decided = None if state in Request.OPEN else LATER
    Request.objects.filter(pk=request.pk).update(state=state, decided_at=decided)
    return request
