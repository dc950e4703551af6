"""Which columns, tables and values a request speaks of only to say that they stay as they are.

"Correct the billing address, the name stays" spares the name; so does "names are right", and
"approving them is not my business". What is spoken of elsewhere as well is not spared.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from judgement import thesaurus, words
from judgement.facts import Facts, Kind

_LONGEST = 20_000
_STATEMENT = 4_000  # characters of an action in which its columns are looked for
_SHORT = 3  # words of a part that begins a list: "name, address and phone stay"
_PART = re.compile(
    r"[.;!?](?=\s|$)|[\n:]|(,)\s|\s[-\u2013\u2014]+>?\s|\b(?:but|while|whereas)\b"
    r"|\band (?=(?:i |we )?(?:leav|keep|do not|don't|not)\w*\b)",
    re.IGNORECASE,
)
_INSERTED = re.compile(r"\(([^()]{1,80})\)")
_LIST = re.compile(r"\b(?:and|or|nor|plus)\b|[,&/+]", re.IGNORECASE)
_ENDS = r"(?=\W*$|\s(?:and|or|as|in|on|so|too|itself|themselves|already|there|for|anyway)\b)"
_WELL = r"(?:right|correct|fine|ok|okay|good|in order|all right)"
_BE = r"(?:is|are|was|were|been|looks?|seems?)"
# Behind the thing: that it stays, or that it is as it should be.
_STAYS = re.compile(
    r"\b(?:must|has to|have to|should|shall|will|may|can|needs? to) (?:\w+ )?(?:stay|remain|survive"
    r"|be kept|keep)\b"
    r"|\b(?:stays?|remains?)(?=\W*$|\s(?:as|how|what|where|like|untouched|unchanged|unaffected"
    r"|the same|in place|put|with|and|alone)\b)"
    r"|\b(?:untouched|unchanged|unaffected|out of scope|off limits)\b"
    rf"|\b{_BE} (?:(?:all|both|already|still|also|itself|themselves) )?(?:\w+ly )?{_WELL}{_ENDS}"
    rf"|\b(?:ha[sv]e? )?{_BE} (?:\w+ )?(?:\w+ed|set|sent|read|put) (?:right|correctly|fine|ok"
    rf"|properly){_ENDS}"
    r"|\b(?:is|are|were|was|be|get|gets) kept\b"
    r"|\b(?:is|are|be|gets?|will|shall|must|may|do|does)?(?: not|n't) (?:to )?(?:be |being |get )?"
    r"(?:\w+ly )?(?:touched|change|changed|altered|affected|modified|concerned|involved|edited)\b"
    r"|\b(?:not|none of) (?:my|our) (?:business|job|task|call|decision|concern)\b"
    r"|\bnot for (?:me|us) to\b|\b(?:not|isn't|aren't) (?:mine|ours)\b",
    re.IGNORECASE,
)
# Before the thing.
_SPARES = re.compile(
    r"\b(?:(?:not|n't|never|without|no need to) (?:touch|chang|alter|modif|edit)\w*|hands off"
    r"|leav(?:e|es|ing)(?=.{0,80}\b(?:alone|as (?:it|they)|out|untouched|unchanged|be)\b))\s(.*)",
    re.IGNORECASE,
)
# Of what others do neither the deed nor its result is for whoever speaks.
_OTHERS_DO = re.compile(r"\b(?:not|none of) (?:my|our) |\bnot for (?:me|us)\b", re.IGNORECASE)
_UNSURE = re.compile(
    r"\b(?:if|whether|until|unless|once|when|so that|make sure|makes sure|ensure|check|verify|again"
    r"|others?|rest|remaining|else|everything|nothing|anything|only|now|please|although|though|because)\b",
    re.IGNORECASE,
)
# With which some of a kind are told from the rest.
_SOME = re.compile(
    r"\b(?:with|without|that|which|who|whose|where|from|older|newer|before|after|since|already"
    r"|still|not|of|in|on|at|for)\b",
    re.IGNORECASE,
)
_BEING = re.compile(r"\b(?:is|are|was|were|has|have)\s*$", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:is|are|was|were|has|have|had)\b", re.IGNORECASE)
_SETS = re.compile(r"\bset\b(.*?)(?:\bwhere\b|\bfrom\b|\breturning\b|;|$)", re.IGNORECASE | re.S)
_COLUMN = re.compile(r"(?:^|,)\s*(?:\w+\.)?[`\"\[]?(\w+)[`\"\]]?\s*=")
_NESTED = re.compile(r"\([^()]*\)|'[^']*'")
_DEPTH = 4
_LEAST = 3  # letters of a value
_LIGHT = frozenset(
    map(words.stem, (
        "num", "nr", "number", "cd", "code", "flag", "flg", "ind", "val", "value", "date", "dt",
        "ts", "time", "id", "row", "rows", "data", "record", "records", "entry", "entries", "stay",
        "remain", "keep", "kept", "right", "correct", "correctly", "fine", "ok", "good", "touch",
        "change", "alter", "leave", "new", "old", "set", "mark", "field", "column",
    ))
)  # fmt: skip


class Thing(NamedTuple):
    """What stays: the stems of its words, and what is known of it."""

    stems: frozenset[str]
    some: bool  # of its kind, and not all
    left: bool  # to others: neither it nor what is done to it


class Staying(NamedTuple):
    """What stays, and the stems of whatever else is said, part by part."""

    things: tuple[Thing, ...]
    spoken: tuple[frozenset[str], ...]


def spared(text: str, facts: Facts, statement: str) -> str:
    """Return what a statement changes of which a text only says that it stays, "" if nothing."""
    said = _staying(text[:_LONGEST].lower()) if facts.kind is Kind.SQL else None
    if not (said and said.things):
        return ""
    return next(chain(_places(facts, statement, said), _values(facts, said)), "")


def _places(facts: Facts, statement: str, said: Staying) -> Iterator[str]:
    """Yield the table that is emptied, and the columns that are set, of those that stay."""
    whole = [each for each in said.things if not each.some]
    if "update" in facts.commands:
        for column in _set_columns(statement):
            if _only_in(column, whole, said.spoken):
                yield column
    elif _DELETES.intersection(facts.commands) and facts.objects:
        table = facts.objects[0].rpartition(".")[2]
        alone = [each for each in whole if len(each.stems - _LIGHT) <= len(_telling(table))]
        if _only_in(table, alone, said.spoken):
            yield table


def _values(facts: Facts, said: Staying) -> Iterator[str]:
    """Yield the values by which rows are picked that stay, or that others are to set."""
    left = [each for each in said.things if each.left]
    for condition in facts.conditions:
        operator, value = condition.operator, condition.value
        if operator in _PICKS and value.isalpha() and len(value) >= _LEAST:
            things = left if operator == "set" else said.things
            if _only_in(value, things, said.spoken):
                yield value


_PICKS = frozenset({"=", "in", "set"})
_DELETES = frozenset({"delete", "truncate", "truncatetable", "drop"})


def _set_columns(statement: str) -> list[str]:
    """Return the columns that an update sets, to whatever it sets them."""
    found = _SETS.search(statement[:_STATEMENT])
    sets = found[1] if found else ""
    for _ in range(_DEPTH):
        sets = _NESTED.sub("0", sets)
    return _COLUMN.findall(sets)


def _only_in(name: str, things: Iterable[Thing], spoken: Iterable[frozenset[str]]) -> bool:
    """Whether all words of a name are said of one of some things, and nowhere else."""
    stems = _telling(name)
    if not stems:
        return False
    if any(map(frozenset(stems).issubset, (each.stems for each in things))):
        return not any(map(frozenset(stems).issubset, spoken))
    return any(_means(each.stems, stems) for each in things) and not any(
        _means(each, stems) for each in spoken
    )


@lru_cache(maxsize=5_000)
def _telling(name: str) -> tuple[str, ...]:
    return tuple(stem for stem in words.content(name) if stem not in _LIGHT)


def _means(part: frozenset[str], stems: tuple[str, ...]) -> bool:
    """Whether a part has each word of a name, or one that means the same."""
    keys = _keys(part)
    return all(not keys.isdisjoint(thesaurus.keys(stem)) for stem in stems)


@lru_cache(maxsize=2_000)
def _keys(part: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(thesaurus.keys, part - _LIGHT))


@lru_cache(maxsize=200)
def _staying(text: str) -> Staying:
    things, spoken = list[Thing](), list[frozenset[str]]()
    for part in _parts(_INSERTED.sub(lambda found: f" {found[1].replace(',', ' and')} ", text)):
        found = None if _UNSURE.search(part) else _SPARES.search(part)
        subject = found[1] if found else ""
        if not found and not _UNSURE.search(part) and (found := _STAYS.search(part)):
            subject = _BEING.sub("", part[: found.start()])
        if not subject:
            spoken.append(frozenset(words.content(part)))
            continue
        left = bool(_OTHERS_DO.search(part))
        for each in _LIST.split(subject):
            stems = frozenset(words.content(each))
            if _TELLS.search(each):
                spoken.append(stems)
            elif stems:
                things.append(Thing(stems, bool(_SOME.search(each)), left))
    return Staying(tuple(things), tuple(spoken))


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a text, of a list all in one."""
    pieces = _PART.split(text)
    before = ""
    for part, comma in zip(pieces[::2], [*pieces[1::2], None], strict=True):
        if comma and len(part.split()) <= _SHORT:
            before = f"{before}, {part}".strip(", ")
            continue
        if before and not _LIST.search(part):
            yield before
            before = ""
        whole = f"{before}, {part}".strip(", ")
        before = ""
        if whole:
            yield whole
    if before:
        yield before
