"""The few formulas of the statistics, each with its unit."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

_EARTH = 6371.0  # km
_NORMAL = 1.4826  # of a median absolute deviation, to compare it with a standard deviation


def middle(ordered: Sequence[float]) -> float:
    """Return the median of sorted values."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclasses.dataclass(frozen=True, slots=True)
class Deviation:
    """How far a value lies above the median of others: plainly, and in robust deviations."""

    away: float
    z: float


def deviation(
    value: float, others: Sequence[float], *, least: float, usual: Sequence[float] = ()
) -> Deviation:
    """Compare a value with others.

    `least` is the smallest deviation that is believed; within it `z` is not exact. `usual` are
    deviations elsewhere, which count as a dozen of `others` do.
    """
    ordered = sorted(others)
    median = middle(ordered)
    away = value - median
    if abs(away) < least:
        return Deviation(away, away / least)  # less than one, however small the deviation is
    spread = middle(sorted([abs(other - median) for other in ordered]))
    if usual and (elsewhere := middle(sorted(usual))):
        spread = (len(ordered) * spread + 12 * elsewhere) / (len(ordered) + 12)
    unsure = math.sqrt(1 + 1.6 / len(ordered))
    return Deviation(away, away / (max(_NORMAL * spread, least) * unsure))


def smoothed(
    counts: Mapping[str, int], name: str, total: float, prior: float, pull: float
) -> float:
    """Return the share of a name, pulled towards `prior` as if by `pull` further counts."""
    return (counts.get(name, 0) + pull * prior) / (total + pull)


def surprise(share: float) -> float:
    """Return how surprising something of that share is, in bits."""
    return -math.log2(max(share, 1e-9))


def tail(count: int, expected: float) -> float:
    """Return how rarely Poisson gives `count` or more, in decades: 3 is once in a thousand."""
    if count <= expected:
        return 0.0
    term = math.exp(count * math.log(max(expected, 1e-9)) - expected - math.lgamma(count + 1))
    total, step = term, count
    while term > total * 1e-6:
        step += 1
        term *= expected / step
        total += term
    return -math.log10(max(total, 1e-30))


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the way between two places (latitude, longitude in degrees), in km."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH * math.asin(math.sqrt(min(1.0, half)))
