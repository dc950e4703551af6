"""What is remembered of people, teams, targets, approvers and tickets: plain data, kept as JSON.

Everything is bounded: lists keep their latest values, counts stay counts. A year of sessions of a
thousand people is a few megabytes.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

OWN = 60  # of a person's latest sessions, the values that theirs are compared with
GROUP = 240  # of a team's
DECIDED = 120  # of a person's latest approvals, by whom
DAY = 1440.0  # minutes
_LONG = 100  # days for which a ticket is remembered
# How far an hour spreads to those beside it: people are not machines.
_SPREAD = ((0, 1.0), (1, 0.7), (-1, 0.7), (2, 0.3), (-2, 0.3), (3, 0.1), (-3, 0.1))


def _hours() -> list[float]:
    return [0.0] * 24


@dataclasses.dataclass
class Habits:
    """When somebody works: sessions by hour (spread to the hours beside it) and by weekday."""

    hours: list[float] = dataclasses.field(default_factory=_hours)
    days: list[float] = dataclasses.field(default_factory=lambda: [0.0] * 7)
    count: float = 0.0

    def learn(self, hour: int, day: int) -> None:
        """Add one session."""
        for step, share in _SPREAD:
            self.hours[(hour + step) % 24] += share
        self.days[day] += 1
        self.count += 1


@dataclasses.dataclass
class Use:
    """One of somebody's latest sessions or attempts."""

    at: float  # minutes since 1970
    target: str
    refused: bool
    approver: str
    foreign: bool  # the team does not use such targets
    sensitive: bool


@dataclasses.dataclass
class Person:
    """What is remembered of one person."""

    team: str = ""
    habits: Habits = dataclasses.field(default_factory=Habits)
    targets: dict[str, int] = dataclasses.field(default_factory=dict)
    scenarios: dict[str, int] = dataclasses.field(default_factory=dict)
    places: dict[str, int] = dataclasses.field(default_factory=dict)
    values: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    large: list[list[float]] = dataclasses.field(default_factory=list)  # minute, log rows
    deviations: list[float] = dataclasses.field(default_factory=list)  # of rows, the last four
    recent: list[Use] = dataclasses.field(default_factory=list)
    approvers: list[str] = dataclasses.field(default_factory=list)  # of what was granted
    first: float = 0.0  # minutes since 1970
    last: float = 0.0
    position: list[float] = dataclasses.field(default_factory=list)  # minute, latitude, longitude
    sessions: int = 0
    sensitive: int = 0
    granted: int = 0
    attempts: list[list[float]] = dataclasses.field(default_factory=list)  # see `attempts`
    alarmed: float = 0.0  # minute


@dataclasses.dataclass
class Group:
    """What is remembered of a team, and of all together."""

    habits: Habits = dataclasses.field(default_factory=Habits)
    targets: dict[str, int] = dataclasses.field(default_factory=dict)
    owners: dict[str, int] = dataclasses.field(default_factory=dict)
    scenarios: dict[str, int] = dataclasses.field(default_factory=dict)
    places: dict[str, int] = dataclasses.field(default_factory=dict)
    approvers: dict[str, int] = dataclasses.field(default_factory=dict)
    values: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    times: list[float] = dataclasses.field(default_factory=list)  # minutes, the latest
    first: float = 0.0
    sessions: int = 0
    granted: int = 0


@dataclasses.dataclass
class Refusal:
    """Somebody was refused a target."""

    at: float  # minutes since 1970
    person: str
    team: str


@dataclasses.dataclass
class Target:
    """When a target is used, and to whom it was refused last."""

    habits: Habits = dataclasses.field(default_factory=Habits)
    refused: Refusal | None = None
    sessions: int = 0


@dataclasses.dataclass
class Approver:
    """How somebody decides: how fast, when, and how much of late."""

    habits: Habits = dataclasses.field(default_factory=Habits)
    latencies: list[float] = dataclasses.field(default_factory=list)  # seconds, the latest 40
    times: list[float] = dataclasses.field(default_factory=list)  # minutes, the latest 40
    first: float = 0.0
    decisions: int = 0


@dataclasses.dataclass
class Ticket:
    """Who has used a ticket for what."""

    people: list[str] = dataclasses.field(default_factory=list)
    targets: list[str] = dataclasses.field(default_factory=list)
    days: list[int] = dataclasses.field(default_factory=list)
    last: float = 0.0


@dataclasses.dataclass
class Window:
    """The strengths of one statistic in the latest sessions; nought is not written down."""

    at: list[int] = dataclasses.field(default_factory=list)  # numbers of sessions
    strengths: list[float] = dataclasses.field(default_factory=list)


_PARTS: dict[str, type[Any]] = {
    "people": Person, "teams": Group, "targets": Target, "approvers": Approver,
    "tickets": Ticket, "windows": Window,
}  # fmt: skip


@dataclasses.dataclass
class Memory:
    """All that is remembered. `as_data` and `of_data` turn it into what JSON holds, and back."""

    people: dict[str, Person] = dataclasses.field(default_factory=dict)
    teams: dict[str, Group] = dataclasses.field(default_factory=dict)
    targets: dict[str, Target] = dataclasses.field(default_factory=dict)
    approvers: dict[str, Approver] = dataclasses.field(default_factory=dict)
    tickets: dict[str, Ticket] = dataclasses.field(default_factory=dict)
    windows: dict[str, Window] = dataclasses.field(default_factory=dict)
    everybody: Group = dataclasses.field(default_factory=Group)
    scores: list[list[float]] = dataclasses.field(default_factory=list)  # minute, score
    seen: int = 0

    def as_data(self) -> dict[str, Any]:
        """Return plain lists, numbers and texts."""
        return dataclasses.asdict(self)

    def forget(self, at: float) -> None:
        """Drop the tickets that nobody has named for a hundred days before `at`, in minutes."""
        long_ago = at - _LONG * DAY
        self.tickets = {key: each for key, each in self.tickets.items() if each.last > long_ago}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> "Memory":
        """Return what `as_data` gave. Raises TypeError where it is of another shape."""
        memory = cls(everybody=_group(data["everybody"]), scores=data["scores"], seen=data["seen"])
        for part, kind in _PARTS.items():
            getattr(memory, part).update(
                {key: _one(kind, value) for key, value in data[part].items()}
            )
        return memory


def _group(data: Mapping[str, Any]) -> Group:
    found = _one(Group, data)
    assert isinstance(found, Group)  # noqa: S101 - for the type alone
    return found


def _one(kind: type[Any], data: Mapping[str, Any]) -> object:
    fields = dict(data)
    if "habits" in fields:
        fields["habits"] = Habits(**fields["habits"])
    if "recent" in fields:
        fields["recent"] = [Use(**each) for each in fields["recent"]]
    if fields.get("refused"):
        fields["refused"] = Refusal(**fields["refused"])
    return kind(**fields)


def add(counts: dict[str, int], name: str) -> None:
    """Count one more of a name; an empty one is not known and not counted."""
    if name:
        counts[name] = counts.get(name, 0) + 1


def keep(values: list[Any], value: Any, most: int) -> None:
    """Add a value to the latest, and forget the oldest."""
    values.append(value)
    if len(values) > most:
        del values[0]
