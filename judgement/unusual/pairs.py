"""The nightly report on pairs: who approves for each other more often than routing explains.

One approval says nothing. Over the latest 120 of each person, a count far above what the
routing of the others in the team gives (the tail of a Poisson distribution), in both directions,
does.
"""

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator

from judgement.unusual.approvals import routed
from judgement.unusual.formulas import tail
from judgement.unusual.memory import Memory

_LEAST = 3  # approvals in each direction
_GRAVE = 2.0  # decades that are left once it is counted how many pairs were looked at


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pair:
    """Two people who approve for each other. `decades` is how rare that is: 3 is one in 1,000."""

    one: str
    other: str
    there: int  # approvals that `other` gave `one`
    back: int
    expected_there: float
    expected_back: float
    decades: float
    suspicious: bool  # rare even among as many pairs as there are

    @property
    def text(self) -> str:
        """Say it in a sentence."""
        return (
            f"{self.other} approved {self.there} of {self.one}'s latest requests"
            f" ({self.expected_there:.1f} to be expected), and {self.one} {self.back} of"
            f" {self.other}'s ({self.expected_back:.1f})."
        )


def pairs(memory: Memory, *, most: int = 20) -> list[Pair]:
    """Return the pairs who approve for each other, the rarest first."""
    found = list(_counted(memory))
    looked_at = math.log10(max(len(found), 1))
    judged = [_judged(memory, *each, looked_at) for each in found]
    return sorted(judged, key=lambda pair: -pair.decades)[:most]


def _counted(memory: Memory) -> Iterator[tuple[str, str, int, int]]:
    counts = {name: Counter(person.approvers) for name, person in memory.people.items()}
    for one, of_one in counts.items():
        for other, there in of_one.items():
            back = counts[other][one] if other in counts else 0
            if one < other and min(there, back) >= _LEAST:
                yield one, other, there, back


def _judged(memory: Memory, one: str, other: str, there: int, back: int, looked_at: float) -> Pair:
    expected = (
        routed(memory, memory.people[one], other),
        routed(memory, memory.people[other], one),
    )
    thither, hither = tail(there, expected[0]), tail(back, expected[1])
    return Pair(
        one=one,
        other=other,
        there=there,
        back=back,
        expected_there=expected[0],
        expected_back=expected[1],
        decades=thither + hither,
        suspicious=min(thither, hither) >= 1 and thither + hither - looked_at >= _GRAVE,
    )
