"""By how much a text says that something is more, or less: doubled, half of it, by 4 %."""

import re
from collections.abc import Iterator

from judgement import words

_COUNTS = {"twice": "2", "thrice": "3"}
_TIMES_OVER = re.compile(
    r"\b(?P<count>\d{1,3}|two|three|four|five|six|eight|ten|twenty|twice|thrice)"
    r"(?:(?<=twice)|(?<=thrice)|\s?(?:times|fold|x)\b)"
)
_PARTS = tuple(
    (re.compile(pattern), share)
    for pattern, share in (
        (r"\bdoubl(?:e|ed|es|ing)\b", 2.0),
        (r"\b(?:half|halve[ds]?|halving)\b", 0.5),
        (r"\b(?:tripl(?:e|ed|es|ing)|treble[ds]?)\b", 3.0),
        (r"\b(?:one|a|the|its?|to) third\b", 1 / 3),
        (r"\btwo thirds\b", 2 / 3),
        (r"\bquadrupl(?:e|ed|es|ing)\b", 4.0),
        (r"\b(?:one|a|to) quarter (?:of|from)\b", 0.25),
        (r"\bthree quarters\b", 0.75),
        (r"\b(?:one|a|to|an) fifth (?:of|from)\b", 0.2),
        (r"\b(?:one|a|to|an) eighth\b", 0.125),
        (r"\b(?:one|a|to|an) tenth\b", 0.1),
    )
)


def said(text: str) -> Iterator[float]:
    """Yield the factors that a text, in lower case, says in words or as "3 times"; no percent."""
    for found in _TIMES_OVER.finditer(text):
        count = words.number(found["count"]) or "2"
        yield float(_COUNTS.get(found["count"], count))
    yield from (share for pattern, share in _PARTS if pattern.search(text))


def by_percent(share: float) -> tuple[float, float]:
    """Return the factors of so many percent more, and less."""
    return 1 + share / 100, 1 - share / 100
