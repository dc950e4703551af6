"""What a request says will stay as it is: "the cronjob itself I leave alone"."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from judgement import words
from judgement.facts import Facts, Kind, Verb

_PART = re.compile(
    r"[.;!?](?=\s|$)|[()\n:]|,\s|\s[-\u2013]\s|\b(?:but|while|whereas)\b", re.IGNORECASE
)
_KEEPS = re.compile(
    r"\b(?:stays?|remains?)\b(?=\s+(?:as|how|where|like|untouched|unchanged|the same|in place|until"
    r"|put)\b|\s*$)(?:\s+(?:as|how|where|like)\s+(?:it|they)\s+(?:is|are))?"
    r"|\b(?:untouched|unchanged|hands off)\b|\bleaves?\s+(?:\w+\s+){0,4}?(?:alone|as)\b"
    r"|\b(?:is|are|be|gets?)\s+kept\b|\bkeeps?\s+(?:it|them|theirs?|its|his|her)\b"
    r"|\b(?:not|n't|without|never)\s+(?:be\s+|get\s+)?touch\w*",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:others?|rest|remaining|else|everything|nothing|anything|none|any|no|all)\b",
    re.IGNORECASE,
)
_EXACT = re.compile(r"(?<![\w*])(?=[\w.@-]{0,80}[\d_.@-])[A-Za-z0-9][\w.@-]{1,80}\*?(?![\w*])")
_LONGEST = 20_000
_BELOW = re.compile(r"(?:^[A-Z][a-z]+|Batch)(?=[A-Z])")
_CALL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LIGHT = frozenset(
    map(words.stem, (
        "itself", "stay", "remain", "keep", "kept", "leave", "alone", "untouched", "unchanged",
        "touch", "object", "right", "like", "old", "older", "new", "first", "second",
    ))
)  # fmt: skip


class Kept(NamedTuple):
    """What stays: names as they are written, and kinds of things."""

    names: frozenset[str]
    kinds: frozenset[str]  # stems of words of which nothing else is said
    spared: frozenset[str]  # those of which something else is said as well: they are not deleted


def kept(text: str) -> Kept:
    """Return what a text says will stay as it is."""
    return _kept(text[:_LONGEST])


def broken(text: str, facts: Facts) -> str:
    """Return what an action changes that the request says will stay, "" if it keeps to that."""
    promised = kept(text)
    for name in (*facts.objects, *facts.literals) if promised.names else ():
        low = name.lower()
        for each in promised.names:
            if low == each or (each.endswith("*") and low.startswith(each[:-1]) and "/" not in low):
                return name
    kind = head(facts) if promised.kinds or promised.spared else ""
    if kind in promised.kinds or (kind in promised.spared and Verb.DELETE in facts.verbs):
        return kind
    return ""


def head(facts: Facts) -> str:
    """Return the stem of the kind of thing that a call is about, "" if there is none.

    `DeleteUserPolicy` is about a policy, `patch cronjobs` about a cronjob.
    """
    call = next(iter(facts.commands), "")
    if facts.kind is Kind.CLOUDTRAIL:
        pieces = _CALL.findall(_BELOW.sub("", call.partition(":")[2]))
        return words.stem(pieces[-1].lower()) if pieces else ""
    if facts.kind is Kind.KUBERNETES:
        return words.stem(call.partition(" ")[2].partition("/")[0])
    route = next((each for each in facts.objects if each.startswith("/")), "")
    return next((words.stem(each) for each in reversed(list(words.pieces(route)))), "")


@lru_cache(maxsize=200)
def _kept(text: str) -> Kept:
    staying: list[str] = []
    other: list[str] = []
    for part, stays in _parts(text):
        (staying if stays else other).append(part)
    names = {found.lower() for each in staying for found in _EXACT.findall(each)}
    said = " ".join(other).lower()
    kinds = {
        stem for each in staying if not _EXACT.search(each) for stem in words.content(each)
    } - _LIGHT  # fmt: skip
    spoken = frozenset(words.content(said))
    return Kept(
        frozenset(each for each in names if each not in said),
        frozenset(kinds - spoken),
        frozenset(kinds & spoken),
    )


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text with whether it says of them that they stay."""
    before = ""
    for part in filter(str.strip, _PART.split(text)):
        found = _KEEPS.search(part)
        if not found:
            if before:
                yield before, False
            before = part
            continue
        if not set(words.content(_KEEPS.sub(" ", part))) - _LIGHT:
            yield f"{before} {part}", True  # "the first one is right, stays"
            before = ""
            continue
        yield part, not _OTHERS.search(_KEEPS.sub(" ", part))
    if before:
        yield before, False
