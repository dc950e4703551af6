"""Lengths of time in fixed bins, so that a median can be had from counts that were added up.

No bin crosses a minute below two hours, nor a second below one minute: what a page shows of a
length, whole seconds or whole minutes, is the same for every length of a bin. Above, a bin is at
most a twelfth of its lengths wide.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta

# Up to so many seconds, in bins of so many.
_WIDTHS = ((300, 5), (1_800, 15), (7_200, 60), (86_400, 600), (2_592_000, 7_200))


def _edges() -> tuple[float, ...]:
    """Return where bins end: whole seconds are in the middle of theirs, as pages round them."""
    edges = [0.0, *(second + 0.5 for second in range(60))]
    begun = 60
    for until, width in _WIDTHS:
        edges += map(float, range(begun, until, width))
        begun = until
    return (*edges, float(begun))


EDGES = _edges()  # bin n holds what is at least EDGES[n - 1] and less than EDGES[n], in seconds


def bin_of(seconds: float) -> int:
    """Return the number of the bin, as PostgreSQL's `width_bucket` counts them."""
    return bisect_right(EDGES, seconds)


def quantile(counts: Mapping[int, int], share: float, *, most: float) -> timedelta | None:
    """Return the length below which `share` (0 to 1) of those in the bins lie.

    Between two of them it lies in between, as with `percentile_cont`; those of one bin are taken
    to be spread over it evenly. `most` is the longest, in seconds: nothing is longer than that.
    """
    total = sum(counts.values())
    if total < 2:
        return timedelta(seconds=most) if total else None
    place = share * (total - 1)
    low = _at(counts, int(place))
    high = _at(counts, min(int(place) + 1, total - 1))
    return timedelta(seconds=min(low + (high - low) * (place - int(place)), most))


def _at(counts: Mapping[int, int], place: int) -> float:
    """Return about how long the one at this place (from 0) of all is, in their order."""
    before = 0
    for each in sorted(counts):
        if place < before + counts[each]:
            lower, upper = EDGES[each - 1], EDGES[min(each, len(EDGES) - 1)]
            return lower + (upper - lower) * (place - before + 0.5) / counts[each]
        before += counts[each]
    raise ValueError(f"There is no place {place} among {before}.")
