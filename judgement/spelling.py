"""Slips of the keyboard: which word somebody meant who swapped, doubled or left out a letter.

Only that much is forgiven, and only in words that nothing here knows: a letter put for another
makes another word too often.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

_TWICE = re.compile(r"(.)\1")
_LEAST = 5  # letters of a word in which slips are looked for


@lru_cache(maxsize=20_000)
def slips(one: str, other: str) -> bool:
    """Tell whether two words differ by one slip, or in what is doubled: supllier, supplier."""
    if min(len(one), len(other)) < _LEAST - 1 or max(len(one), len(other)) < _LEAST:
        return False
    if _single(one) == _single(other):
        return one != other
    if len(one) == len(other):
        return one != other and other in _swapped(one)
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and short in _without(long)


@lru_cache(maxsize=5_000)
def _single(word: str) -> str:
    return _TWICE.sub(r"\1", word)


def _swapped(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _without(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


@dataclasses.dataclass(frozen=True)
class Spelling:
    """Words that may be meant, made ready to be looked up by what a slip makes of them."""

    right: frozenset[str]
    _lacking: Mapping[str, str]  # by what is left of them without one letter
    _singled: Mapping[str, str]  # by themselves with nothing doubled

    @classmethod
    def of(cls, right: Iterable[str]) -> "Spelling":
        """Make words ready; short ones are left out."""
        kept = sorted(each for each in right if len(each) >= _LEAST and each.isalpha())
        lacking = {left: each for each in kept for left in _without(each)}
        return cls(frozenset(kept), lacking, {_single(each): each for each in kept})

    def meant(self, word: str) -> str:
        """Return the word that was meant, or the word itself."""
        if len(word) < _LEAST or not word.isalpha() or word in self.right:
            return word
        for found in _swapped(word):
            if found in self.right:
                return found
        return self._lacking.get(word) or self._singled.get(_single(word), word)
