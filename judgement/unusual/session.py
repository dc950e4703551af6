"""What is watched, and what is said of it: a session, and how unusual it is."""

import dataclasses
from datetime import datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Session:
    """One use of access, or one attempt that was refused. What is not known is left out.

    `at` is in the time zone in which the person works: hours and days are read from it. Times
    are seconds for `latency` (how long the approver took) and minutes for all others.
    """

    id: str
    at: datetime
    person: str
    team: str = ""
    target: str = ""
    owner: str = ""  # the team to which the target belongs
    sensitive: bool = False
    scenario: str = ""
    approver: str = ""
    latency: float | None = None
    refused: bool = False
    rows: float | None = None
    actions: int | None = None
    writes: int | None = None
    minutes: float | None = None
    place: str = ""  # a city or a country, as the organisation names them
    latitude: float | None = None
    longitude: float | None = None
    shared_address: bool = False  # a VPN's egress: where the person is stays unknown
    ticket: str = ""
    ticket_by_requester: bool = False
    ticket_age: float | None = None
    on_call: bool = False
    holiday: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What one statistic says of one session: how strong, and in a sentence why.

    `strength` only orders: how rare it is comes from the sessions before. `weight` (0 to 1) is
    how much such a thing matters where it is rare.
    """

    code: str
    strength: float
    sentence: str
    weight: float = 1.0


def weight(strength: float, *, grave: float, slight: float = 0.7) -> float:
    """Return how much a strength matters: `slight` far below a grave one, all from there on."""
    return slight + (1 - slight) * min(max((strength / grave - 0.7) / 0.3, 0.0), 1.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """A reading with its rarity: one session in `one_in` is this extreme."""

    code: str
    one_in: int
    points: float
    sentence: str

    @property
    def text(self) -> str:
        """The sentence with its rarity, as a page shows it."""
        return f"{self.sentence} One session in {self.one_in:,} is this extreme."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """How unusual a session is. `alert` says that it is among the few that the budget allows."""

    session: str
    score: float
    alert: bool
    reasons: tuple[Reason, ...]  # the strongest first, three at most
