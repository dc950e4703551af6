"""Which columns have to be empty, or filled, in the rows that a statement looks at or changes."""

import re
from functools import lru_cache

from judgement.facts import Facts

_NULL = re.compile(r"\b(\w+)\s+is\s+(not\s+)?null\b", re.IGNORECASE)
# Of a joined table all is empty where it has no such row.
_HAS_NO_ROW = re.compile(r"\b(?:left\s+(?:outer\s+)?join|exists)\b", re.IGNORECASE)
# "Only the empty ones", "only where it is missing".
_ONLY = re.compile(
    r"\bonly (?:the |those |(?:those )?(?:\w+ )?(?:where|with|that|which) (?:\w+ ){1,3}?)?"
    r"(?:empty|missing|blank|null|unset)\b"
)
_SOMEHOW = re.compile(
    r"\bnull\b|\b(?:coalesce|ifnull|isnull|nvl|nullif|not exists)\b|=\s*''", re.IGNORECASE
)


@lru_cache(maxsize=500)
def asked(text: str) -> frozenset[tuple[str, bool]]:
    """Return the columns that a statement wants empty, or, with False, filled."""
    if _HAS_NO_ROW.search(text):
        return frozenset()
    return frozenset((each[1].lower(), not each[2]) for each in _NULL.finditer(text))


def only_empty(lowered: str, facts: Facts, text: str) -> str:
    """Return what a change fills, empty or not, where a request wants only what is empty."""
    if "update" not in facts.commands or not _ONLY.search(lowered) or _SOMEHOW.search(text):
        return ""
    return next(iter(facts.columns), "")
