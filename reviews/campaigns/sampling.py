"""Samples that an outsider can draw again: from the numbers of the cases, a seed and a size.

The rank of a case is the SHA-256 of the text `seed:number` (UTF-8, the number in decimal digits,
without blanks). The sample is the cases of lowest rank, compared as hexadecimal text. By scenario,
each scenario gives its own cases of lowest rank: its part of the size, rounded up, so that none is
left out. `docs/campaigns.md` shows it in a shell.
"""

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(frozen=True, kw_only=True)
class Size:
    """How many are drawn: so many, or so many per cent; rounded up, and never more than all."""

    wanted: int | None = None
    share: int | None = None

    def of(self, population: int) -> int:
        """Return how many are drawn of a population without parts."""
        return self.part(population, population)

    def part(self, some: int, population: int) -> int:
        """Return how many are drawn of `some` that belong to a population."""
        if self.share is not None:
            return -(-some * self.share // 100)
        return min(some, -(-some * (self.wanted or 0) // population)) if population else 0


def rank(seed: str, case: int) -> str:
    """Return the place of a case in the order of a seed, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{case}".encode()).hexdigest()


def draw(
    population: Mapping[int, object], *, seed: str, size: Size, by_scenario: bool = False
) -> list[int]:
    """Return the numbers of the sampled cases, by rank; `population` is each with its scenario."""
    strata: dict[object, list[int]] = defaultdict(list)
    for case, scenario in population.items():
        strata[scenario if by_scenario else None].append(case)
    drawn: list[int] = []
    for cases in strata.values():
        count = size.part(len(cases), len(population))
        drawn += sorted(cases, key=lambda case: rank(seed, case))[:count]
    return sorted(drawn, key=lambda case: rank(seed, case))


def digest(lines: Iterable[object]) -> str:
    """Return the SHA-256 of lines as a file has them, each with a line feed behind it."""
    found = hashlib.sha256()
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()
