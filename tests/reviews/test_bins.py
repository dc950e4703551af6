"""Bins of lengths of time: what they promise about a median."""

import random
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.words import duration_words
from reviews import bins


def quantile(seconds: Sequence[float], share: float) -> float:
    """Return the quantile by bins, in seconds."""
    found = bins.quantile(Counter(map(bins.bin_of, seconds)), share, most=max(seconds))
    assert found is not None
    return found.total_seconds()


@pytest.mark.parametrize("seconds", [0, 34, 35, 60, 90, 300, 1799, 3600, 7140, 86_400, 5_000_000])
def test_one_length_reads_as_it_is(seconds: int) -> None:
    assert quantile([seconds], 0.5) == seconds
    many = quantile([seconds] * 4 + [10_000_000], 0.5)
    if seconds < 7200:
        assert duration_words(timedelta(seconds=many)) == duration_words(timedelta(seconds=seconds))


@pytest.mark.parametrize("seed", range(20))
def test_quantiles_are_as_good_as_bins_are_wide(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - nothing to guess
    seconds = [dice.lognormvariate(dice.uniform(2, 9), dice.uniform(0.1, 2)) for _ in range(99)]
    exact = statistics.quantiles(seconds, n=10, method="inclusive")

    for share, wanted in ((0.5, exact[4]), (0.9, exact[8])):
        assert abs(quantile(seconds, share) - wanted) <= 0.5 + wanted / 12


def test_no_length_has_no_median() -> None:
    assert bins.quantile({}, 0.5, most=0) is None


def test_edges_grow_and_no_bin_crosses_a_minute() -> None:
    assert list(bins.EDGES) == sorted(set(bins.EDGES))
    minutes = set(range(60, 7201, 60))
    assert minutes <= set(bins.EDGES)
