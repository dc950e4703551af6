"""The justification coach: says what a reason lacks, while it is typed. It never stops anybody."""

import dataclasses
import re
from collections.abc import Sequence

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
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing the coach sees: `good` or missing, what it is called, and what to do."""

    good: bool
    about: str
    text: str


@dataclasses.dataclass(frozen=True)
class Coaching:
    """What the coach thinks of a reason: a score of 0 to 100 and its remarks."""

    score: int
    remarks: tuple[Remark, ...]


def read(justification: str, *, rules: Rules, targets: Sequence[str], intent: str = "") -> Coaching:
    """Judge a reason by plain rules. `targets` are the names of the chosen targets."""
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
    return Coaching(score=score, remarks=tuple(remark for _, remark in checks))


def _clear(about: str, text: str) -> Remark:
    return Remark(good=True, about=about, text=text)


def _missing(about: str, text: str) -> Remark:
    return Remark(good=False, about=about, text=text)


def _length(justification: str, rules: Rules, words: list[str]) -> Remark:
    short = len(justification.strip()) < rules.min_justification
    if short or len(set(words)) < 4 or _FILLER.match(justification):
        return _missing("Length", "Say in one sentence what is wrong, in your own words.")
    return _clear("Length", "is enough for a colleague to follow.")


def _impact(text: str) -> Remark:
    if _IMPACT.search(text):
        return _clear("Impact", "is clear.")
    return _missing("Impact", "Who or what suffers? For example: checkout fails for all.")


def _plan(text: str) -> Remark:
    if _PLAN.search(text):
        return _clear("Plan", "is clear.")
    return _missing("Plan", "What will you do there? For example: I will find the lock.")


def _since(text: str) -> Remark:
    if _SINCE.search(text):
        return _clear("Since when", "is clear.")
    return _missing("Since when", "A time helps the reviewer: since 02:05.")


def _system(text: str, targets: Sequence[str], rules: Rules) -> Remark:
    named = [*targets, *rules.expected_objects]
    if any(name and name.lower() in text.lower() for name in named):
        return _clear("System", "is named.")
    return _missing("System", f"Name what you will touch: {', '.join(targets) or 'a system'}.")
