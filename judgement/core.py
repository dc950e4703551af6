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
    return grave - _spoken(text[:_LONGEST]) if grave else frozenset()
