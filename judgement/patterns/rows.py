"""What the reports are made of, and what they say, as plain rows of references and numbers."""

import dataclasses
import enum
from collections.abc import Mapping
from datetime import datetime

Fact = int | float | str


def gettext_noop(text: str) -> str:
    """Mark a sentence for translators, as Django's function of this name does."""
    return text


class Kind(enum.StrEnum):
    """What a pattern is about."""

    PERSON = "person"  # uses the same again and again
    SCENARIO = "scenario"  # an emergency that is routine
    APPROVER = "approver"  # says yes without reading, or always
    ELIGIBILITY = "eligibility"  # nobody makes use of it
    UNUSED = "unused"  # a scenario that nobody used or tried


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """An access that was used. `found` says whether its review found anything; None: not yet."""

    case: int
    at: datetime
    person: str
    scenario: str
    targets: tuple[str, ...] = ()
    drill: bool = False
    found: bool | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """That a person may ask in a scenario through a group, since when at least."""

    person: str
    scenario: str
    group: str
    since: datetime


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What somebody decided on a request, and how long after they were asked."""

    case: int
    at: datetime
    person: str
    scenario: str
    yes: bool
    seconds: float


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Emergency:
    """A scenario that is in use, who is asked in it, and when it was used last."""

    scenario: str
    since: datetime
    drill: bool = False
    targets: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    used_at: datetime | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """One pattern. `template` is its sentence, in which `%(name)s` stands for a fact.

    `key` is the same each night, and `number` is what grows when it gets worse.
    """

    kind: Kind
    key: str
    template: str
    number: int
    facts: Mapping[str, Fact]
    grave: bool = False
    cases: tuple[int, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Say it in English."""
        return self.template % {name: plain(fact) for name, fact in self.facts.items()}


def plain(fact: Fact) -> Fact:
    """Return a fact as an English sentence has it."""
    return f"{round(fact, 1):g}" if isinstance(fact, float) else fact
