"""The written policy: how long entries and their words are kept, by the classes of scenarios.

`RETENTION` is a list such as `* entries=400, standard entries=400 words=90, health entries=3650`.
A class is what a scenario is "kept as"; `*` is everything that belongs to no case. Days count from
the last entry of a case, or from the entry itself. What no rule names is kept for ever.
"""

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

REST = "*"
_RULE = re.compile(r"(\*|[\w-]{1,40})((?: (?:entries|words)=\d{1,6})+)")
ClassesOf = Callable[[Sequence[str]], Mapping[str, str]]
_known: list[ClassesOf] = []


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """How many days something is kept; None is for ever."""

    name: str
    words: int | None = None
    entries: int | None = None

    def entries_until(self, at: datetime) -> datetime | None:
        """Return the moment of before which entries may go at `at`, or None where none may."""
        return _midnight(at, self.entries)

    def words_until(self, at: datetime) -> datetime | None:
        """Return the moment of before which words go at `at`, or None where none do."""
        return _midnight(at, self.words)


def _midnight(at: datetime, days: int | None) -> datetime | None:
    """Return the beginning of a day so long ago: a policy moves once a day."""
    if days is None:
        return None
    return (at - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)


def rules() -> dict[str, Rule]:
    """Return the rules of the settings, by class; none where everything is kept for ever.

    Raises ImproperlyConfigured for what cannot be read, and where words would outlive entries.
    """
    return _parsed(tuple(settings.RETENTION))


@functools.lru_cache(maxsize=8)
def _parsed(lines: tuple[str, ...]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for line in lines:
        match = _RULE.fullmatch(" ".join(line.split()))
        words = match[2].split() if match else []
        days = {name: int(number) for name, _, number in (word.partition("=") for word in words)}
        if not match or match[1] in found or len(days) < len(words):
            raise ImproperlyConfigured(
                f"RETENTION: {line!r} is not a class with its days, such as"
                " `standard entries=400 words=90`, or stands twice."
            )
        found[match[1]] = Rule(name=match[1], **days)
    return found


def of(name: str) -> Rule:
    """Return the rule of a class; one that is not named keeps for ever."""
    return rules().get(name) or Rule(name=name)


def provide_classes(classes_of: ClassesOf) -> ClassesOf:
    """Register who knows the classes of cases; a decorator."""
    _known.append(classes_of)
    return classes_of


def of_cases(cases: Sequence[str]) -> dict[str, Rule]:
    """Return the rule of each case; one of which nobody knows the class keeps for ever."""
    classes = {case: name for ask in _known for case, name in ask(cases).items()}
    return {case: of(classes.get(case, "")) for case in cases}
