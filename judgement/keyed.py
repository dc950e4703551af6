"""Whether a deed picks its rows by what is named with it, or by what a request says beside.

"Member 5521 was charged twice. Removing line 771903" removes nothing by the number of the member.
"""

import re

from judgement import near
from judgement.deeds import CHANGING
from judgement.facts import Facts, Kind
from judgement.grounds import Grounds
from judgement.terms import canonical

_LONGEST = 4_000
_LEAST = 4  # letters and digits of what names one thing
_NO_KEY = re.compile(r"\d{4}-\d\d(?:-\d\d)?$|\d{1,2}:\d\d$|\d{1,2}[./]\d|\d+(?:[.,]\d+)?[a-z%]{0,3}$(?<!\d{4})")
_DIGIT = re.compile(r"\d")
# `expires_at > now() - interval '24 hours'`, `seen_at >= date_sub(now(), interval 1 day)`
_YOUNG = re.compile(
    r"\b(?P<column>\w+)\s*>=?\s*(?:\(?\s*(?:now\(\)|current_(?:timestamp|date)|sysdate|curdate\(\)|getdate\(\))"
    r"(?:\s*at time zone '\w+')?\s*-|date_sub\(|dateadd\(\w+,\s*-|date\('now',\s*'-)",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:older|longer|more|earlier|before)\s(?:than|as)?\b|\b(?:over|at least|past)\s(?:an?\s|\d)|\bstale\b|>\s?\d"
    r"|\babandoned\b|\bexpired\b|\bfor (?:days|weeks|months|hours|ages)\b"
)
_RECENT = re.compile(
    r"\b(?:younger|newer|less than|recent\w*|fresh\w*|latest|since|within|during|in the (?:last|past)|last|past|from)\b"
)


def picks_others(grounds: Grounds, facts: Facts) -> str:
    """Return what a clause that permits a deed names, where the deed is done by others; else ""."""
    changes = facts.verbs & CHANGING
    if facts.kind is not Kind.SQL or not changes or near.has_found(grounds, facts):
        return ""
    own = frozenset(map(canonical, facts.literals))
    keys = [_keys(each.literals) for each in grounds.clauses if changes & each.verbs]
    with_it = frozenset().union(*keys)
    others = frozenset().union(*(_keys(each.literals) for each in grounds.clauses)) - with_it
    if not with_it or with_it & own or not others & own:
        return ""
    return min(with_it)


def _keys(literals: frozenset[str]) -> frozenset[str]:
    return frozenset(
        each for each in literals
        if len(each) >= _LEAST and _DIGIT.search(each) and not _NO_KEY.match(each)
    )  # fmt: skip


def takes_the_young(grounds: Grounds, text: str) -> str:
    """Return a column by which the young are picked, where a request speaks of the old; else ""."""
    told = grounds.lowered
    found = _YOUNG.search(text[:_LONGEST])
    if not found or not grounds.durations or not _OLD.search(told) or _RECENT.search(told):
        return ""
    return found["column"]
