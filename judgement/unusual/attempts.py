"""Many attempts outside working hours, refused ones included: told with the attempt that
completes them, and not by how rare that is.

Working hours are those of the person where enough is known of them, else those of an office.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from judgement.unusual.formulas import surprise
from judgement.unusual.memory import Habits, Memory, Person, keep
from judgement.unusual.scene import hour_share

MANY = 5  # attempts
WITHIN = 60.0  # minutes
_KNOWN = 20  # sessions that make habits
_STRANGE = 6.6  # bits: an hour with less than 1 in 96 of somebody's sessions
_OFFICE = range(7, 20)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attempt:
    """Somebody asks for access, breaks the glass, or is refused. `at` is in their time zone."""

    at: datetime
    person: str
    refused: bool = False
    on_call: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alarm:
    """Somebody tries again and again while they should be asleep."""

    person: str
    attempts: int
    refused: int
    since: float  # minutes since 1970: when the first of them was
    at: datetime

    @property
    def text(self) -> str:
        """Say it in a sentence."""
        refused = f", {self.refused} of them refused" if self.refused else ""
        return (
            f"{self.person} tried {self.attempts} times within an hour outside working"
            f" hours{refused}. Ask them whether it is them."
        )


def look(memory: Memory, attempt: Attempt) -> Alarm | None:
    """Remember an attempt; return an alarm with the one that completes a series, once an hour."""
    person = memory.people.setdefault(attempt.person, Person())
    if attempt.on_call or works(person.habits, attempt.at):
        return None
    now = attempt.at.timestamp() / 60
    keep(person.attempts, [now, float(attempt.refused)], 4 * MANY)
    if person.alarmed > now - WITHIN:
        return None
    recent = [each for each in person.attempts if each[0] > now - WITHIN]
    alarm = _alarm(attempt, [(at, bool(refused)) for at, refused in recent])
    if alarm:
        person.alarmed = now
    return alarm


def series(attempts: Sequence[Attempt]) -> Alarm | None:
    """Return an alarm where one person's attempts outside working hours are many.

    `attempts` are those within the hour, in the order of time.
    """
    if not attempts:
        return None
    tried = [(each.at.timestamp() / 60, each.refused) for each in attempts]
    return _alarm(attempts[-1], tried)


def _alarm(latest: Attempt, tried: Sequence[tuple[float, bool]]) -> Alarm | None:
    if len(tried) < MANY:
        return None
    return Alarm(
        person=latest.person,
        attempts=len(tried),
        refused=sum(1 for _, refused in tried if refused),
        since=tried[0][0],
        at=latest.at,
    )


def works(habits: Habits, at: datetime) -> bool:
    """Whether somebody with these habits may be expected to work at this moment."""
    office = at.weekday() < 5 and at.hour in _OFFICE
    if habits.count < _KNOWN:
        return office
    return surprise(hour_share(habits, at.hour, 1 / 24, 1)) < _STRANGE and (
        at.weekday() < 5 or sum(habits.days[5:]) > habits.count / 50
    )
