"""What one action says, in words and names that can be held against a reason."""

import dataclasses
import re
from collections.abc import Iterator
from functools import lru_cache

from judgement import thesaurus, words
from judgement.facts import Facts, Kind

_LONGEST = 4_000  # characters of an action whose words are compared
_MOST = 40  # names of each kind
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
# Where another command begins, and what may stand before its name.
_SPLIT = re.compile(
    r"[|;&\n]+|\$\(|`|-exec(?:dir)?\s|\bxargs(?:\s+-\S+(?:\s+[\d{}%]+)?)*\s+(?=[a-z])"
)
_BEFORE = re.compile(
    r"^[\s({!]*(?:(?:sudo(?:\s+-u\s+\S+)?|env|nohup|time|nice(?:\s+-n\s*\S+)?|then|do|else|\w+=\S*)"
    r"\s+)*"
)
# Constructs that a sentence says in words of its own, each with what no such text lacks, as most
# have none of it: of queries, in lower case …
_QUERIES = {
    "count": ("count", r"\bcount\s*\("),
    "avg": ("avg", r"\bavg\s*\("),
    "sum": ("sum", r"\bsum\s*\("),
    "max": ("max", r"\bmax\s*\("),
    "min": ("min", r"\bmin\s*\("),
    "desc": ("desc", r"\bdesc\b"),
    "asc": ("asc", r"\basc\b"),
    "limit": ("limit", r"\blimit\s+1\b"),
    "group": ("group", r"\bgroup\s+by\b"),
    "having": ("having", r"\bhaving\b"),
    "distinct": ("distinct", r"\bdistinct\b"),
    "not": ("", r"\bnot\s+in\b|!=|<>|\bnot\s+like\b|\bnot\s+exists\b"),
    "except": ("except", r"\bexcept\b"),
    "intersect": ("intersect", r"\bintersect\b"),
    "union": ("union", r"\bunion\b"),
    "like": ("like", r"\blike\b"),
    "between": ("between", r"\bbetween\b"),
    "null": ("null", r"\bis\s+(?:not\s+)?null\b"),
    "greater": (">", r"(?<![<])>(?!=?\s*\()"),
    "smaller": ("<", r"<(?!>)"),
}
# … and of command lines.
_LINES = {
    "replaced": ("", r"\bs([/|#,@:])(?:(?!\1).)*\1(?:(?!\1).)*\1"),
    "deleted": ("sed", r"\bsed\b[^|]*(?:/|\d|\$)d\b"),
    "printed": ("sed", r"\bsed\b[^|]*-n[^|]*p\b"),
    "field": ("$", r"\$\d\b"),
    "line_number": ("", r"\bNR\b|\bsed\b[^|]*-n\s*['\"]?\d"),
    "last_field": ("NF", r"\bNF\b"),
    "summed": ("+=", r"\+="),
    "appended": (">>", r">>"),
    "saved": (">", r"(?<![>&\d])>(?![>&=])\s*(?!/dev/null)"),
    "loop": ("do", r"\b(?:for|while|until)\b.*\bdo\b"),
    "background": ("&", r"(?<!&)&\s*$"),
    "counted": ("", r"\bwc\b|\buniq\s+-c|\bgrep\s+-c"),
    "ranked": ("sort", r"\bsort\b.*\|\s*(?:head|tail)"),
    "remote": ("", r"\b(?:ssh|scp|rsync)\b"),
}
_PATTERNS = {
    kind: [(name, part, re.compile(each, re.DOTALL)) for name, (part, each) in listed.items()]
    for kind, listed in ((Kind.SQL, _QUERIES), (Kind.SHELL, _LINES))
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Terms:
    """The words of one action, as stems."""

    objects: tuple[tuple[str, ...], ...]  # the parts of each thing that it names
    columns: tuple[tuple[str, ...], ...]
    gloss: frozenset[str]  # what it does, as a sentence would say it
    constructs: tuple[tuple[str, ...], ...]  # what each construct says
    meant: tuple[tuple[str, ...], ...]  # what each command and option says
    tokens: tuple[str, ...]  # commands and options, for the table of associations
    literals: tuple[str, ...]
    said: frozenset[str]  # the words that stand in it
    text: str  # the action itself, in lower case
    grams: frozenset[str]  # their letters, three by three
    keys: frozenset[str]  # of all of its words, with what means the same


def terms_of(said: str, facts: Facts) -> Terms:
    """Return the words of an action that was written down as `said`."""
    said = said[:_LONGEST]
    constructs = tuple(_constructs(said, facts.kind))
    tokens = tuple(dict.fromkeys(_tokens(said, facts)))[:_MOST]
    meant = tuple(gloss for token in tokens if (gloss := _gloss(token)))
    spoken = frozenset(words.content(said)[: 4 * _MOST])
    objects, columns = _parts(facts.objects + facts.destinations), _parts(facts.columns)
    says = frozenset().union(*meant, *constructs)
    return Terms(
        objects=objects,
        columns=columns,
        gloss=says,
        constructs=constructs,
        meant=meant,
        tokens=tokens,
        literals=tuple(dict.fromkeys(map(canonical, facts.literals[:_MOST]))),
        said=spoken,
        text=said.lower(),
        grams=grams(spoken),
        keys=frozenset().union(*map(thesaurus.keys, spoken.union(says, *objects, *columns)), ()),
    )


@lru_cache(maxsize=5_000)
def canonical(literal: str) -> str:
    """Return a value in the form in which reasons give it (`exact.literals`)."""
    bare = literal.strip("'\"%*^$ ").lower()
    return words.number(bare) or bare.rstrip("/.,:")


@lru_cache(maxsize=5_000)
def _letters(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def grams(stems: frozenset[str]) -> frozenset[str]:
    """Return the letters of words, three by three, with the edges of words among them."""
    return frozenset().union(*map(_letters, stems)) if stems else frozenset()


def _parts(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    found = (tuple(words.stem(part) for part in words.pieces(name)) for name in names[:_MOST])
    return tuple(parts for parts in found if parts)


def _constructs(said: str, kind: Kind) -> Iterator[tuple[str, ...]]:
    """Yield what each construct says. In a query, what stands in strings is none of it."""
    bare = _STRING.sub("''", said).lower() if kind is Kind.SQL else said
    glosses = thesaurus.SQL if kind is Kind.SQL else thesaurus.SHELL
    for name, part, pattern in _PATTERNS.get(kind, ()):
        if part in bare and pattern.search(bare):
            yield glosses[name]


def _tokens(said: str, facts: Facts) -> Iterator[str]:
    """Yield commands, and each with its options: `tar`, `tar x`, `systemctl restart`."""
    yield from facts.commands
    if facts.kind is not Kind.SHELL:
        return
    for part in _SPLIT.split(_STRING.sub("''", said)):
        name, *rest = _BEFORE.sub("", part).split() or [""]
        name = name.rsplit("/", 1)[-1]
        if not name[:1].isalnum():
            continue
        yield name
        for word in rest:
            if word.startswith("-"):
                yield from (f"{name} {option}" for option in _options(name, word))
        if name in {"tar", "ps"} and rest and rest[0].isalpha() and len(rest[0]) < 6:
            yield from (f"{name} {letter}" for letter in rest[0])


def _options(name: str, word: str) -> Iterator[str]:
    """Yield the options in a word with a dash: `-xzf` has three, `-name` of `find` is one."""
    bare = word.lstrip("-").split("=")[0]
    if word.startswith("--") or name in {"find", "java", "openssl", "ffmpeg"} or len(bare) > 5:
        yield bare
    else:
        yield from (letter for letter in bare if letter.isalnum())


@lru_cache(maxsize=5_000)
def _gloss(token: str) -> tuple[str, ...]:
    """Return what a command or option says in words; nothing where that is not known."""
    name, _, rest = token.partition(" ")
    if not rest:
        return thesaurus.COMMANDS.get(name, ())
    known = thesaurus.FLAGS.get(token) or thesaurus.SUBCOMMANDS.get(token)
    if known or len(rest) == 1:
        return known or ()
    return (*thesaurus.OPTIONS.get(rest, ()), *words.content(rest))
