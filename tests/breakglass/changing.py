"""Changes that weaken a control, proposed and looked at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import Part, User
from accounts.parts import give_part
from breakglass import policy
from breakglass.models import ProposedChange, Scenario
from breakglass.pictures import look, thing_of
from breakglass.transitions import changes
from tests.make import NOON, make_group, make_scenario, make_user

LATER = NOON + timedelta(hours=1)
WHY = "Nights are longer in winter."


def administrators(*names: str) -> list[User]:
    """Return active administrators by their group alone."""
    people = [make_user(name, is_staff=True) for name in names]
    give_part(make_group("Administrators", *people), Part.ADMINISTRATOR)
    return people


def attempted(row: Model, do: Callable[[], object], *, by: User | None) -> Any:
    """Return what came of doing something: what it returned, or the proposed change."""
    return changes.carry_out(do, to=row, by=by, reason=WHY, at=NOON)


def proposed(scenario: Scenario, *, by: User | None, **fields: Any) -> ProposedChange:
    """Return the change by which somebody wants these fields of a scenario."""

    def do() -> None:
        for name, value in fields.items():
            setattr(scenario, name, value)
        scenario.save()

    change = attempted(scenario, do, by=by)
    assert isinstance(change, ProposedChange)
    scenario.refresh_from_db()
    return change


def mark(change: ProposedChange) -> str:
    """Return what a page sends back when it has shown the change."""
    return changes.foresee(change, at=LATER).wanted.mark


def accepted(change: ProposedChange, *, by: User) -> ProposedChange:
    """Return the change, accepted by somebody who has seen it."""
    return changes.accept(change, by=by, seen=mark(change), at=LATER)


def weakened(row: Any, do: Callable[[], object]) -> list[str]:
    """Return what doing something weakens."""
    kind, key = thing_of(row)
    before = look(kind, key, at=NOON)
    do()
    return list(policy.weakenings(before, look(kind, key, at=NOON), at=NOON))


def setting(row: Any, **fields: Any) -> list[str]:
    """Return what setting these fields weakens."""

    def do() -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()

    return weakened(row, do)


def waiting(**fields: Any) -> ProposedChange:
    """Return Mei's change of a scenario that Noor may decide on."""
    mei, _noor = administrators("mei", "noor")
    return proposed(make_scenario(), by=mei, **fields or {"max_minutes": 240})


def today(change: ProposedChange) -> ProposedChange:
    """Return the change as if it had been proposed a minute ago, for pages that ask the clock."""
    now = timezone.now()
    change.proposed_at, change.lapse_at = now - timedelta(minutes=1), now + timedelta(days=14)
    change.save()
    return change
