"""The table in `alerts.states` is what the verbs really do."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Part
from alerts import states, transitions
from alerts.models import Delivery
from core.errors import WrongState
from core.states import Move
from tests.alerts.make import SOON, make_delivery
from tests.make import NOON, make_group, make_user

pytestmark = pytest.mark.django_db
_TIMES: dict[str, dict[str, Any]] = {
    "queued": {},
    "retrying": {},
    "sent": {"sent_at": NOON, "next_attempt_at": None},
    "dead": {"next_attempt_at": None},
}
_VERBS: dict[str, Callable[[Delivery], object]] = {
    "sent": lambda row: transitions.sent(row, at=SOON),
    "failed": lambda row: transitions.failed(row, error="no", final=True, at=SOON),
    "retry": lambda row: transitions.retry(row, by=make_user("rob"), at=SOON),
}


@pytest.mark.parametrize("state", Delivery.State.values)
@pytest.mark.parametrize("move", states.DELIVERY[1:], ids=lambda move: move.verb)
def test_a_verb_moves_only_from_where_the_table_says(move: Move, state: str) -> None:
    make_group("Responders", make_user("rob"), part=Part.RESPONDER)
    row = make_delivery(state=state, **_TIMES[state])
    try:
        _VERBS[move.verb](row)
    except WrongState:
        assert state not in move.sources
    row.refresh_from_db()
    assert row.state in (move.targets if state in move.sources else (state,))
