"""The list of pages is complete: what is not on it says why."""

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.places import ELSEWHERE, PLACES


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield space + pattern.name


NAMES = set(_names(get_resolver()))
VISITED = {place.name for place in PLACES if not place.name.isdecimal()}


def test_every_address_is_visited_or_says_why_not() -> None:
    assert not [
        name
        for name in sorted(NAMES - VISITED)
        if not any(fnmatchcase(name, pattern) for pattern in ELSEWHERE)
    ]


def test_nothing_on_the_list_is_gone() -> None:
    assert VISITED <= NAMES
    assert not [
        pattern for pattern in ELSEWHERE if not any(fnmatchcase(name, pattern) for name in NAMES)
    ]


def test_no_two_places_have_the_same_label() -> None:
    assert {label: n for label, n in Counter(p.label for p in PLACES).items() if n > 1} == {}
