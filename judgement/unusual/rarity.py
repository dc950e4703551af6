"""How rare a strength is: conformal p-values over the latest sessions, and a budget of alerts.

A statistic's strength is compared with its own of the last 4,000 sessions: as many false alarms
as the rank says, whatever its distribution (Vovk, Gammerman and Shafer, 2005).
"""

import math
from bisect import bisect_left, insort

from judgement.unusual.memory import DAY, Memory, Window

WINDOW = 4000  # sessions
DECADES = 3.0  # rarer than one in a thousand counts as that
_NEVER = 1.5  # decades of what hardly ever was
_TAIL, _LEAST_TAIL = 20, 4  # strengths from which a tail is read
_LATELY = 28 * DAY
_LEAST = 200  # scores before a threshold is read from them


class Ranks:
    """A window with its strengths in order; made from the memory, and never kept itself."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._ordered = sorted(window.strengths)

    def rank(self, strength: float, seen: int) -> int:
        """Return how many of the latest sessions were at least as extreme."""
        self._forget(seen)
        return len(self._ordered) - bisect_left(self._ordered, strength)

    def beyond(self, strength: float, seen: int) -> float:
        """Return the decades by which a strength lies beyond the window's strongest.

        The highest of the window are taken for the beginning of an exponential tail (Pickands,
        1975), and that is followed further. Where there are hardly any in a full window, the first
        ones are beyond it by themselves.
        """
        count = min(_TAIL, len(self._ordered) // 2)
        if count < _LEAST_TAIL:
            return _NEVER if seen >= WINDOW / 2 and len(self._ordered) < _LEAST_TAIL else 0.0
        highest = self._ordered[-count:]
        start = highest[0]
        scale = max((highest[count // 2] - start) / math.log(2), 0.1 * start, 0.1)
        found = math.log10(WINDOW / count) + (strength - start) / scale / math.log(10)
        return max(0.0, found - DECADES)

    def add(self, strength: float, seen: int) -> None:
        """Take in the strength of session number `seen`."""
        self._window.at.append(seen)
        self._window.strengths.append(strength)
        insort(self._ordered, strength)

    def _forget(self, seen: int) -> None:
        """Drop what has left the window; few statistics say something of every session."""
        window, gone = self._window, 0
        while gone < len(window.at) and window.at[gone] <= seen - WINDOW:
            del self._ordered[bisect_left(self._ordered, window.strengths[gone])]
            gone += 1
        if gone:
            del window.at[:gone], window.strengths[:gone]


def decades(rank: int, seen: int) -> float:
    """Return the rarity of a rank among `seen` sessions: 3 is one in a thousand, and the most."""
    share = (rank + 1) / (min(seen, WINDOW) + 1)
    return min(DECADES, -math.log10(share))


def threshold(memory: Memory, alerts_a_day: float) -> float:
    """Return the score from which on the latest sessions would have given so many alerts a day.

    Infinite until there are enough of them: nobody is told of what cannot be compared yet.
    """
    scores = memory.scores
    if len(scores) < _LEAST:
        return math.inf
    start = bisect_left(scores, scores[-1][0] - _LATELY, key=lambda each: each[0])
    days = max((scores[-1][0] - scores[start][0]) / DAY, 1.0)
    ordered = sorted((score for _, score in scores[start:]), reverse=True)
    return ordered[min(int(alerts_a_day * days), len(ordered) - 1)]
