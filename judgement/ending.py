"""Whether rows are deleted that stand for what a request ends: sessions, locks, holds, bans.

Whoever ends a session or lifts a lock means no row; where it is kept in one, the row goes.
"""

import re
from functools import lru_cache

from judgement import words
from judgement.facts import Facts, Verb

_LONGEST = 20_000
_MIDST = r"(?:[\w'-]+ ){0,4}?"
_ENDED = tuple(
    (re.compile(said), frozenset(map(words.stem, names.split())))
    for said, names in (
        (
            rf"\b(?:end|clos|terminat|kill|kick|expir|invalidat)\w* {_MIDST}(?:sessions?|logins?)\b"
            rf"|\b(?:log|sign|kick|throw)\w* {_MIDST}out\b",
            "session sessions",
        ),
        (
            rf"\b(?:lift|releas|free|break|unlock)\w* {_MIDST}(?:locks?|leases?)\b|\bunlock\w*"
            rf"|\btak(?:e|ing) {_MIDST}(?:locks? )?off\b",
            "lock locks lck lease locked lockout lockouts",
        ),
        (
            rf"\b(?:lift|releas|end)\w* {_MIDST}(?:holds?|bans?|blocks?|blockades?)\b"
            r"|\bun(?:ban|block|hold)\w*",
            "hold holds ban bans block blocks blocklist blocking",
        ),
    )
)


def ends(text: str, facts: Facts) -> bool:
    """Tell whether an action deletes rows of what a request's text ends."""
    if Verb.DELETE not in facts.verbs or not facts.objects:
        return False
    names = _ended(text[:_LONGEST])
    return bool(names) and not names.isdisjoint(words.content(facts.objects[0]))


@lru_cache(maxsize=200)
def _ended(text: str) -> frozenset[str]:
    told = " ".join(text.lower().split())
    return frozenset[str]().union(*(names for said, names in _ENDED if said.search(told)))
