"""The rules of a scenario version as plain data. A request pins a version, so rules never move."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo

# Rules that came later, with what held before them: a version from then says nothing of them.
_SINCE: Mapping[str, Any] = {"chat_decides": True, "stop_on_breach": False}


def complete(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version's body with every rule there is; nothing where there is no body."""
    return {**_SINCE, **body} if body else {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One group that is asked, and how many distinct people of it must say yes.

    A step is asked when the step before it is satisfied, or `escalate_after` minutes after the
    step before it was asked without an answer. A step that `stands_in` answers for the step
    before it: it is asked only by escalation, and its yes counts for both.
    """

    position: int
    group_id: int
    group: str
    quorum: int
    escalate_after: int | None
    stands_in: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """What a scenario version says. Durations are minutes unless the name says otherwise."""

    slug: str
    name: str
    use_when: str
    not_for: str
    severity: str
    drill: bool
    targets: tuple[str, ...]  # ids, 32 hex digits
    expected_verbs: tuple[str, ...]
    expected_objects: tuple[str, ...]
    steps: tuple[Step, ...]
    break_glass: bool
    ratify_within: int
    answer_within: int
    chat_decides: bool
    default_minutes: int
    max_minutes: int
    max_concurrent: int
    reference_required: bool
    reference_pattern: str
    reference_hint: str
    intent_required: bool
    min_justification: int
    working_days: tuple[int, ...]  # 0 is Monday
    working_from: str  # "08:00"
    working_until: str
    time_zone: str
    review_within_hours: int
    strict_review: bool
    stop_on_breach: bool
    alert_groups: tuple[int, ...]
    retention_class: str

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Rules:
        """Read a version's body; every key of its time must be there: no rule is guessed."""
        body = complete(body)
        values = {field.name: body[field.name] for field in dataclasses.fields(cls)}
        steps = tuple(Step(**step) for step in values.pop("steps"))
        lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists, "steps": steps})

    def body(self) -> dict[str, Any]:
        """Return the JSON form that `from_body` reads."""
        return dataclasses.asdict(self)

    @property
    def review_within(self) -> int:
        """Within how many minutes of the end a use is to be reviewed."""
        return self.review_within_hours * 60

    def in_working_hours(self, at: dt.datetime) -> bool:
        """Whether `at` lies in the scenario's working hours, in the scenario's own zone."""
        hours = dt.time.fromisoformat(self.working_from), dt.time.fromisoformat(self.working_until)
        return in_hours(at.astimezone(ZoneInfo(self.time_zone)), self.working_days, *hours)


def in_hours(local: dt.datetime, days: Collection[int], start: dt.time, end: dt.time) -> bool:
    """Whether a moment of somebody's wall clock lies in working hours; Monday is day 0."""
    return local.weekday() in days and start <= local.time() < end
