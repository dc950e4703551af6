"""What a reader will expect from a reason: its verbs and things, in the words of whoever gave it.

It is what the judging will make of the words, said before anything is done. Sentences that only
tell what is wrong ("checkout fails") promise nothing and are left out.
"""

import dataclasses
import re
from collections.abc import Iterator

from judgement import lexicon, words
from judgement.facts import Verb
from judgement.reasons import Clause, Reason

_MOST = 6  # expectations, and things of each
_LONGEST = 3  # words of one thing
_TOKEN = re.compile(r"[\w./~@*:'-]+")
_DEED = frozenset(words.stem(word) for listed in lexicon.WORDS.values() for word in listed)
_FAINT = frozenset(words.stem(word) for word in lexicon.FAINT)
_SAYS_SO = re.compile(
    r"\b(will|going to|need|needs|want|wants|have to|has to|must|let me|let us|please|intend"
    r"|plan|i'll|i'd|we'll)\b",
    re.IGNORECASE,
)
_ASKS = r"why|whether|if|what|that|which|how|who|whom|whose|where|when"
_BEHIND = r"\s+(?:since|at|for|after|with|on|in|out|again|to|when|this|last)\b|\W*$"
_TROUBLE = r"\s+(?:an?|the|no|nothing|out|errors?|timeouts?|http|\d+)\b"
# "Checkout fails", "the payment worker hangs", "nobody can sign in": a subject and what is wrong.
# "Delete failed jobs" has no such verb, nor has "look at the returns".
_TELLS = re.compile(
    rf"\W*(?:(?!(?:{_ASKS})\b)[\w'/.-]+\W+){{1,4}}?(?:(?:is|are|was|were|has|have|had|do|does|did"
    r"|can|could|cannot|can't|isn't|aren't|doesn't|don't|won't|keeps|fails|hangs|crashes|lacks"
    rf"|misses|loses)\b|(?:failed|stopped|crashed|broke|timed|hung|went)(?={_BEHIND})"
    rf"|(?:shows?|returns?|reports?|times?|stops?|breaks?|throws?|gives?)(?={_TROUBLE}))",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:the|an?|this|that|these|those|all|any|its|their|our)\b", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}.*|\d{1,2}")
_TICKET = re.compile(r"#\d+|[A-Z]{2,}-\d+")
_NOT_THINGS = frozenset(
    words.content(
        "today yesterday tonight night morning noon evening midnight minute hour day week month "
        "moment reason problem issue thing stuff anything something everything nothing back "
        "manually directly quickly soon ticket incident drill exercise slow stuck broken wrong "
        "failing failed hanging missing suspicious"
    )
)


@dataclasses.dataclass(frozen=True)
class Expected:
    """What somebody will be expected to do, and to which things; the gravest verb last."""

    verbs: tuple[Verb, ...]
    things: tuple[str, ...]


def of(reason: Reason) -> tuple[Expected, ...]:
    """Return what a reason lets its reader expect, each set of verbs once, in the order said.

    Nothing where it cannot be judged by its words.
    """
    found: dict[tuple[Verb, ...], dict[str, None]] = {}
    for clause in reason.clauses if reason.language_known else ():
        verbs = tuple(verb for verb in Verb if verb in (clause.heads or clause.verbs))
        if verbs and not tells(clause):
            found.setdefault(verbs, {}).update(dict.fromkeys(_things(clause.text)))
    return tuple(Expected(verbs, tuple(things)[:_MOST]) for verbs, things in found.items())[:_MOST]


def tells(clause: Clause) -> bool:
    """Tell whether a clause says what is wrong, not what will be done."""
    return bool(_TELLS.match(clause.text)) and not _SAYS_SO.search(clause.text)


def _things(text: str) -> Iterator[str]:
    """Yield runs of words that name a thing, as they were written."""
    run: list[str] = []
    begun = False  # whether a word that carries meaning came before: verbs stand at the head
    for found in _TOKEN.finditer(text + " ."):
        token = found[0]
        # "end the session": what an article follows is a deed, whether the lexicon knows it or not
        deed = not begun and _ARTICLE.match(text, found.end() + 1)
        if named := not deed and _names(token, head=not begun):
            run.append(token.strip(".:'-"))
        if run and (not named or len(run) == _LONGEST):
            yield " ".join(run)
            run = []
        begun = begun or bool(words.content(token))


def _names(token: str, *, head: bool) -> bool:
    stems = words.content(token)
    if not stems or _CLOCK.fullmatch(token) or _TICKET.fullmatch(token):
        return False
    if len(stems) > 1 and not set(stems) <= _NOT_THINGS:
        return True  # order_items, db-01, /var/log/app
    (stem, *_) = stems
    return stem not in _NOT_THINGS and (stem not in _DEED or (stem in _FAINT and not head))
