"""Each verb changes the state and makes its entry, both or neither."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from audit import log
from audit.models import Pending
from core.errors import BadInput, WrongState
from targets import transitions
from targets.models import Door, Target
from tests.make import NOON, make_target
from tests.targets.make import make_door, open_door

pytestmark = pytest.mark.django_db
ADA = f"user:{uuid.UUID(int=7).hex}"
CLOSED = {"state": "closed", "closing_at": NOON, "closed_at": NOON, "verified_at": NOON}

Verb = Callable[[Door], object]

VERBS: dict[str, Verb] = {
    "prolong": lambda door: transitions.prolong(
        door, until=NOON + timedelta(hours=2), actor=ADA, at=NOON
    ),
    "shut": lambda door: transitions.shut(door, why="enough", actor=ADA, at=NOON),
    "opened": lambda door: transitions.opened(door, until=door.until, milliseconds=5, at=NOON),
    "open_failed": lambda door: transitions.open_failed(door, error="no", at=NOON),
    "repaired": lambda door: transitions.repaired(door, what=["x"], until=door.until, at=NOON),
    "closed": lambda door: transitions.closed(door, left_behind=[], at=NOON),
    "close_failed": lambda door: transitions.close_failed(
        door, error="no", at=NOON + timedelta(minutes=2)
    ),
    "credentials_issued": lambda door: transitions.credentials_issued(
        door, renewed=False, actor=ADA, at=NOON
    ),
}


def kinds() -> list[str]:
    """Return the kinds of what is on its way into the record about doors."""
    found = []
    for pending in Pending.objects.order_by("id"):
        envelope = bytes(pending.envelope).decode()
        found.append(envelope.split('"ev":"')[1].split('"')[0])
    return [kind for kind in found if kind != "config.changed"]


def intend(target: Target, *, until: datetime | None = None, read_only: bool = False) -> Door:
    return transitions.intend(
        target,
        grant=uuid.uuid4(),
        holder=ADA,
        case="request:1",
        starts_at=NOON,
        until=until or NOON + timedelta(hours=1),
        read_only=read_only,
        actor=ADA,
        at=NOON,
    )


def test_intend_writes_down_what_is_to_be() -> None:
    door = intend(make_target())
    assert (door.state, door.handle) == (Door.State.OPENING, f"bg_{door.pk.hex[:16]}")
    assert kinds() == ["door.opening"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"enabled": False}, "is switched off"), ({"read_only_role": ""}, "no role for looking only")],
)
def test_intend_refuses(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        intend(make_target(**fields), read_only=True)
    assert not Door.objects.exists()


@pytest.mark.parametrize(
    ("verb", "state", "after", "kind"),
    [
        ("prolong", "open", "open", "door.prolonged"),
        ("shut", "open", "closing", "door.closing"),
        ("opened", "opening", "open", "door.opened"),
        ("opened", "open_failed", "open", "door.opened"),
        ("open_failed", "opening", "open_failed", "door.open_failed"),
        ("repaired", "open", "open", "door.repaired"),
        ("closed", "closing", "closed", "door.closed"),
        ("closed", "close_failed", "closed", "door.closed"),
        ("close_failed", "closing", "close_failed", "door.close_failed"),
        ("credentials_issued", "open", "open", "credentials.issued"),
    ],
)
def test_a_verb_changes_the_state_and_is_recorded(
    verb: str, state: str, after: str, kind: str
) -> None:
    door = make_door(**_stamps(state))
    VERBS[verb](door)
    door.refresh_from_db()
    assert (door.state, kinds()) == (after, [kind])


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("prolong", "closing"),
        ("prolong", "closed"),
        ("opened", "open"),
        ("opened", "closing"),
        ("repaired", "closing"),
        ("closed", "open"),
        ("closed", "closed"),
        ("credentials_issued", "opening"),
        ("credentials_issued", "closing"),
    ],
)
def test_a_verb_refuses_the_wrong_state(verb: str, state: str) -> None:
    door = make_door(**_stamps(state))
    with pytest.raises(WrongState, match="The door of shop-db is"):
        VERBS[verb](door)
    assert kinds() == []


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("shut", "closing"),
        ("shut", "close_failed"),
        ("shut", "closed"),
        ("open_failed", "closing"),
        ("open_failed", "open_failed"),
        ("close_failed", "closed"),
        ("close_failed", "close_failed"),
    ],
)
def test_a_verb_said_again_is_not_recorded_again(verb: str, state: str) -> None:
    door = make_door(**_stamps(state))
    VERBS[verb](door)
    door.refresh_from_db()
    assert (door.state, kinds()) == (state, [])


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_nothing_happens_without_its_entry(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise RuntimeError("the record is down")

    states = {"opened": "opening", "open_failed": "opening"}
    states |= {"closed": "closing", "close_failed": "closing"}
    door = make_door(**_stamps(states.get(verb, "open")))
    before = Door.objects.values().get()
    monkeypatch.setattr(log, "record", refuse)
    with pytest.raises(RuntimeError):
        VERBS[verb](door)
    assert Door.objects.values().get() == before


def test_prolong_refuses_the_past() -> None:
    with pytest.raises(BadInput, match="lies in the past"):
        transitions.prolong(open_door(), until=NOON, actor=ADA, at=NOON)


def test_a_failure_to_tell_the_end_is_tried_later() -> None:
    door = transitions.postponed(open_door(), error="silent", at=NOON)
    assert door.next_attempt_at == NOON + timedelta(seconds=1)
    assert transitions.prolonged(door, until=NOON).until_on_target == NOON


def _stamps(state: str) -> dict[str, Any]:
    """Return a state with the times that belong to it."""
    stamps: dict[str, Any] = {"state": state}
    if state in ("closing", "close_failed", "closed"):
        stamps["closing_at"] = NOON
    if state == "closed":
        stamps |= CLOSED
    if state == "open":
        stamps |= {"opened_at": NOON, "until_on_target": NOON}
    return stamps
