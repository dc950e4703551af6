"""How a match is told: the title of its rule to whoever reads it, id and author behind.

The licence of public rules asks that both stay with what a rule finds, so they are kept with it.
"""

import dataclasses
import re

# Authors write brackets, too.
_NAMED = re.compile(r" \(Sigma rule ([0-9a-f-]{36}) by ((?:[^()]|\([^()]*\))*)\)")


@dataclasses.dataclass(frozen=True)
class Named:
    """A rule that a sentence names, as it was called then."""

    id: str
    author: str


def sentence(title: str, id_: str, author: str) -> str:
    """Return what is kept of a match: the title, and behind it what names the rule."""
    return f"{title} (Sigma rule {id_} by {author or 'an unnamed author'})"


def titles(text: str) -> str:
    """Return what is kept of matches with the titles of their rules alone, as people read it."""
    return _NAMED.sub("", text)


def named(text: str) -> list[Named]:
    """Return the rules that are named in what is kept of matches."""
    return [Named(*found) for found in _NAMED.findall(text)]
