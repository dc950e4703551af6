"""Whether a reason was given before, or nearly so. Today's emergency has its own words."""

import dataclasses
import itertools
import re
from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import User
from breakglass.models import Request, Scenario

_LOOKED_AT = 50  # of the newest cases of a person, and of a scenario
_FEWEST = 3  # words: "the usual drill" is no copy of anything
_FEWEST_ALIKE = 6  # words: of fewer, some are alike by chance
_ALIKE = 0.6  # share of the pairs of words that two reasons have in common
_LONGEST = 2_000  # characters that are compared


@dataclasses.dataclass(frozen=True, kw_only=True)
class Copy:
    """An earlier case whose reason is the same, or nearly; `own` when of the same person."""

    case: int
    exact: bool
    own: bool


def copied_from(
    justification: str,
    *,
    person: User,
    scenario: Scenario,
    reference: str = "",
    apart_from: Request | None = None,
) -> Copy | None:
    """Return the newest earlier case whose reason has the same words, or nearly the same.

    First those of `person`, then those that others sent under `scenario`: of them only where
    another incident was named, since two who see the same one say the same. Case, punctuation and
    numbers do not count. With `apart_from`, only what came before it.
    """
    said = _words(justification)
    if len(said) < _FEWEST:
        return None
    rows = Request.objects.cases().order_by("-case")
    if apart_from:
        rows = rows.filter(case__lt=apart_from.case)
    if own := _first(said, rows.filter(requester=person), own=True):
        return own
    if scenario.drill:  # everybody practises the same
        return None
    others = rows.filter(scenario=scenario).exclude(requester=person)
    if reference:
        others = others.exclude(reference=reference)
    return _first(said, others, own=False)


def alike(one: str, other: str) -> bool:
    """Tell whether two reasons are the same but for a few words and all numbers."""
    return _are_alike(_words(one), _words(other))


def _first(said: list[str], rows: QuerySet[Request], *, own: bool) -> Copy | None:
    earlier = [(case, _words(text)) for case, text in _newest(rows)]
    same = next((case for case, words in earlier if words == said), None)
    if same is not None:
        return Copy(case=same, exact=True, own=own)
    near = next((case for case, words in earlier if _are_alike(words, said)), None)
    return None if near is None else Copy(case=near, exact=False, own=own)


def _newest(rows: QuerySet[Request]) -> Iterable[tuple[int, str]]:
    return rows.values_list("case", "justification")[:_LOOKED_AT]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[:_LONGEST].casefold())


def _are_alike(one: list[str], other: list[str]) -> bool:
    fewer, more = sorted((len(one), len(other)))
    if fewer < _FEWEST_ALIKE or fewer < _ALIKE * more:
        return False
    pairs, others = _pairs(one), _pairs(other)
    return len(pairs & others) >= _ALIKE * len(pairs | others)


def _pairs(words: list[str]) -> set[tuple[str, str]]:
    """Return the words two by two: their order counts, and what number they give does not."""
    plain = ["0" if word.isdigit() else word for word in words]
    return set(itertools.pairwise(plain))
