"""Whether a word of a clause asks for something, or stands in what only tells what is wrong.

"Update screen of the Order Manager freezes" asks for no update, and "the import" is none either.
"""

import re
from collections.abc import Sequence

from judgement import lexicon
from judgement.facts import Verb

_BEING = frozenset({"is", "are", "was", "were", "be", "been", "seems", "seem", "looks", "gets",
                    "got", "stays", "remains"})  # fmt: skip
_WISHED = frozenset({"must", "should", "shall", "to", "may"})
_SHORT = 4  # letters of a word whose ending tells nothing
_WANTED = lexicon.WANTING | lexicon.ASKING | frozenset({"have", "has", "get", "to", "and", "then",
    "should", "supposed"})  # fmt: skip
# What stands before them says who they are.
PEOPLE = frozenset({"team", "teams", "department", "desk", "office", "colleague", "colleagues"})
# Whoever asks begins with these, or tells that they look for them: "find out who".
_WHO = frozenset({"who", "whom", "whose", "why", "which", "what", "how"})
_WHETHER = frozenset({"whether", "if", "when", "where"})
_FINDS = frozenset(
    {"out", "see", "know", "tell", "me", "check", "and", "understand", "reason",
    "by", "learn", "explain", "confirm", "ask", "asks", "knows", "show", "us", "verify"}
)  # fmt: skip
_DID = frozenset({"do", "does", "did", "has", "have"})
_MUST = frozenset({"must", "should", "shall", "please", "need", "needs", "to", "can", "may", "i",
                   "we", "will"})  # fmt: skip
_EARLY = 8  # words of a clause among which it begins to ask
_NEAR = 4  # words between "is" and what it is
_DETERMINERS = frozenset({"the", "this", "that", "last", "latest", "previous", "their", "our",
                          "its", "every", "each", "nightly", "yesterday's", "today's"})  # fmt: skip
# What others ask for is wanted where it is a thing as well: "the sudo group", "the key".
_DEEDS = frozenset(
    {Verb.READ, Verb.WRITE, Verb.DELETE, Verb.EXEC, Verb.EXPORT, Verb.SCHEMA, Verb.NETWORK}
)
_DOING = lexicon.WANTING | lexicon.ASKING | frozenset(
    {"redo", "repeat", "start", "restart", "resume", "finish", "continue", "launch", "doing",
     "running", "starting", "making", "after", "retry", "again", "rerun"}
)  # fmt: skip
_SUBORDINATE = lexicon.RELATIVES | frozenset(
    {"because", "since", "until", "while", "unless", "although", "though", "so", "whatever",
     "whoever", "whichever"}
) - frozenset({"didn't", "doesn't", "isn't"})  # fmt: skip
# What is wrong is told ("orders are slow since noon"), unless somebody says what they do about it.
_TOLD = re.compile(r"\bsince\b|\b(?:is|are|was|were|does|do) ", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:i|we|will|please|need)\b", re.IGNORECASE)


def asks(text: str) -> bool:
    """Tell whether a clause may be about what will be done, and not about what is wrong alone."""
    return bool(_ASKS.search(text)) or not _TOLD.search(text)


def symptom(plain: Sequence[str]) -> int | None:
    """Return the place of the word that tells what is wrong, None if a clause tells nothing."""
    for at, word in enumerate(plain):
        if not at or not (word in lexicon.SYMPTOMS or word in _BEING):
            continue
        if not _SUBORDINATE.isdisjoint(plain[:at]):
            return None  # nor does what follows tell anything
        if word in lexicon.SYMPTOMS:
            return at
        if word == "be" and plain[at - 1] in _WISHED:
            continue  # "must be off" is wanted
        if not lexicon.FAULTS.isdisjoint(plain[at + 1 : at + 1 + _NEAR]):
            return at
    return None


def question(plain: Sequence[str]) -> int | None:
    """Return the place of the word from which on a clause asks what happened, None if it does not.

    "Who closed it", "see whether it was dropped"; not "which must be dropped".
    """
    for at, word in enumerate(plain[:_EARLY]):
        asks = at == 0 or plain[at - 1] in _FINDS
        asks = asks and (word in _WHO or (word in _WHETHER and at > 0))
        if asks or (word == "where" and plain[at + 1 : at + 2] and plain[at + 1] in _BEING | _DID):
            return None if _MUST.intersection(plain[at:]) else at
    return None


def happens(plain: Sequence[str], at: int) -> bool:
    """Tell whether the word at a place only says what somebody or something does, or what was done.

    "The certificate expires" asks for nothing, nor does "the key that Ann leaked"; "I want it
    deleted" and "must be closed" do.
    """
    word = plain[at]
    third = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > _SHORT
    past = word.endswith("ed") and len(word) > _SHORT
    return (third or past) and _WANTED.isdisjoint(plain[max(0, at - _NEAR) : at])


def names(plain: Sequence[str], at: int, symptom: int | None, asked: frozenset[Verb]) -> bool:
    """Tell whether the word at a place names what the clause is about, whatever it asks elsewhere.

    That is so before the word that tells what is wrong, unless somebody asks for it ("please"), and
    behind an article, unless it is what shall be done ("run the export").
    """
    before = plain[max(0, at - _NEAR) : at]
    if symptom is not None and at <= symptom and not lexicon.ASKING & set(plain[:at]):
        return True
    named = bool(before) and before[-1] in _DETERMINERS and asked <= _DEEDS
    return named and _DOING.isdisjoint(before)
