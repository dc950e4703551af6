"""What a request rules out by the name of a command: "no umount, no kill", "nothing gets pruned".

The lexicon knows what words ask for, in kinds of deeds; a word that is ruled out is held against
the very words of a command, whether the lexicon knows it or not.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from judgement import announcing, lexicon, words
from judgement.facts import Facts, Kind, Verb

_LONGEST = 20_000
_MOST = 40  # words that are ruled out
_LEAST, _MORE = 4, 3  # letters of a word that another begins with, and by how many that is longer
_OPTIONS = 30
_WORD = r"[a-z](?:[a-z-]{0,30}[a-z])?"
_LIST = rf"({_WORD}(?:(?:\s?,\s{_WORD}){{0,4}}(?:,?\s(?:or|nor)\s|\s?/\s?){_WORD})?)"
_REFUSED = (
    # What is wrong is told: "there is no backup", "finds no mount".
    re.compile(
        r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bhas )(?<!\bhave )(?<!\bhad )"
        r"(?<!\bsee )(?<!\bsees )(?<!\bshows )(?<!\bgets )(?<!\bgot )(?<!\bfinds )(?<!\bfound )"
        r"(?<!\bsays )(?<!\bwith )"
        rf"\bno\s(?:(?:manual|hard|forced?|full|further|other|new|more|automatic|extra)\s)?{_LIST}"
    ),
    re.compile(
        rf"\bnothing\s(?:else\s)?(?:(?:is|gets|will|shall|must|may|to)\s(?:to\s)?(?:be\s)?)?{_LIST}"
    ),
    re.compile(
        r"\b(?:i|we)(?:\s(?:will|shall|do|am|are)|'m|'re)?(?:\snot|\swon't|\sdon't|\snever)\s"
        rf"(?:going\sto\s|plan\sto\s|want\sto\s)?{_LIST}"
    ),
    re.compile(rf"(?:^|[.;,:!]\s|\b(?:and|but|so|please)\s)(?:do\snot|don't|never)\s{_LIST}"),
    re.compile(rf"(?:^|[.;,:!(]\s?|\b(?:and|but)\s)not\s({_WORD}ing)\b"),
    re.compile(rf"\b(?:without(?:\sany)?|instead\sof|rather\sthan)\s({_WORD}ing)\b"),
    re.compile(
        rf"\b({_WORD})\s(?:is|are)\snot\s(?:allowed|permitted|wanted|desired|ok|okay|an\soption)\b"
    ),
    re.compile(rf"\b(?:must|shall|should|may|will|is|are)\snot\s(?:to\s)?be\s({_WORD}ed)\b"),
)
_BEHIND = re.compile(r"[ \t]{0,3}([\w.@/-]{1,60})")
_FAR = 6  # words behind one that say of what it is ruled out
_ENDS = lexicon.NEGATIONS | {"and", "or", "nor", "but", "just", "only", "then", "because", "so",
    "i", "we", "if", "please", "as", "this", "today", "now", "that", "which"}  # fmt: skip
_UNLESS = frozenset({"before", "until", "unless", "without", "during", "while", "after", "since",
    "outside", "except"})  # fmt: skip
_WHATEVER = lexicon.STOPWORDS | {"anything", "anyone", "anybody", "whatever", "whatsoever", "side",
    "today", "tonight", "yet", "myself", "ourselves", "things", "sessions", "processes", "queries",
    "connections", "services", "jobs", "else", "sudo"}  # fmt: skip
_ASKED = frozenset({"to", "please", "and", "then", "must", "should", "be", "will"})
_TOKEN = re.compile(r"[a-z][\w'-]*|[.;!?\n]")
_OPTION = re.compile(r"(?<!\S)--([a-z][a-z-]*[a-z])")
_LOOKS = frozenset({Verb.NEUTRAL, Verb.READ, Verb.NETWORK})


class Refused(NamedTuple):
    """A word that is ruled out, and of what alone: of anything, where nothing is named."""

    stem: str
    word: str
    of: frozenset[str]


def by_name(text: str, facts: Facts, action: str) -> str:
    """Return the word of a command or option that a request rules out, "" if there is none."""
    told = refused(text[:_LONGEST])
    if not told or facts.neutral:
        return ""
    of = {stem for each in facts.objects for stem in words.content(each)}
    found = set(_names(facts, action))
    for each in told:
        if (not each.of or each.of & of) and any(_same(each.stem, name) for name in found):
            return each.word
    return ""


@lru_cache(maxsize=200)
def refused(text: str) -> tuple[Refused, ...]:
    """Return the words that a text rules out and nowhere asks for."""
    said = text.lower().translate(_TYPED)
    spans, found = list[tuple[int, int]](), list[Refused]()
    for pattern in _REFUSED:
        for match in pattern.finditer(said):
            of = _of(said, match.end())
            if of is not None and len(found) < _MOST:
                spans.append(match.span())
                listed = re.findall(_WORD, match[1])
                found += [Refused(words.stem(each), each, of) for each in listed]
    asked = _asked_for(said, spans) if found else frozenset()
    return tuple(each for each in found if each.stem not in asked and each.word not in _WHATEVER)


_TYPED = str.maketrans({"\u2019": "'", "\u2018": "'"})


def _of(said: str, at: int) -> frozenset[str] | None:
    """Return the stems of what alone a word is ruled out for; None if only for a time."""
    told = list[str]()
    while len(told) < _FAR and (found := _BEHIND.match(said, at)) and found[1] not in _ENDS:
        if found[1] in _UNLESS:
            return None
        told.append(found[1].rstrip("."))
        at = len(said) if found[1].endswith(".") else found.end()
    return frozenset(stem for each in told if each not in _WHATEVER for stem in words.content(each))


def _asked_for(said: str, spans: list[tuple[int, int]]) -> frozenset[str]:
    """Return the stems of words that a text asks for where it rules nothing out."""
    for begin, end in spans:
        said = f"{said[:begin]}{';'.ljust(end - begin)}{said[end:]}"
    found = set[str]()
    sentence = list[str]()
    for word in [*_TOKEN.findall(said.replace(",", ";").replace(":", ";")), "."]:
        if word in ".;!?\n":
            found.update(_asked_in(sentence))
            sentence = []
        else:
            sentence.append(word)
    return frozenset(found)


def _asked_in(plain: list[str]) -> Iterator[str]:
    first = next((at for at, word in enumerate(plain) if word not in announcing.LEADS), 0)
    for at, word in enumerate(plain):
        if at == first or (at and plain[at - 1] in _ASKED) or announcing.by_us(plain, at):
            yield words.stem(word)


def _names(facts: Facts, action: str) -> Iterator[str]:
    """Yield the stems of the words that an action is called by.

    A program that only looks may be called as what it shows; what it is told to do counts.
    """
    looks = facts.verbs <= _LOOKS
    for command in facts.commands:
        parts = command.lower().replace("-", " ").split()
        yield from map(words.stem, parts[looks:])
    if facts.kind is Kind.SHELL and "--" in action:
        for option in _OPTION.findall(action[:4_000])[:_OPTIONS]:
            if not option.startswith(("no-", "dry", "skip-", "exclude")):
                yield from map(words.stem, option.split("-"))


def _same(stem: str, name: str) -> bool:
    """Whether a word of a command is one that is ruled out: flush, flushall; kill, pkill."""
    if name in {stem, f"p{stem}"}:
        return True
    longer = len(name) - len(stem)
    return len(stem) >= _LEAST and 0 < longer <= _MORE and name.startswith(stem)
