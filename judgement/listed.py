"""What leaves by a query beyond the columns that a request lists, or that it rules out.

"As csv with number, kind and colour. No names": whoever writes out more hands over more than was
said. Where nothing is listed, only what is kept of people tells.
"""

import re
from functools import lru_cache

from judgement import grip, near, thesaurus, words
from judgement.facts import Facts, Kind, Verb
from judgement.grounds import Grounds

_LONGEST = 20_000
_STATEMENT = 4_000
_ITEM = r"[\w'/-]+(?: [\w'/-]+){0,3}"
_ITEMS = rf"{_ITEM}(?:(?:, ?| and | plus | & ){_ITEM}){{1,15}}"
_LISTS = re.compile(
    rf"\b(?:columns?|fields?)\b[^:.;\n]{{0,40}}:\s?{_ITEMS}"
    rf"|\b(?:only|just|with|containing|includ\w+|needed|need|namely)\b[:,]? (?:the )?{_ITEM},"
    rf" ?{_ITEM}(?:, ?| and | plus | & ){_ITEM}"
    rf"|: ?{_ITEM}, ?{_ITEM}(?:, ?| and | plus | & ){_ITEM}"
)
_RULED_OUT = re.compile(
    r"\b(?:no|without(?: the| any)?|but not the|not the|excluding|leave out(?: the)?) "
    r"([a-z-]+(?:(?:, | or | and |/| nor )[a-z-]+){0,5})"
)
_SELECTED = re.compile(r"\bselect\b(?:\s+distinct\b)?(.*?)\b(?:from|into)\b", re.IGNORECASE | re.S)
_NESTED = re.compile(r"\([^()]*\)|'[^']*'")
_DEPTH = 4
_NAME = re.compile(
    r"^\s*(?:\w+\.)?[`\"\[]?([a-z]\w*)[`\"\]]?(?:\s+(?:as\s+)?\w+)?\s*$", re.IGNORECASE
)
_WITH_ALL = re.compile(
    r"(?:^|_)(?:dt|dat|date|day|time|from|until|to|no|nr|num|number|id|ref|code|cd|total|sum|amount|amt"
    r"|cnt|name|nm|type|kind|status|state|label|title|desc\w*|sum\d*|min\d*|max\d*)$"
)
_SEES = frozenset({Verb.READ, Verb.EXPORT})
_ANYTHING = frozenset(map(words.stem, ("data", "date", "change", "row", "rows", "other", "longer")))
_PLAIN = frozenset({"id", "count", "n", "null", "distinct", "all"})


def beyond(grounds: Grounds, facts: Facts, statement: str) -> str:
    """Return a column that is seen though a request rules it out, or that leaves unlisted; else "".

    To read what was ruled out of people is enough; what is not listed may be looked at.
    """
    if facts.kind is not Kind.SQL or facts.verbs.isdisjoint(_SEES):
        return ""
    text = grounds.lowered[:_LONGEST]
    leaves = Verb.EXPORT in facts.verbs
    out = _ruled_out(text)
    if not (out or leaves):
        return ""
    columns = selected(statement[:_STATEMENT])
    for column in columns if out else ():
        if (leaves or _of_people(column)) and _is_out(words.content(column), out):
            return column
    strange = [each for each in columns if not _knows(each, grounds)] if leaves else []
    lists, one = _lists(text), bool(strange) and near.anchored(grounds, facts)
    return next(
        (each for each in strange if (lists and _tells(each)) or (not one and _of_people(each))), ""
    )


def selected(statement: str) -> tuple[str, ...]:
    """Return the columns that a query selects by their names alone."""
    found = _SELECTED.search(statement)
    said = found[1] if found else ""
    for _ in range(_DEPTH):
        said = _NESTED.sub("~", said)
    names = (_NAME.match(each) for each in said.split(","))
    return tuple(each[1].lower() for each in names if each and each[1].lower() not in _PLAIN)


def _is_out(stems: list[str], out: frozenset[str]) -> bool:
    """Whether the last word of a column is ruled out."""
    return bool(stems) and any(
        stems[-1] == each or thesaurus.short_for(stems[-1], each) for each in out
    )


def _of_people(column: str) -> bool:
    return grip.of_people(column) or grip.calls(column)


def _knows(column: str, grounds: Grounds) -> bool:
    return any(map(grounds.whole.knows, words.content(column)))


def _tells(column: str) -> bool:
    """Whether a column is more than a number, a time or a state, with which every list comes."""
    return not (_WITH_ALL.search(column) or near.keeps_books(column))


@lru_cache(maxsize=200)
def _lists(text: str) -> bool:
    return bool(_LISTS.search(text))


@lru_cache(maxsize=200)
def _ruled_out(text: str) -> frozenset[str]:
    found = (each for listed in _RULED_OUT.findall(text) for each in words.content(listed))
    return frozenset(found) - _ANYTHING
