"""Which words of people go with which words of commands, as `association.json` has learned.

The table holds, for a stem of English, how likely each command or option is (IBM model 1). It is
learned from NL2Bash (MIT) and tldr-pages (CC BY 4.0) alone; docs/detection.md names them.
"""

import dataclasses
import json
import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

_PATH = Path(__file__).with_name("association.json")
_FLOOR = 0.002
_UNKNOWN = -3.0  # of a token that the table never met
_GOES_WITH = 0.08  # how likely a token must be for a word to count as accounted for


@dataclasses.dataclass(frozen=True)
class Table:
    """What was learned from pairs of words and commands."""

    likely: dict[str, dict[str, float]]  # of each token, by the stems that call for it
    weights: dict[str, float]  # of frequent stems: how much each tells, of 0 to 1; others 1

    def likelihood(
        self, tokens: Sequence[str], stems: Iterable[str], *, worst: bool = False
    ) -> float:
        """Return how likely words call for these tokens: the mean of logarithms, or the `worst`.

        Tokens that the table never met count as neither likely nor unlikely.
        """
        found = [_of(self.likely[token], stems) for token in tokens if token in self.likely]
        if not found:
            return _UNKNOWN
        return min(found) if worst else sum(found) / len(found)

    def called_for(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the stems that go with any of these tokens."""
        return frozenset(
            stem
            for token in tokens
            for stem, likely in self.likely.get(token, {}).items()
            if likely >= _GOES_WITH
        )

    def weight(self, stem: str) -> float:
        """Return how much a word tells: little where many reasons have it."""
        return self.weights.get(stem, 1.0)


def _of(row: dict[str, float], stems: Iterable[str]) -> float:
    return math.log(max((row.get(stem, 0.0) for stem in stems), default=0.0) + _FLOOR)


@cache
def table() -> Table:
    """Return the table that is shipped."""
    return Table(**json.loads(_PATH.read_text(encoding="utf-8")))
