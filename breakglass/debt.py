"""What is overdue from earlier accesses: rooms above say what, and whoever asks next has to say why
it cannot wait.

Friction that hurts and never a dead end: with a reason the access goes on within the same request.
"""

import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime

from accounts.models import User
from breakglass.models import Scenario


@dataclasses.dataclass(frozen=True, kw_only=True)
class Debt:
    """One thing that is overdue: its reference, and a sentence that says what and whose it is."""

    ref: str
    sentence: str


Finder = Callable[[Scenario, User, datetime], Iterable[Debt]]
_finders: list[Finder] = []


def provide(finder: Finder) -> Finder:
    """Register a function that knows what is overdue of a person or in a scenario."""
    _finders.append(finder)
    return finder


def owed(scenario: Scenario, *, person: User, at: datetime) -> list[Debt]:
    """Return what is overdue of whoever would have the access, and in the scenario; each once."""
    found = (each for finder in _finders for each in finder(scenario, person, at))
    return list({each.ref: each for each in found}.values())
