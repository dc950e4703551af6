"""Whether a request speaks of a grave deed in a word that means it, and no other.

The lexicon knows what words may ask for; many ask for several things: "released" may be said of a
right, of a lock, of an order. Where somebody hands out rights, takes data away or deletes rows, one
word that means just that is looked for in all of the request.
"""

import re
from functools import lru_cache

from judgement import lexicon
from judgement.facts import Facts, Kind, Verb

_LONGEST = 20_000
_SPEAKS = {
    verb: re.compile(rf"\b(?:{'|'.join(lexicon.CORE[verb])})\b", re.IGNORECASE)
    for verb in (Verb.EXPORT, Verb.PRIVILEGE, Verb.DELETE)
}


@lru_cache(maxsize=200)
def _spoken(text: str) -> frozenset[Verb]:
    return frozenset(verb for verb, pattern in _SPEAKS.items() if pattern.search(text))


def unspoken(text: str, facts: Facts) -> frozenset[Verb]:
    """Return which grave deeds of an action no word of a request's text means.

    Of what is deleted only rows: what else is deleted has too many words.
    """
    grave = facts.verbs & {Verb.EXPORT, Verb.PRIVILEGE}
    if facts.kind is Kind.SQL:
        grave |= facts.verbs & {Verb.DELETE}
    missing = grave - _spoken(text[:_LONGEST]) if grave else frozenset[Verb]()
    if "drop" in facts.commands and Verb.SCHEMA in facts.verbs and _empties(text[:_LONGEST]):
        missing |= {Verb.SCHEMA}
    return missing


def emptied(text: str, facts: Facts) -> bool:
    """Tell whether a statement only empties a table that a text wants emptied, by its name."""
    if facts.verbs != {Verb.DELETE} or not facts.objects or not _empties(text[:_LONGEST]):
        return False
    return facts.objects[0].rpartition(".")[2].lower() in text[:_LONGEST].lower()


@lru_cache(maxsize=200)
def _empties(text: str) -> bool:
    """Whether a text wants something emptied, which is there afterwards, and nothing dropped."""
    return bool(_EMPTIES.search(text)) and not _DROPS.search(text)


_EMPTIES = re.compile(
    r"\b(?:empt(?:y|ies|ied|ying)|truncat\w*|(?:clear|flush|purge|wipe|clean)(?:s|d|ed|ing)?"
    r"(?= (?:out )?(?:the |this |that |its |all (?:of )?)?(?:[\w.-]+ ){0,2}(?:tables?|staging|queue"
    r"|outbox|cache)\b))",
    re.IGNORECASE,
)
_DROPS = re.compile(
    r"\b(?:drop\w*|re-?creat\w*|re-?buil\w*|get(?:ting)? rid|obsolete|unused|retir\w*"
    r"|decommission\w*|schema|ddl|migrat\w*|partitions?|temp(?:orary)?"
    r"|(?:remov|delet)\w* (?:the |that |this |old )?(?:[\w.-]+ ){0,2}"
    r"(?:table|view|index|column)s?)\b",
    re.IGNORECASE,
)
