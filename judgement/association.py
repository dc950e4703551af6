"""Which words of people go with which words of commands, as `association.json` has learned.

The table holds, for a stem of English, how likely each command or option is (IBM model 1). It is
learned from NL2Bash (MIT) and tldr-pages (CC BY 4.0) alone; docs/detection.md names them.
"""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache
from pathlib import Path

_PATH = Path(__file__).with_name("association.json")
_FLOOR = 0.002
_UNKNOWN = -3.0  # of a token that the table never met
_GOES_WITH = 0.08  # how likely a token must be for a word to count as accounted for

Row = Mapping[str, float]  # how likely words call for one token


@dataclasses.dataclass(frozen=True)
class Table:
    """What was learned from pairs of words and commands."""

    likely: dict[str, dict[str, float]]  # of each token, by the stems that call for it
    weights: dict[str, float]  # of frequent stems: how much each tells, of 0 to 1; others 1

    def rows(self, tokens: Iterable[str]) -> list[Row]:
        """Return what is known of tokens; those that the table never met are left out."""
        return [self.likely[token] for token in tokens if token in self.likely]

    def weight(self, stem: str) -> float:
        """Return how much a word tells: little where many reasons have it."""
        return self.weights.get(stem, 1.0)


def likelihood(rows: Sequence[Row], stems: Set[str]) -> tuple[float, float]:
    """Return how likely words call for tokens: the mean of logarithms, and the worst.

    Tokens that the table never met count as neither likely nor unlikely.
    """
    if not rows:
        return _UNKNOWN, _UNKNOWN
    found = [
        math.log(max([row[stem] for stem in row.keys() & stems], default=0.0) + _FLOOR)
        for row in rows
    ]
    return sum(found) / len(found), min(found)


def called_for(rows: Iterable[Row]) -> frozenset[str]:
    """Return the stems that go with any of these tokens."""
    return frozenset(stem for row in rows for stem, likely in row.items() if likely >= _GOES_WITH)


@cache
def table() -> Table:
    """Return the table that is shipped."""
    return Table(**json.loads(_PATH.read_text(encoding="utf-8")))
