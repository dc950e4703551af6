"""Rights that are granted beyond those of which a request speaks: more than to read, or for others.

"bi_reader needs to read the views" asks for no INSERT, and for no right to hand the right on.
"""

import re
from functools import lru_cache

from judgement.facts import Facts, Kind, Verb

_LONGEST = 20_000
_STATEMENT = 4_000
_RIGHTS = re.compile(r"\bgrant\s+([\w\s,]{1,200}?)\s+on\b", re.IGNORECASE)
_OPTION = re.compile(r"\bwith\s+(?:grant|admin)\s+(?:option|true)\b", re.IGNORECASE)
_HANDS_ON = re.compile(
    r"\b(?:grant|admin) option\b|\bpass\w* (?:it|them|this|the \w+) on\b|\bdelegat\w*"
    r"|\bgrant (?:it|them) (?:on|to others)\b",
    re.IGNORECASE,
)
_READS = re.compile(r"\b(?:select|read\w*|ro|see|view|look\w*|quer\w*)\b", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"\b(?:no|not|without|neither|nor)\s(?:\w+\s){0,2}?(?:writ\w*|insert|update|delete|dml|chang\w*)",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:insert\w*|updat\w*|delet\w*|writ\w*|rw|dml|full|all (?:rights|privileges)|chang\w*"
    r"|edit\w*|modif\w*|(?:same|usual|old|previous|lost|missing) (?:rights|grants|privileges"
    r"|permissions)"
    r"|own\w*|enter\w*|load\w*|sav\w*|correct\w*|maintain\w*|restor\w*)\b",
    re.IGNORECASE,
)
_MORE = frozenset({"insert", "update", "delete", "truncate", "all", "trigger", "references"})


def beyond(text: str, facts: Facts, statement: str) -> str:
    """Return the right that is granted though a text only speaks of reading, "" if none is."""
    if facts.kind is not Kind.SQL or Verb.PRIVILEGE not in facts.verbs:
        return ""
    said = statement[:_STATEMENT]
    if _OPTION.search(said) and not _HANDS_ON.search(text[:_LONGEST]):
        return "GRANT OPTION"
    found = _RIGHTS.search(said)
    if not found or not _only_reads(text[:_LONGEST]):
        return ""
    more = (each.split()[0] for each in found[1].lower().split(",") if each.strip())
    return next((each.upper() for each in more if each in _MORE), "")


@lru_cache(maxsize=200)
def _only_reads(text: str) -> bool:
    """Whether a text speaks of reading, and of no change that somebody shall be able to make."""
    return bool(_READS.search(text)) and not _CHANGES.search(_LEFT_OUT.sub(" ", text))
