"""Who is asked when, and what is still missing. Computed from the clock, stored nowhere."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from breakglass.rules import Step


@dataclasses.dataclass(frozen=True, kw_only=True)
class Yes:
    """One person's yes at one step."""

    step: int
    by: str
    at: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one step stands. `asked_at` lies in the future while it will be asked by escalation.

    It is None when the step will not be asked unless the one before is satisfied. `done_at` is
    set by the step's own quorum or by a step that stands in for it.
    """

    step: Step
    asked_at: datetime | None
    yes: int
    done_at: datetime | None

    def asked(self, at: datetime) -> bool:
        """Whether its group may answer at `at`."""
        return self.asked_at is not None and self.asked_at <= at

    def waiting(self, at: datetime) -> bool:
        """Whether its group may answer at `at` and has not answered in full."""
        return self.asked(at) and self.done_at is None


def standing(
    steps: Sequence[Step], yeses: Iterable[Yes], *, since: datetime, all_at_once: bool = False
) -> list[Standing]:
    """Return where each step stands; `since` is when the first one was asked.

    Ratification asks everybody `all_at_once`. A yes counts for one step, and each person once.
    """
    given = list(yeses)
    done = _done(steps, given)
    found: list[Standing] = []
    asked: datetime | None = since
    for index, step in enumerate(steps):
        if index and not all_at_once:
            asked = _asked_at(steps[index - 1], asked, done[index - 1], step)
        people = {yes.by for yes in given if yes.step == step.position}
        found.append(Standing(step=step, asked_at=asked, yes=len(people), done_at=done[index]))
    return found


def complete(standings: Iterable[Standing]) -> bool:
    """Whether every step that must be satisfied is; one that merely stands in need not be."""
    return all(each.done_at is not None for each in standings if not each.step.stands_in)


def _done(steps: Sequence[Step], yeses: list[Yes]) -> list[datetime | None]:
    """When each step was satisfied, by its own people or by a step that stands in for it."""
    own = [_quorum_at(step, yeses) for step in steps]
    for index in range(len(steps) - 1, 0, -1):
        if steps[index].stands_in and own[index] is not None:
            before = own[index - 1]
            own[index - 1] = min(before, own[index]) if before else own[index]  # type: ignore[type-var]
    return own


def _quorum_at(step: Step, yeses: list[Yes]) -> datetime | None:
    first: dict[str, datetime] = {}
    for yes in sorted((yes for yes in yeses if yes.step == step.position), key=lambda yes: yes.at):
        first.setdefault(yes.by, yes.at)
    times = sorted(first.values())
    return times[step.quorum - 1] if len(times) >= step.quorum else None


def _asked_at(
    before: Step, before_asked: datetime | None, before_done: datetime | None, step: Step
) -> datetime | None:
    escalation = None
    if before_asked is not None and before.escalate_after is not None:
        escalation = before_asked + timedelta(minutes=before.escalate_after)
    if before_done is None:
        return escalation
    if step.stands_in:  # asked only if the silence lasted that long
        return escalation if escalation and escalation < before_done else None
    return min(escalation, before_done) if escalation else before_done
