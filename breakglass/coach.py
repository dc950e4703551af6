"""The justification coach: says what a reason lacks, while it is typed. It never stops anybody.

It reads a reason as the judging of actions does, so that whoever asks sees beforehand what would
be expected of them, and with it what would later be unexplained.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from breakglass.copies import Copy
from breakglass.policy import why_bad_reference
from breakglass.rules import Rules
from core.speech import shown
from judgement import echo, reasons, words
from judgement.echo import Expected
from judgement.facts import Verb
from judgement.reasons import Reason

# Points of what is clear; they add up to 100.
_POINTS = {"length": 20, "impact": 20, "plan": 25, "since": 10, "system": 15, "ticket": 10}
# Points that are lost by what is odd.
_COPIED, _COPIED_FROM_OTHERS, _CONTRADICTS = 20, 10, 15

_IMPACT = re.compile(
    r"\b(customers?|users?|patients?|orders?|payments?|checkout|sign[- ]?in|log[- ]?in|down|fail"
    r"(s|ed|ing|ure)?|error(s)?|broken|stuck|slow|lock(s|ed)?|outage|lost|leak(ed|ing)?|breach"
    r"|suspicious|attack(er)?|unavailable|cannot|can't|blocked|corrupt(ed)?|timeouts?|drill"
    r"|exercise|hangs?|wrong|missing|duplicates?|twice|full)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\b(since|from|at|after|for)\s+(\d|yesterday|today|this|last|the|noon|midnight)"
    r"|\b\d{1,2}:\d{2}\b|\bthis (morning|noon|afternoon|evening)\b|\b(tonight|yesterday)\b",
    re.IGNORECASE,
)
_FILLER = frozenset(
    words.content(
        "test testing asdf asdfg fix debug work stuff todo na problem issue help something broken "
        "thing emergency prod production check look quick"
    )
)
_TICKET = re.compile(r"https?://\S+|#\d+|\b[A-Z]{2,10}-?\d{2,}\b")
_ABOUT_TICKETS = frozenset(
    words.content("see ticket incident case issue jira described details reference ref inc cf")
)
_GENERIC = frozenset(
    words.content("database db prod production server system cluster host main primary test")
)
_NO_CHANGE = frozenset({Verb.READ, Verb.EXPORT})
_CHANGING = frozenset({Verb.WRITE, Verb.DELETE, Verb.SCHEMA, Verb.PRIVILEGE})
_DEEDS = {
    Verb.READ: _lazy("reading"),
    Verb.WRITE: _lazy("changing"),
    Verb.DELETE: _lazy("deleting"),
    Verb.SCHEMA: _lazy("changing the structure"),
    Verb.PRIVILEGE: _lazy("giving or taking rights"),
    Verb.EXPORT: _lazy("copying out"),
    Verb.PERSISTENCE: _lazy("setting up what stays"),
    Verb.TAMPER: _lazy("touching logs"),
    Verb.SECRET: _lazy("reading secrets"),
    Verb.NETWORK: _lazy("connecting elsewhere"),
    Verb.EXEC: _lazy("running"),
}


class Sort(StrEnum):
    """How a remark is meant."""

    CLEAR = "clear"
    MISSING = "missing"
    ODD = "odd"  # something is said that does not fit
    UNJUDGED = "unjudged"


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing the coach sees: how it is meant, what it is called, and what to do about it."""

    sort: Sort
    about: str
    text: str = ""

    @property
    def good(self) -> bool:
        """Whether a reader has what they need."""
        return self.sort is Sort.CLEAR


@dataclasses.dataclass(frozen=True)
class Deed:
    """What a reviewer will expect: a kind of action in words, and to what."""

    what: str
    things: str


@dataclasses.dataclass(frozen=True)
class Coaching:
    """What the coach thinks of a reason: a score of 0 to 100, its remarks, and what the words
    let a reviewer expect.
    """

    score: int
    remarks: tuple[Remark, ...]
    expected: tuple[Deed, ...] = ()
    judged: bool = True  # else its language is not one that is read here

    @property
    def good(self) -> int:
        """How many points are clear."""
        return sum(remark.good for remark in self.remarks)

    @property
    def missing(self) -> Remark | None:
        """The first thing to do something about."""
        return next((remark for remark in self.remarks if not remark.good), None)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Said:
    """All that a requester said; `targets` are the names of the chosen ones."""

    justification: str
    intent: str = ""
    reference: str = ""
    targets: Sequence[str] = ()
    read_only: bool = False
    copied: Copy | None = None

    @property
    def text(self) -> str:
        """The reason and the plan, which are read together."""
        return f"{self.justification.strip()}\n{self.intent.strip()}".strip()


def read(said: Said, *, rules: Rules) -> Coaching:
    """Judge a reason by plain rules, in less than 5 ms; see `tests/breakglass/test_coach.py`."""
    reason = reasons.read(said.text)
    expected = echo.of(reason)
    clear = {
        "length": _length(said, rules),
        "impact": _impact(said.text),
        "plan": _plan(expected),
        "since": _since(said.text),
        "system": _system(said, rules),
        "ticket": _ticket(said, rules),
    }
    if not reason.language_known:  # what only words tell is neither praised nor blamed
        clear |= {"impact": None, "plan": None}
    odd = [*_odd(said, reason, expected)]
    remarks = [*(remark for _points, remark in odd), *filter(None, clear.values())]
    return Coaching(
        score=_score(clear, sum(points for points, _remark in odd)),
        remarks=tuple(remarks),
        expected=tuple(_deed(each) for each in expected),
        judged=reason.language_known,
    )


def _score(remarks: dict[str, Remark | None], lost: int) -> int:
    """Return the share of the points that could be given, without those that are lost.

    A ticket that nobody asks for is given: a scenario without any must not score lower.
    """
    judged = {name: remark for name, remark in remarks.items() if remark or name == "ticket"}
    given = sum(_POINTS[name] for name, remark in judged.items() if remark is None or remark.good)
    return max(0, round(100 * given / sum(_POINTS[name] for name in judged)) - lost)


def _odd(said: Said, reason: Reason, expected: Sequence[Expected]) -> Iterator[tuple[int, Remark]]:
    """Yield what does not fit, with the points that it costs."""
    if not reason.language_known:
        text = _(
            "Your words are not English, so only people can judge them. Write as it suits you."
        )
        yield 0, Remark(Sort.UNJUDGED, _("Language"), text)
    if why := _contradiction(said, reason, expected):
        yield _CONTRADICTS, Remark(Sort.ODD, _("Only looking"), why)
    if said.copied:
        lost = _COPIED if said.copied.own else _COPIED_FROM_OTHERS
        yield lost, Remark(Sort.ODD, _("Today"), _again(said.copied))


def _again(copied: Copy) -> str:
    if not copied.own:
        text = _("Much the same was said in Case %(case)s. Say what is different today.")
    elif copied.exact:
        text = _("These are the words of Case %(case)s. Say what is happening today.")
    else:
        text = _("These are nearly the words of Case %(case)s. Say what is different today.")
    return text % {"case": copied.case}


def _contradiction(said: Said, reason: Reason, expected: Sequence[Expected]) -> str:
    """Say so where somebody only looks and changes something; copying out is no change."""
    unfit = {Verb.READ, Verb.EXPORT}
    changing = [
        each for each in expected if _CHANGING & {*each.verbs} and not unfit & {*each.verbs}
    ]
    if not changing or not (said.read_only or reason.says_it_looks):
        return ""
    what = {"what": ", ".join(dict.fromkeys(_what(each) for each in changing))}
    if reason.says_it_looks:
        return _("You say that you only look, and also: %(what)s. Take one of them back.") % what
    return _("A read-only door does not allow: %(what)s. Take one of them back.") % what


def _deed(expected: Expected) -> Deed:
    return Deed(_what(expected), ", ".join(expected.things))


def _what(expected: Expected) -> str:
    deeds = [str(_DEEDS[verb]) for verb in expected.verbs if verb in _DEEDS]
    return _(" or ").join(deeds[:2])


def _remark(good: object, about: str, text: str) -> Remark:
    return Remark(Sort.CLEAR, about) if good else Remark(Sort.MISSING, about, text)


def _length(said: Said, rules: Rules) -> Remark:
    about, text = pgettext("of a reason", "Length"), said.justification.strip()
    content = set(words.content(text))
    beside = set(words.content(_TICKET.sub(" ", text.replace(said.reference or "\0", " "))))
    if content and content != beside and len(beside - _ABOUT_TICKETS) < 2:
        alone = _("A ticket alone says too little: say here what is wrong and what you will do.")
        return Remark(Sort.MISSING, about, alone)
    if content and content <= _FILLER:
        empty = _("These words would fit any day. Say what is wrong today, and where.")
        return Remark(Sort.MISSING, about, empty)
    fine = len(text) >= rules.min_justification and len(set(re.findall(r"\w\w+", text))) >= 4
    return _remark(
        fine, about, _("Say in one sentence what is wrong, since when, and what you will do.")
    )


def _impact(text: str) -> Remark:
    hint = _("Who or what suffers? For example: checkout fails for all.")
    return _remark(_IMPACT.search(text), _("Impact"), hint)


def _plan(expected: Sequence[Expected]) -> Remark:
    about = _("Plan")
    if expected and not any(each.things for each in expected):
        return Remark(
            Sort.MISSING, about, _("And to what? For example: I will restart the worker.")
        )
    hint = _("What will you do there? For example: I will find the lock.")
    return _remark(expected, about, hint)


def _since(text: str) -> Remark:
    return _remark(
        _SINCE.search(text), _("Since when"), _("A time helps the reviewer: since 02:05.")
    )


def _system(said: Said, rules: Rules) -> Remark:
    """Whether a target or an object is named, by its name or a word of it."""
    named, text = [*said.targets, *rules.expected_objects], said.text.casefold()
    called = {stem for name in named for stem in words.content(name)} - _GENERIC
    known = any(name and name.casefold() in text for name in named) or bool(
        called & {*words.content(said.text)}
    )
    hint = _("Name the system that you will touch.")
    if said.targets:
        hint = _("Name what you will touch: %(names)s.") % {"names": ", ".join(said.targets[:5])}
    return _remark(known, _("System"), hint)


def _ticket(said: Said, rules: Rules) -> Remark | None:
    """Whether a ticket is named and written as the scenario wants; None where none is wanted."""
    if why := why_bad_reference(rules, said.reference.strip()):
        return Remark(Sort.MISSING, _("Ticket"), shown(why))
    return Remark(Sort.CLEAR, _("Ticket")) if said.reference.strip() else None
