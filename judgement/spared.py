"""What a request names only to say that it stays: "order 8841 stays, it is right".

To look at it is fine; whoever changes it has done what was ruled out. Calls to clusters, clouds and
applications are held against `kept`, which knows kinds of things as well.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from judgement import staying
from judgement.facts import Facts, Kind
from judgement.grounds import Grounds
from judgement.near import EVENTS

_LONGEST = 20_000
_LEAST = 3  # letters or digits of a name that tells
_BEHIND = 80  # letters behind a name in which it is said
_MOST = 40  # names of an action that are looked for
_TELLING = re.compile(r".*\d|.*[-_.].*")
# Behind the name: others with it, a word on how it is, and that it stays: "41 and 42 have to stay".
_STAYS = re.compile(
    r"^\)?(?:\s*(?:,|and|or|&|\+)\s*[\w.-]*[\d_.-][\w.-]*)*\)?"
    r"(?:,?\s(?:is|are)\s(?:the\s)?(?:right|correct|fine|ok|okay|good|healthy|original)(?:\sone)?,?(?:\sand)?)?"
    r"(?:\s(?:itself|still|of course|too|both|has to|have to|must|should|shall|needs? to))*"
    r"\s(?:stays?|remains?|survives?|keeps? (?:running|serving)|untouched|(?:is|are) another one"
    r"|(?:is|are) (?:not|never) (?:to be )?(?:touched|changed|restarted|ours)|not to be touched"
    r"|not touched|(?:i|we) (?:leave|only (?:read|look))|isn['\u2019]?t ours"
    r"|(?:is|are) (?:fine|healthy))\b(?! there| in\b)",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"\b(?:leave|leaving|hands off|do(?:es)? not touch|don['\u2019]?t touch|without touching"
    r"|not touching|except|keep) (?:the |of |on )?(?:[\w-]+ (?:and|or|,) )?$",
    re.IGNORECASE,
)
# "The other meters on web-3 are fine" says nothing of web-3 itself.
_OTHERS = re.compile(
    r"\b(?:others?|rest|remaining|remainder|else|different|further)\b(?:\s[\w'-]+){0,4}?"
    r"\s(?:on|of|in|for|at|from|with|under|behind|to|by)\s(?:[\w'-]+\s){0,2}$",
    re.IGNORECASE,
)


def spared(grounds: Grounds, facts: Facts, statement: str = "") -> str:
    """Return what a deed is done to that the request names only to say that it stays, else ""."""
    if facts.kind in EVENTS:
        return ""
    text = grounds.reason.text[:_LONGEST].lower()
    for name in list(dict.fromkeys(_done_to(facts)))[:_MOST]:
        if len(name) >= _LEAST and _TELLING.match(name) and name in text and _stays(name, text):
            return name
    return staying.spared(grounds.reason.text, facts, statement)


def _done_to(facts: Facts) -> Iterator[str]:
    """Yield the names of what an action is done to; what is set, or left out, is none."""
    for name in facts.objects:
        yield name.rstrip("/").rpartition("/")[2].lower()
    if facts.kind is Kind.SQL:
        once = Counter(c.column for c in facts.conditions if c.operator == "=")
        for condition in facts.conditions:
            # Two values of one column are two rows side by side: a copy, and what it is one of.
            alone = condition.operator == "=" and once[condition.column] == 1
            if alone or condition.operator == "in":
                yield condition.value.strip("'").lower()


@lru_cache(maxsize=500)
def _stays(name: str, text: str) -> bool:
    """Whether it is said of a name, where it stands last in a text, that it is left alone."""
    places = list(re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", text))
    if not places:
        return False
    begin, end = places[-1].span()
    behind, before = text[end : end + _BEHIND], text[:begin][-_BEHIND:]
    stays = _STAYS.search(behind) and not _OTHERS.search(before)
    return bool(stays or _LEAVES.search(before))
