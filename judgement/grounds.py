"""A reason, made ready to be held against many actions."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from judgement import association, durations, lexicon, terms, thesaurus, values, wholly, words
from judgement.binding import names_host
from judgement.facts import Facts, Verb
from judgement.reasons import Clause, Reason
from judgement.spans import Span
from judgement.spelling import slips
from judgement.terms import Terms

# How far a permitted verb covers another that an action does; unlisted pairs are 0.05.
_COMPATIBLE: dict[Verb, dict[Verb, float]] = {
    Verb.READ: {
        Verb.WRITE: 0.8, Verb.DELETE: 0.8, Verb.EXPORT: 0.8, Verb.SCHEMA: 0.8, Verb.EXEC: 0.6,
        Verb.NETWORK: 0.6, Verb.PRIVILEGE: 0.6, Verb.SECRET: 0.6, Verb.TAMPER: 0.5,
        Verb.PERSISTENCE: 0.6,
    },
    Verb.WRITE: {
        Verb.SCHEMA: 0.5, Verb.EXEC: 0.5, Verb.EXPORT: 0.5, Verb.DELETE: 0.3,
        Verb.PRIVILEGE: 0.4, Verb.PERSISTENCE: 0.5, Verb.NETWORK: 0.3,
    },
    Verb.DELETE: {Verb.WRITE: 0.25, Verb.SCHEMA: 0.2, Verb.EXEC: 0.2},
    Verb.SCHEMA: {Verb.WRITE: 0.4, Verb.DELETE: 0.3},
    Verb.PRIVILEGE: {Verb.WRITE: 0.2},
    Verb.EXPORT: {Verb.WRITE: 0.3, Verb.NETWORK: 0.3, Verb.READ: 0.15},
    Verb.PERSISTENCE: {Verb.WRITE: 0.2, Verb.EXEC: 0.2, Verb.PRIVILEGE: 0.2},
    Verb.TAMPER: {Verb.DELETE: 0.2, Verb.WRITE: 0.2},
    Verb.SECRET: {Verb.READ: 0.15},
    Verb.NETWORK: {Verb.READ: 0.6, Verb.EXEC: 0.5, Verb.EXPORT: 0.6, Verb.WRITE: 0.4},
    Verb.EXEC: {Verb.WRITE: 0.5, Verb.READ: 0.4, Verb.NETWORK: 0.4, Verb.PERSISTENCE: 0.5},
}  # fmt: skip
_UNLIKE = 0.05
_FILLED_IN = re.compile(r"\$\{?\w+\}?[\w./-]*$")  # by the shell: where it goes is not known
_LONGEST_NUMBER = 19  # digits
_TOKEN = re.compile(r"[\w@](?:[\w.@/:-]*\w)?")
_BETWEEN = re.compile(r"[\s\-_./#:]+")
_NOUGHTS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_DIGIT = re.compile(r"\d")
_GROUPS = re.compile(
    r"(?<![\w.,:/-])(?<!\d )(?:(?P<land>[a-z]{2}) ?)?"
    r"(?P<number>\d{2,5}(?: \d{2,5}){1,7})(?![\w,:/-]|\.\d)"
)
_LONGEST_REASON = 20_000
_DATE = re.compile(r"\d{4}-\d\d")
_OF_SWITCHES = frozenset(map(words.stem, ("mode", "flag", "enabled", "switch", "setting")))
_SQUEEZED_LEAST = 4
_NUMBERED = re.compile(r"(?<!\w)[#\w-]*\d[\w-]*")
_FILE = re.compile(r"[\w-]{3,}\.[a-z]{2,5}")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+|\d{5,}")
_NO_NUMBER = re.compile(
    r"\b(?:[a-z]{2,6}-?\d+\b|\d{4}-\d\d(?:-\d\d)?\b|\d{1,2}:\d\d\b|\d+(?:[.,]\d+)?\s?(?:h|hrs?|hours?|am"
    r"|pm|o'clock|minutes?|mins?|days?|weeks?|months?|years?|seconds?|percent|%|[kmgt]b|euros?|eur|\$|\u20ac|times"
    r"|pieces|rows|customers|users)(?!\w)|\d{1,2}(?:st|nd|rd|th|\.)?\s(?:of\s)?(?:jan|feb|mar|apr|may|jun|jul|aug"
    r"|sep|oct|nov|dec)\w*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?\s\d{1,2}\b|(?:ticket"
    r"|case|incident|alert|change|priority|sev|severity|p|chg|inc)\s?#?\d+\b)"
)
_HOST = re.compile(r"[a-z][\w-]*(?:\.[a-z][\w-]*)+")
_RELEASE = re.compile(r"v?\d+(?:\.\d+)+(?:-\d+)?")
IN_A_ROW = re.compile(r"([a-z]{2,})(\d{1,3})")  # web04
_RANGE_WORDS = frozenset(thesaurus.SQL["greater"]) | frozenset(thesaurus.SQL["smaller"]) | {
    words.stem(each) for each in ("between", "since", "until", "past", "ago", "exceed", "onwards")
}  # fmt: skip
_EXCEPT_WORDS = frozenset(words.stem(each) for each in ("except", "other", "others", "but", "not",
    "excluding", "without", "besides", "rest", "remaining", "except", "different"))  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Ground:
    """A clause, or a whole reason, made ready to be held against actions."""

    stems: frozenset[str]
    keys: frozenset[str]  # with what means the same
    by_letter: Mapping[str, Sequence[str]]
    literals: frozenset[str]
    grams: frozenset[str]
    weights: Mapping[str, float]  # how much each stem tells
    clauses: tuple[Clause, ...]  # of which it is made
    within: "Ground | None" = None  # the whole reason, where it is a clause
    _known: dict[str, float] = dataclasses.field(default_factory=dict, compare=False)
    _in_two: dict[str, bool] = dataclasses.field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, clauses: Sequence[Clause], within: "Ground | None" = None) -> "Ground":
        """Make clauses ready: one of a reason, or all of them."""
        stems = frozenset().union(*(clause.objects for clause in clauses))
        by_letter: dict[str, list[str]] = {}
        for stem in stems:
            by_letter.setdefault(stem[0], []).append(stem)
        tells = association.table().weights
        return cls(
            stems,
            frozenset().union(*map(thesaurus.keys, stems)),
            by_letter,
            frozenset().union(*(clause.literals for clause in clauses)),
            terms.grams(stems),
            {stem: tells.get(stem, 1.0) for stem in stems},
            tuple(clauses),
            within,
        )

    def knows(self, stem: str) -> float:
        """Return how surely a word is among its own, of 0 to 1; 1 for itself."""
        known = self._known.get(stem)
        if known is None:
            known = self._known[stem] = self._look_up(stem)
        return known

    def _look_up(self, stem: str) -> float:
        if stem in self.stems:
            return 1.0
        if not self.keys.isdisjoint(thesaurus.keys(stem)):
            return 0.9
        if self.within and not self.within.knows(stem):
            return 0.0  # no clause has more than all of them
        if (near := self.by_letter.get(stem[0])) and (found := self._meant(stem, near)):
            return found
        return 0.7 if self.has_in_two(stem) else 0.0

    def _meant(self, stem: str, near: Sequence[str]) -> float:
        """Return how surely a word abbreviates one of its own, or is one with a slip."""
        for other in near:  # loops, as this is asked more often than anything else here
            if thesaurus.short_for(stem, other):
                return 0.7
        for other in near:
            if -2 < len(stem) - len(other) < 2 and stem.isalpha() and slips(stem, other):
                return 0.8  # of a number with a slip nobody knows which was meant
        return 0.0

    def has_in_two(self, stem: str) -> bool:
        """Whether it has a word in two: the time sheet is a timesheet."""
        found = self._in_two.get(stem)
        if found is None:
            found = self._in_two[stem] = self._looks_in_two(stem)
        return found

    def _looks_in_two(self, stem: str) -> bool:
        if self.within and not self.within.has_in_two(stem):
            return False  # nor has any clause what all of them have not
        if stem in self._joined:
            return True
        return stem[:_BEGIN] in self._begins and any(map(self._parts_of, _halves(stem)))

    def _parts_of(self, halves: tuple[str, str]) -> bool:
        """Whether both halves of a word are among its own: a timesheet is a sheet of times."""
        return all(words.stem(half) in self.stems for half in halves)

    @functools.cached_property
    def _begins(self) -> frozenset[str]:
        """Return how its words begin: one of two halves is a word of its own."""
        return frozenset(stem[:_BEGIN] for stem in self.stems)

    @functools.cached_property
    def _joined(self) -> frozenset[str]:
        """Return two words in a row written as one: the time sheet is a timesheet."""
        rows = (clause.objects for clause in self.clauses)
        pairs = (pair for row in rows for pair in itertools.pairwise(row))
        return frozenset(one + other for one, other in pairs if (one + other).isalpha())

    @functools.cached_property
    def verbs(self) -> frozenset[Verb]:
        """Return what it permits."""
        return frozenset().union(*(clause.verbs for clause in self.clauses))

    @functools.cached_property
    def domains(self) -> frozenset[str]:
        """Return the trades of which it speaks."""
        return frozenset().union(*map(thesaurus.domains, self.stems))

    def akin(self, parts: Sequence[str]) -> bool:
        """Tell whether a name is of a trade of which it speaks."""
        return any(not self.domains.isdisjoint(thesaurus.domains(part)) for part in parts)

    @functools.cached_property
    def mass(self) -> float:
        """Return how much its words tell together."""
        # Sums do not depend on the order of a set, which differs from process to process.
        return fsum(self.weights.values())

    def names(self, parts: Sequence[str]) -> float:
        """Return how much of a name of several parts it has; the last of a path tells most."""
        return sum(map(self.knows, parts)) / len(parts) if parts else 1.0


_HALF_LEAST = 4  # letters of either half of a word that is looked for in two
_BEGIN = 3  # of them that stand in its stem as well


def _halves(stem: str) -> Iterator[tuple[str, str]]:
    for at in range(_HALF_LEAST, len(stem) - _HALF_LEAST + 1):
        yield stem[:at], stem[at:]


class Look(NamedTuple):
    """How a session looks at rows of tables: by which of the values that are named."""

    tables: frozenset[str]
    picked: tuple[tuple[str, frozenset[str]], ...]  # columns, each with its values; none of a span
    used: frozenset[str] = frozenset()  # all columns by which it picks, named or not
    sums_up: bool = False  # which tells how many there are, and not that all of them are meant
    shows: frozenset[str] = frozenset()  # columns that it reads
    blank: frozenset[tuple[str, bool]] = frozenset()  # those that have to be empty, or (False) not


@dataclasses.dataclass(frozen=True)
class Grounds:
    """A reason, made ready to be held against actions."""

    reason: Reason
    whole: Ground
    clauses: tuple[Ground, ...]
    everything: bool  # whether it speaks of all there is
    excepts: bool  # whether it speaks of all but some
    ranges: bool  # whether it speaks of more, less, before, since
    numbered: bool  # whether it names anything by a number: no ticket, time, day or amount
    numbers: frozenset[str]  # that name a release or the like: "4.8.1"
    files: frozenset[str]  # that are named: "access.log"
    squeezed: frozenset[str]  # its values without what parts them: "web-03" is "web3"
    durations: tuple[float, ...]  # minutes
    tokens: frozenset[str]  # its words as they are written, in lower case
    # What the session itself has found: temporary tables, and keys with the doubt that is left.
    made: frozenset[str] = frozenset()
    keys: Mapping[str, float] = dataclasses.field(default_factory=dict)
    looked: tuple["Look", ...] = ()
    used: frozenset[str] | None = None  # of its names and figures, those that any action has
    watches: bool = False  # whether it looks at the sessions of a server
    tidied: frozenset[str] = frozenset()  # tables that it creates, and drops once
    around: frozenset[str] = frozenset()  # tables in which it looks for what is named
    # Of names that were looked at: what the request names that looks like them.
    siblings: dict[str, str] = dataclasses.field(default_factory=dict, compare=False)
    # Of values that were looked for: whether the request names them.
    named: dict[str, bool] = dataclasses.field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, reason: Reason) -> "Grounds":
        spoken = set(map(words.stem, re.findall(r"[a-z]+", reason.lowered)))
        whole = Ground.of(reason.clauses)
        return cls(
            reason,
            whole,
            tuple(Ground.of([clause], whole) for clause in reason.clauses),
            wholly.speaks_of_all(reason.lowered),
            bool(_EXCEPT_WORDS & spoken),
            bool(_RANGE_WORDS & spoken),
            _names_numbers(reason.lowered),
            frozenset(
                each
                for each in reason.literals
                if len(each) > _SQUEEZED_LEAST and _VERSION.fullmatch(each)
            ),
            frozenset(filter(_FILE.fullmatch, reason.literals)),
            frozenset(map(_squeezed, (*reason.literals, *grouped(reason.lowered)))) - {""},
            tuple(durations.spoken(reason.text[:20_000])),
            frozenset(_TOKEN.findall(reason.lowered)),
        )

    @property
    def lowered(self) -> str:
        """Return what is read of its text, in lower case."""
        return self.reason.lowered

    @functools.cached_property
    def telling(self) -> tuple[Ground, ...]:
        """Return the clauses that have words."""
        return tuple(ground for ground in self.clauses if ground.stems)

    @functools.cached_property
    def hosts(self) -> tuple[str, ...]:
        """Return its words that may be names of hosts with their domains."""
        return tuple(filter(_HOST.fullmatch, self.tokens))

    @functools.cached_property
    def in_a_row(self) -> tuple[tuple[str, int, str], ...]:
        """Return its words that end with a number: what is before it, the number, the word."""
        found = filter(None, map(IN_A_ROW.fullmatch, self.tokens))
        return tuple((each[1], int(each[2]), each[0]) for each in found)

    @functools.cached_property
    def releases(self) -> tuple[str, ...]:
        """Return the values with parts that are numbers of releases: 6.1.0-13."""
        return tuple(filter(_RELEASE.fullmatch, self.compound))

    @functools.cached_property
    def compound(self) -> tuple[str, ...]:
        """Return the values that have parts: web-3, tenant-red."""
        return tuple(sorted(filter(_BETWEEN.search, self.whole.literals)))


def _names_numbers(text: str) -> bool:
    """Tell whether a text names anything by a number: it is no ticket, time, day or amount.

    The text is in lower case: one case is looked for in half of the time.
    """
    if not _DIGIT.search(text):
        return False
    text = values.without_amounts(text)
    return bool(_NUMBERED.search(text) and _NUMBERED.search(_NO_NUMBER.sub(" ", text)))


def grouped(text: str) -> Iterator[str]:
    """Yield the numbers of a text that are written in groups: "card 6335 0042 1187"."""
    for found in _GROUPS.finditer(text[:_LONGEST_REASON]):
        yield found["number"].replace(" ", "")
        if found["land"] and found["land"] not in lexicon.STOPWORDS:
            yield found[0].replace(" ", "")


@functools.lru_cache(maxsize=5_000)
def _squeezed(literal: str) -> str:
    """Return an identifier without punctuation and leading noughts, "" if it tells too little."""
    if not any(char.isdigit() for char in literal) or _DATE.match(literal):
        return ""
    bare = _NOUGHTS.sub("", _BETWEEN.sub("", literal))
    return bare if len(bare) >= _SQUEEZED_LEAST else ""


def compatible(verb: Verb, permitted: frozenset[Verb]) -> float:
    """Return how far what a clause permits covers a verb, of 0 to 1."""
    if verb in permitted or verb is Verb.NEUTRAL:
        return 1.0
    row = _COMPATIBLE.get(verb, {})
    return max((row.get(each, _UNLIKE) for each in permitted), default=_UNLIKE)


@functools.lru_cache(maxsize=2_000)
def covers(verbs: frozenset[Verb], permitted: frozenset[Verb]) -> float:
    """Return how far what a clause permits covers the least covered of several verbs."""
    return min((compatible(verb, permitted) for verb in verbs), default=0.5)


def named(value: str, grounds: Grounds) -> bool:
    """Tell whether a reason names a value: by itself, in other writing, as a day, or in words."""
    found = grounds.named.get(value)
    if found is None:
        found = grounds.named[value] = _named(value, grounds)
    return found


def _named(value: str, grounds: Grounds) -> bool:
    literal = terms.canonical(value)
    if not literal or _as_written(literal, grounds):
        return True
    if grounds.reason.days.names(value):
        return True
    if literal.isdecimal() and len(literal) < _LONGEST_NUMBER:
        point = Span(int(literal), int(literal))
        if any(span.holds(point) for span in grounds.reason.spans):
            return True
    if values.said_otherwise(literal, grounds.lowered):
        return True
    if not any(map(str.isalpha, literal)):
        return literal in {"0", "1"}  # of an address or a figure no part is enough
    stems = words.content(literal)
    if len(stems) > 1:
        stems = [each for each in stems if each not in _OF_SWITCHES] or stems
    return bool(stems) and all(grounds.whole.knows(stem) for stem in stems)


def named_as_written(name: str, grounds: Grounds) -> bool:
    """Tell whether a reason has a name or value, with or without what parts its pieces."""
    return _as_written(terms.canonical(name), grounds)


def _as_written(literal: str, grounds: Grounds) -> bool:
    return literal in grounds.whole.literals or _squeezed(literal) in grounds.squeezed


def destination_named(name: str, grounds: Grounds) -> bool:
    """Tell whether a reason names where something is sent, by its host or any part of its path.

    What a session wrote for itself stays where it is.
    """
    if name in grounds.made or _FILLED_IN.match(name):
        return True
    text = grounds.lowered
    parts = re.split(r"[/:@]", name.lower())
    who = re.split(r"[._-]", parts[0]) if "@" in name else []
    if any(len(each) >= _SQUEEZED_LEAST and each in grounds.tokens for each in who):
        return True  # "a list for Ines", who is called ines.almeida there
    return names_host(name, text) or any(len(part) > 3 and part in text for part in parts)


@dataclasses.dataclass(frozen=True)
class Said:
    """One action as it is held against a reason: as written, its facts, its words."""

    text: str
    facts: Facts
    terms: Terms

    @classmethod
    def of(cls, text: str, facts: Facts) -> "Said":
        return cls(text, facts, terms.terms_of(text, facts))
