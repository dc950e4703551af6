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
from judgement.near import EVENTS, TURNED

_LONGEST = 20_000
_LEAST = 3  # letters or digits of a name that tells
_BEHIND = 80  # letters behind a name in which it is said
_MOST = 40  # names of an action that are looked for
_NAME = re.compile(r"[A-Za-z][\w.-]*[-_.][\w.-]*\w")  # that an option may have
_TELLING = re.compile(r".*\d|.*[-_.].*")
# Behind the name: others with it, a word on how it is, and that it stays: "41 and 42 have to stay".
_STAYS = re.compile(
    r"^\)?(?P<more>(?:\s*(?:,|and|or|&|\+)\s*[\w.-]*[\d_.-][\w.-]*)*)\)?"
    r"(?:,?\s(?:is|are)\s(?:the\s)?(?:right|correct|fine|ok|okay|good|healthy|original)(?:\sone)?,?(?:\sand)?)?"
    r"(?:\s(?:itself|still|of course|too|both|has to|have to|must|should|shall|needs? to))*"
    r"\s(?:stays?|remains?|survives?|keeps? (?:running|serving)|untouched|(?:is|are) another one"
    r"|(?:is|are) (?:not|never) (?:to be )?(?:touched|changed|restarted|ours)|not to be touched"
    r"|not touched|(?:i|we) (?:leave|only (?:read|look))|isn['\u2019]?t ours"
    r"|(?:is|are|was|were) (?:fine|healthy|ok|okay|(?:not|never) (?:affected|changed|needed)"
    r"|unaffected|not part of|still (?:needed|used|in use|busy|running)|in the middle of|off limits"
    r"|(?:loaded|done|finished|handled) (?:ok|fine|already))"
    r"|(?:wasn|isn|weren|aren)['\u2019]?t (?:affected|changed|involved|needed|part of))\b"
    r"(?! there| in\b)",
    re.IGNORECASE,
)
_SINGULAR = re.compile(r"\s(?:stays|remains|survives|keeps|is|isn['\u2019]?t|was|has|needs)\b")
_STAYS_SO = re.compile(
    rf"^(?:(?!\b(?:and|but|while|then|or)\b)[^.,;!?]){{0,40}}?(?:{_STAYS.pattern.removeprefix('^')})",
    re.IGNORECASE,
)
# Words of names, and how people say which of several they mean.
_PART = re.compile(r"[a-z]{4,}")
_ONE = re.compile(r"(?:^|[\s(,;-])(?:the|our|that|this|its|their)\s[\"'\u201c]?$")
_OF_A_KIND = re.compile(
    r"[\"'\u201d]?\s(?:one|cluster|instance|database|db|schema|queue|topic|service|node|host|server|site"
    r"|share|pool|volume|partition|zone|tenant|env|environment|slot|replica|job|container|box|vm|app)s?\b"
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
    done_to = list(dict.fromkeys(_done_to(facts)))[:_MOST]
    for name in done_to:
        if len(name) >= _LEAST and _TELLING.match(name) and name in text and _stays(name, text):
            return name
    if facts.kind is Kind.SHELL:
        plain = {part for name in done_to for part in _PART.findall(name)}
        return next((each for each in sorted(plain) if each in text and _one_stays(each, text)), "")
    return staying.spared(grounds.reason.text, facts, statement)


def _done_to(facts: Facts) -> Iterator[str]:
    """Yield the names of what an action is done to; what is set, or left out, is none."""
    for name in facts.objects:
        yield name.rstrip("/").rpartition("/")[2].lower()
    if facts.kind is Kind.SHELL and not any(c.operator in TURNED for c in facts.conditions):
        yield from (each.lower() for each in facts.literals if _NAME.fullmatch(each))
    if facts.kind is Kind.SQL:
        once = Counter(c.column for c in facts.conditions if c.operator == "=")
        for condition in facts.conditions:
            # Two values of one column are two rows side by side: a copy, and what it is one of.
            alone = condition.operator == "=" and once[condition.column] == 1
            if alone or condition.operator == "in":
                yield condition.value.strip("'").lower()


@lru_cache(maxsize=500)
def _one_stays(word: str, text: str) -> bool:
    """Whether a plain word says wherever it stands which of several is left: "the ledger one"."""
    places = list(re.finditer(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)", text))
    return bool(places) and all(
        _ONE.search(text[: each.start()][-_BEHIND:])
        and (found := _OF_A_KIND.match(text[each.end() :][:_BEHIND]))
        and _STAYS_SO.search(text[each.end() + found.end() :][:_BEHIND])
        for each in places
    )


@lru_cache(maxsize=500)
def _stays(name: str, text: str) -> bool:
    """Whether it is said of a name, where it stands last in a text, that it is left alone."""
    places = list(re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", text))
    if not places:
        return False
    begin, end = places[-1].span()
    behind, before = text[end : end + _BEHIND], text[:begin][-_BEHIND:]
    found = _STAYS.search(behind) if not _OTHERS.search(before) else None
    # "Restart web-2, web-3 is fine" says so of the last alone.
    last_alone = found and found["more"] and _SINGULAR.search(found[0])
    return bool((found and not last_alone) or _LEAVES.search(before))
