"""Where words and phrases of the lexicon stand among stems, and what they may ask for."""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from judgement import lexicon, spelling, thesaurus, words
from judgement.facts import Verb


class Hit(Enum):
    """How surely a word of the lexicon asks for something."""

    DEED = "deed"
    FAINT = "faint"  # a deed only where it heads a clause
    NOUN = "noun"  # never by itself


def hits(
    stems: Sequence[str], deaf_to: frozenset[str]
) -> Iterator[tuple[int, frozenset[Verb], Hit]]:
    """Yield where a word or phrase of the lexicon begins, what it permits, and how surely."""
    joined, there = " ".join(stems) + " ", frozenset(stems)
    start = 0
    for at, each in enumerate(stems):
        if each in _BEGINS and each not in deaf_to:
            if each in SINGLE:
                yield at, SINGLE[each], Hit.FAINT if each in _FAINT else Hit.DEED
            for pattern, found, parts in _PHRASES.get(each, ()):
                if parts <= there and pattern.match(joined, start):
                    yield at, found, Hit.DEED
            for pattern, found, parts in _NOUNS.get(each, ()):
                if parts <= there and pattern.match(joined, start):
                    yield at, found, Hit.NOUN
        start += len(each) + 1


_AGAIN = re.compile(r"(?:un|re|de|dis|counter)-[a-z]{3,}$")
# What recognises it, what it permits, and all of its words.
_Phrase = tuple[re.Pattern[str], frozenset[Verb], frozenset[str]]


def _singles(table: Mapping[Verb, list[str]]) -> dict[str, frozenset[Verb]]:
    found: dict[str, set[Verb]] = {}
    for verb, listed in table.items():
        for word in listed:
            found.setdefault(words.stem(word), set()).add(verb)
    return {word: frozenset(verbs) for word, verbs in found.items()}


def _phrases(
    table: Mapping[Verb, list[str]],
) -> dict[str, list[_Phrase]]:
    """Return by first stem what recognises each phrase in stems that a space ends."""
    found: dict[str, list[_Phrase]] = {}
    for verb, listed in table.items():
        for phrase in listed:
            parts = [words.stem(each) for each in phrase.split()]
            body = r"(?:\S+ ){0,3}?".join(
                "".join(f"{re.escape(word)} " for word in group)
                for dots, group in itertools.groupby(parts, lambda word: word == "..")
                if not dots
            )
            own = frozenset(parts) - {".."}
            found.setdefault(parts[0], []).append((re.compile(body), frozenset({verb}), own))
    return found


SINGLE = _singles(lexicon.WORDS)
_PHRASES = _phrases(lexicon.PHRASES)
_NOUNS = _phrases(lexicon.NOUNS)
_BEGINS = frozenset((*SINGLE, *_PHRASES, *_NOUNS))
_SPELLING = spelling.Spelling.of(SINGLE)
_KNOWN = frozenset(
    words.stem(word) for word in lexicon.STOPWORDS | lexicon.ENGLISH | lexicon.CHATTER
).union(*(pattern.pattern.replace("\\", "").split() for listed in (*_PHRASES.values(),
          *_NOUNS.values()) for pattern, *_ in listed))  # fmt: skip


@functools.lru_cache(maxsize=5_000)
def meant(word: str) -> str:
    """Return the stem of a word, or of the one of the lexicon that it is with a slip."""
    stem = words.stem(word)
    if stem in _KNOWN or thesaurus.knows(stem):
        return stem
    if "-" in word and _AGAIN.match(word):
        whole = words.stem(word.replace("-", "", 1))  # un-hide, re-rate
        return whole if whole in SINGLE else words.stem(word.partition("-")[2])
    return _SPELLING.meant(stem)


_FAINT = frozenset(words.stem(word) for word in lexicon.FAINT)
