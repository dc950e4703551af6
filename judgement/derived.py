"""Figures that follow from those of a request by what it says: doubled, raised by, in other units.

"Double it" makes 240 of 120, a rise of 4 % is a factor of 1.04, and 4.80 m raised by 30 cm is 5.10.
"""

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

from judgement import factors

_MOST = 12  # figures of a request that are held against each other
_LONGEST = 20_000
_FIGURE = re.compile(
    r"(?<![\w.,])(\d{1,12}(?:[.,]\d{1,6})*)(?:\s?(%|percent\b|per cent\b|[a-z]{1,3}\b))?", re.I
)
_BY = re.compile(
    r"\b(?:by|rais\w+|ris\w+|increas\w+|add\w*|plus|more|lower\w*|reduc\w+|decreas\w+|cut\w*|minus|less|extend\w*"
    r"|another|extra|credit\w*|deduct\w*|refund\w*|differen\w+|short|missing|instead|left|remain\w*|rest"
    r"|total\w*|sum|together|between|each|per|times|x)\b"
)
_DIVIDES = re.compile(r"\b(?:divid\w+|1/\d)")
_METRIC = frozenset(
    {"mm", "cm", "m", "km", "mg", "g", "kg", "ml", "cl", "l", "t", "w", "kw", "mw", "ms", "s"}
)
_STEPS = (0.001, 0.01, 0.1, 10.0, 100.0, 1000.0)
_EXACT = 1e-6


def says_factor(text: str) -> bool:
    """Tell whether a request says by how much something is multiplied: doubled, by 4 %."""
    return any(True for _ in factors.said(text)) or bool(_of(text)[1])


def follows(value: str, text: str) -> bool:
    """Tell whether a figure follows from those that a text, in lower case, names."""
    try:
        figure = abs(float(value))
    except ValueError:
        return False
    return any(abs(figure - each) <= _EXACT * max(1.0, each) for each in _derived(text))


def figures(text: str) -> tuple[float, ...]:
    """Return the figures that a text names."""
    return _of(text)[0]


@lru_cache(maxsize=200)
def _derived(text: str) -> frozenset[float]:
    return frozenset(_results(text[:_LONGEST]))


def _results(text: str) -> Iterator[float]:
    figures, shares, measured = _of(text)
    yield from figures  # as another land writes them
    times = [*factors.said(text), *itertools.chain(*map(factors.by_percent, shares))]
    yield from times
    yield from (one * factor for one in figures for factor in times)
    if shares:
        yield from (each / 100 for each in figures)  # "16 % were taken, it must be 19"
    others = [each * step for each in measured for step in _STEPS]
    yield from others
    if _DIVIDES.search(text):
        yield from (1 / each for each in figures if each)
    if _BY.search(text):
        for one, other in itertools.permutations(figures, 2):
            yield from (one + other, abs(one - other), one * other)
        for one, other in itertools.product(figures, others):
            yield from (one + other, abs(one - other))


@lru_cache(maxsize=200)
def _of(text: str) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Return the figures of a text, those that are percent, and those with a metric unit."""
    figures, shares, measured = dict[float, None](), dict[float, None](), dict[float, None]()
    for number, unit in _FIGURE.findall(text[:_LONGEST])[:_MOST]:
        figure = _read(number) * (1000 if unit in {"k", "K"} else 1)
        figures[figure] = None
        if unit.startswith(("%", "per")):
            shares[figure] = None
        elif unit in _METRIC:
            measured[figure] = None
    return tuple(figures), tuple(shares), tuple(measured)


def _read(number: str) -> float:
    """Return a figure with marks between its thousands, or before its decimals: 1.249,00."""
    *whole, rest = re.split(r"[.,]", number)
    if not whole:
        return float(number)
    last = number[-len(rest) - 1]
    grouped = all(len(each) == 3 for each in (*whole[1:], rest)) and number.count(last) == len(
        whole
    )
    if grouped and (last == "," or len(whole) > 1):
        return float("".join((*whole, rest)))
    return float(f"{''.join(whole)}.{rest}")
