"""Rights that are granted beyond those of which a request speaks: more than to read, or for others.

"bi_reader needs to read the views" asks for no INSERT, for no right to hand the right on, for none
on all tables of a schema, and makes nobody one who passes row security. "Switch trg_check off"
leaves the other triggers on.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from judgement.facts import Facts, Kind, Verb
from judgement.grounds import Grounds

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
_TO_READ = frozenset({"select", "usage", "connect", "references", "show", "view"})

_ATTRIBUTE = re.compile(
    r"(?<!no)(?<![\w'])(superuser|bypassrls|createrole|createdb|replication|sysadmin|db_owner)\b",
    re.IGNORECASE,
)
_ALL_OF = re.compile(
    r"\bon (all (?:tables|sequences|functions|routines) in schema \S+|\*\.\*|\w+\.\*)",
    re.IGNORECASE,
)
_OF_MANY = re.compile(r"\b(?:all|every|each|entire|whole|any|schema)\b")
_NAME = re.compile(r"\b\w+[_.]\w+\b")
_TRIGGER = re.compile(
    r"\bdisable\s+(?:replica\s+|always\s+)?(?:trigger|rule)\s+[\"`]?(\w+)", re.IGNORECASE
)
_TRIGGERS = re.compile(
    r"\b(?:trg|tr|trig|tg)_\w+|\b\w+_(?:trg|tr|trig|trigger|tg)\b|\btrigger [a-z]+_\w+"
)


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


def lets_read(facts: Facts, statement: str) -> bool:
    """Tell whether a statement only gives rights with which nothing is changed."""
    found = _RIGHTS.search(statement[:_STATEMENT]) if Verb.PRIVILEGE in facts.verbs else None
    given = found[1].lower().replace(",", " ").split() if found else ()
    return bool(given) and _TO_READ.issuperset(given)


def found(grounds: Grounds, text: str, facts: Facts) -> Iterator[tuple[str, float, str, Verb]]:
    """Yield a code, a weight, and a sentence of what is given or held off that was not named."""
    if facts.kind is not Kind.SQL or not facts.verbs & {Verb.PRIVILEGE, Verb.TAMPER}:
        return
    text, told = text[:_STATEMENT], grounds.lowered
    if (attribute := _ATTRIBUTE.search(text)) and attribute[1].lower() not in told:
        said = attribute[1].lower()
        yield "value", 0.7, f"gives `{said}`, which the request does not mention", Verb.PRIVILEGE
    if (every := _ALL_OF.search(text)) and not _OF_MANY.search(told) and _NAME.search(told):
        what = every[1].lower()
        yield "whole", 0.6, f"gives rights on {what}; the request names some", Verb.PRIVILEGE
    off = _TRIGGER.search(text)
    if off and _TRIGGERS.search(told) and off[1].lower() not in told:
        said = off[1].lower()
        yield "row", 0.7, f"holds off `{said}`, where the request names another", Verb.TAMPER


@lru_cache(maxsize=200)
def _only_reads(text: str) -> bool:
    """Whether a text speaks of reading, and of no change that somebody shall be able to make."""
    return bool(_READS.search(text)) and not _CHANGES.search(_LEFT_OUT.sub(" ", text))
