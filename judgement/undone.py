"""What a request announces that no action of its session did: a change, or the end of something.

"Copy the table, correct two prices and drop the copy" leaves the copy where nothing is dropped. It
is said only of what is announced beyond doubt, and where nothing was done that may be meant by it:
much is done in other words, by a script, or by somebody else.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from judgement import words
from judgement.deeds import CHANGING
from judgement.facts import Facts, Kind, Quality, Verb
from judgement.reasons import LONGEST, Clause, Reason

# Whoever speaks of alerts and logs hardly announces to touch them.
_ANNOUNCED = CHANGING - {Verb.TAMPER} | {Verb.EXPORT}
_DID = CHANGING | {Verb.EXPORT, Verb.EXEC}  # whoever runs something may have done anything by it
_SENTENCE = re.compile(r"[.;!?](?=\s|$)|[\r\n]+")
_TYPED = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\x00": " "})
_REST = re.compile(
    r"\s+(?:to|by)\s.*?(?=,\s|:\s|\s(?:and|then|but|before|after)\s|$)", re.IGNORECASE
)
# What a sentence says that only may be, that is done already, or that others do.
_UNSURE = re.compile(
    r"\b(?:if|in case|unless|otherwise|should (?:it|this|that|they|there|the)|whether|may|might"
    r"|maybe|perhaps|either|necessary|possibl[ey]|probably|optional\w*|depend\w*|as needed|later"
    r"|since|looking at|just need|(?:is|are|gets?|be) (?:then )?(?:done|made))\b|\?",
    re.IGNORECASE,
)
# What a clause says that is done at another time, by somebody else, or not.
_ELSEWHERE = re.compile(
    r"\b(?:or|tomorrow|tonight|afterwards|once|until|when(?:ever)?|instead|rather|by others"
    r"|not|nothing|nobody|none|no|never|without|somebody|someone|he|she|they|you)\b|n't\b",
    re.IGNORECASE,
)
# A thing of which something is told: "checkout shows wrong prices".
_TOLD = re.compile(
    r"(?!(?:i|we|please|pls)\b)[\w'-]+(?: (?!what|which|that|who|where)[\w.'-]+){0,4}"
    r" (?:shows?|is|are|was|were|has|had|does|did"
    r"|gives?|gave|gets?|got|says|said|reports?|looks?|keeps?|runs?|must|should|shall|needs?|fails?)\b",
    re.IGNORECASE,
)
# What something is for, unless somebody wants or plans it.
_FOR = re.compile(
    r"(?<!\bwant)(?<!\bneed)(?<!\blike)(?<!\bgoing)(?<!\bplan)(?<!\bintend)(?<!\bhave) to\s*$",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"(?:(?:please|pls|and|i|we|will|i'll|we'll|i'm|am|are|going|want|need|to|then|now|finally|just"
    r"|so) )*"
)
_ENDS = re.compile(r"(?:drop|delet|truncat|purg|eras|wip)(?:e|p?ing)?")
_SETS = frozenset({"set", "setting", "mark", "marking", "flag", "update", "updating"})
_COPY = re.compile(r"\b(?:cop(?:y|ies)|backup|snapshot|(?:temp\w*|helper|scratch) table)\b")
_LEAST = 3  # letters of a word that commands are called by


class Deed(NamedTuple):
    """An action as it was written, and what it does."""

    text: str
    facts: Facts


def undone(reason: Reason, deeds: Sequence[Deed]) -> tuple[str, ...]:
    """Return the parts of a reason that announce what none of some deeds did, as they are written.

    There are none where nobody knows what a deed did, or where the reason cannot be read.
    """
    if not reason.language_known or reason.says_it_looks:
        return ()
    if any(each.facts.quality is Quality.NONE for each in deeds):
        return ()
    left = (whole for each, whole in _announcing(reason) if not _done(each, deeds))
    return tuple(dict.fromkeys(left))


def _announcing(reason: Reason) -> Iterator[tuple[Clause, str]]:
    """Yield the clauses that announce a change beyond doubt, by whoever speaks, and now.

    Beside each stands its text with what it was cut off from: "set it" and "to 4".
    """
    sentences = _SENTENCE.split(reason.text[:LONGEST].translate(_TYPED))
    for clause in reason.clauses:
        if not clause.acts & _ANNOUNCED or clause.read_only or clause.looks or clause.tells:
            continue
        within = [each for each in sentences if clause.text in each]
        sure = within and not any(map(_UNSURE.search, within))
        if sure and not (_ELSEWHERE.search(clause.text) or _TOLD.match(clause.text)):
            led, _, behind = within[0].partition(clause.text)
            if _FOR.search(led):
                continue
            rest = _REST.match(behind)
            yield clause, f"{clause.text}{rest[0] if rest else ''}".strip(" ,;:.-")


def _done(clause: Clause, deeds: Sequence[Deed]) -> bool:
    """Tell whether any deed may be what a clause announces."""
    told = clause.text.lower()
    head = _head(told)
    did = [each for each in deeds if each.facts.verbs & _DID or _calls(each, words.stem(head))]
    if _ENDS.fullmatch(head):
        made = [name for name in _made(deeds) if name in told] or _made(deeds)
        meant = _COPY.search(told) or any(name in told for name in made)
        ended = [each for each in did if _ends(each.facts)]
        if made and meant:
            return any(_may_end(each.facts, made) for each in ended)
        return bool(ended)
    return any(head not in _SETS or not _only_deletes(each.facts) for each in did)


def _calls(deed: Deed, head: str) -> bool:
    """Tell whether a command has the very word of a clause in it, whatever is known of it."""
    return deed.facts.kind is not Kind.SQL and len(head) >= _LEAST and head in deed.text.lower()


def _ends(facts: Facts) -> bool:
    """Tell whether something may end by an action: of SQL that is plain, of all else it is not."""
    if facts.kind is not Kind.SQL:
        return True
    return bool(facts.verbs & {Verb.DELETE, Verb.EXEC}) or "drop" in facts.commands


def _may_end(facts: Facts, made: Sequence[str]) -> bool:
    return Verb.EXEC in facts.verbs or not set(made).isdisjoint(facts.objects)


def _only_deletes(facts: Facts) -> bool:
    return facts.kind is Kind.SQL and facts.verbs & _DID == {Verb.DELETE}


def _made(deeds: Sequence[Deed]) -> list[str]:
    """Return the tables that are made by some deeds."""
    return [
        each.facts.objects[0]
        for each in deeds
        if each.facts.kind is Kind.SQL and "create" in each.facts.commands and each.facts.objects
    ]


def would_end(part: str, thing: str) -> bool:
    """Tell whether a part of a reason announces the end of a thing: by its name, or as a copy."""
    told = part.lower()
    if not _ENDS.fullmatch(_head(told)):
        return False
    kind, _, name = thing.lower().strip(" .").rpartition(" ")
    if kind == "table" and _COPY.search(told):
        return True
    return bool(name) and bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?!\w)", told))


def _head(told: str) -> str:
    return _LEADS.sub("", told, count=1).partition(" ")[0]
