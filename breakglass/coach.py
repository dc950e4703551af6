"""The justification coach: says what a reason lacks, while it is typed. It never stops anybody."""

import dataclasses
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from breakglass.rules import Rules

_PLAN = re.compile(
    r"\b(i (will|am going to|need to|want to|have to|must)|in order to|to (find|fix|end|check|see"
    r"|stop|restore|restart|look|read|correct|remove|verify|unblock|reset|kill|roll|fail|compare"
    r"|delete|update|export|identify|release|trace|recover|confirm))\b",
    re.IGNORECASE,
)
_IMPACT = re.compile(
    r"\b(customers?|users?|patients?|orders?|payments?|checkout|sign[- ]?in|log[- ]?in|down|fail"
    r"(s|ed|ing|ure)?|error(s)?|broken|stuck|slow|lock(s|ed)?|outage|lost|leak(ed|ing)?|breach"
    r"|suspicious|attack(er)?|unavailable|cannot|can't|blocked|corrupt(ed)?|timeouts?|drill"
    r"|exercise)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\b(since|from|at|after|for)\s+(\d|yesterday|today|this|last|the|noon|midnight)"
    r"|\b\d{1,2}:\d{2}\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^\W*(test|asdf+|fix|debug|urgent|need access|please|work|stuff|todo|n/?a)\W*$",
    re.IGNORECASE,
)
_COPIED = 20  # points that a reason loses which was given before
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing the coach sees: `good` or missing, what it is called, and what to do about it."""

    good: bool
    about: str
    text: str


@dataclasses.dataclass(frozen=True)
class Coaching:
    """What the coach thinks of a reason: a score of 0 to 100 and its remarks."""

    score: int
    remarks: tuple[Remark, ...]

    @property
    def good(self) -> int:
        """How many points are clear."""
        return sum(remark.good for remark in self.remarks)

    @property
    def missing(self) -> Remark | None:
        """The first thing that a reader will miss."""
        return next((remark for remark in self.remarks if not remark.good), None)


def read(
    justification: str, *, rules: Rules, targets: Sequence[str], intent: str = "",
    copied: int | None = None,
) -> Coaching:  # fmt: skip
    """Judge a reason by plain rules. `targets` are the names of the chosen targets.

    `copied` is the number of an earlier case of the same person that has the very same words.
    """
    text = f"{justification} {intent}".strip()
    words = _WORD.findall(text)
    checks = [
        (30, _length(justification, rules, words)),
        (25, _impact(text)),
        (25, _plan(text)),
        (10, _since(text)),
        (10, _system(text, targets, rules)),
    ]
    score = sum(points for points, remark in checks if remark.good)
    remarks = tuple(remark for _, remark in checks)
    if copied is None:
        return Coaching(score=score, remarks=remarks)
    return Coaching(score=max(0, score - _COPIED), remarks=(_copied(copied), *remarks))


def _copied(case: int) -> Remark:
    said = _("These are the words of Case %(case)s. Say what is happening today.")
    return _missing(_("Today"), said % {"case": case})


def _clear(about: str) -> Remark:
    return Remark(good=True, about=about, text="")


def _missing(about: str, text: str) -> Remark:
    return Remark(good=False, about=about, text=text)


def _length(justification: str, rules: Rules, words: list[str]) -> Remark:
    short = len(justification.strip()) < rules.min_justification
    if short or len(set(words)) < 4 or _FILLER.match(justification):
        return _missing(
            pgettext("of a reason", "Length"),
            _("Say in one sentence what is wrong, since when, and what you will do."),
        )
    return _clear(pgettext("of a reason", "Length"))


def _impact(text: str) -> Remark:
    if _IMPACT.search(text):
        return _clear(_("Impact"))
    return _missing(_("Impact"), _("Who or what suffers? For example: checkout fails for all."))


def _plan(text: str) -> Remark:
    if _PLAN.search(text):
        return _clear(_("Plan"))
    return _missing(_("Plan"), _("What will you do there? For example: I will find the lock."))


def _since(text: str) -> Remark:
    if _SINCE.search(text):
        return _clear(_("Since when"))
    return _missing(_("Since when"), _("A time helps the reviewer: since 02:05."))


def _system(text: str, targets: Sequence[str], rules: Rules) -> Remark:
    named = [*targets, *rules.expected_objects]
    if any(name and name.lower() in text.lower() for name in named):
        return _clear(_("System"))
    if not targets:
        return _missing(_("System"), _("Name the system that you will touch."))
    return _missing(
        _("System"), _("Name what you will touch: %(names)s.") % {"names": ", ".join(targets[:5])}
    )
