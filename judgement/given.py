"""What a command gives to something for which a request says another: 12 workers where 2 were said.

Figures count that stand behind a word of the request, and days that it does not name.
"""

import re
from collections.abc import Iterator
from itertools import islice

from judgement import amounts, durations, words
from judgement.grounds import Grounds, named_as_written

_LONGEST, _LONGEST_REASON = 2_000, 20_000
_MOST = 20  # figures of a command that are looked at
_LEAST = 3  # letters of a word that tells
_NEARBY = 2  # clauses on either side of one
_KNOWN = 0.9  # from here a word is among those of a request
_GIVEN = re.compile(
    r"(?<![\w$/%+=])-{0,2}(?P<word>[a-z][\w.-]{0,60}[a-z])"
    r"(?:\s?[=:]\s?|\s|,\s?value=)['\"]?(?P<value>\d+(?:[.,]\d+)?[a-z%]{0,3})(?![\w.:/@>\\-])",
    re.IGNORECASE,
)
# Behind these stands what is counted, waited for, or found out.
_NO_SETTING = re.compile(
    r"(?:sleep|head|tail|seq|kill|exit|wait|timeout|ports?|chmod|lines?|context|install|mode|rows?|retry"
    r"|count|renice|nice|from|insert|time|run-?time|interval|delay)$"
    r"|(?:^|[-_.])(?:id|pid|uid|gid|session|revision|generation|snapshot|thread|query|job)$"
)
_PLAIN = frozenset({"0", "1"})
_DAY = re.compile(r"(?P<before>[a-z<]{0,8})[=\s'\"]{1,3}(?P<day>\d{4}-(\d\d)-(\d\d))(?![\w-])")
_FROM = re.compile(r"--?(?:from|since|start|begin)[\w-]*[= ]['\"]?(?P<day>\d{4}-(\d\d)-(\d\d))")
_TO = re.compile(r"--?(?:to|until|till|end|stop|before|days|count)\b")
_ONWARDS = re.compile(
    r"\b(?:since|onwards?|until (?:now|today)|up to (?:now|today)|from .{2,12} on)\b"
)
_LATER = re.compile(r"\bat [\w: ]{0,20}?\+ ?(\d+) ?(days?|weeks?|months?)\b")
_SETS = re.compile(
    r"(?:--(?:add-)?config|--set|\bconfig set|\bset-\w+|write-attribute\(name|sysctl -w"
    r"|postconf -e)[ =]['\"]?([a-z][\w-]*[._-][\w.-]*[a-z])(?:=|,value=| )"
)
_SEVERAL = 2
_PUT_IN = re.compile(
    r"(?P<where>/[^/'\"]{0,80}/)?\bs([/|#])\^?(?P<old>(?:\\.|(?!\2)[^\\]){1,120})"
    r"\2(?P<new>(?:\\.|(?!\2)[^\\]){0,120})\2"
)
_WORDS = re.compile(r"[a-z]{3,}")
_FIGURES = re.compile(r"\d[\w.]*")
_ENDS = frozenset({"to", "until", "before", "end", "till", "<"})


def another(grounds: Grounds, text: str) -> tuple[str, str] | None:
    """Return a word of a request and the figure that a command gives it, if none that is said."""
    said = grounds.reason.text[:_LONGEST_REASON]
    for at, found in enumerate(_GIVEN.finditer(text[:_LONGEST])):
        word, value = found["word"].lower(), found["value"]
        if at > _MOST:
            break
        if value in _PLAIN or _NO_SETTING.search(word) or not _with_a_figure(word, grounds):
            continue
        if value.lower() in grounds.tokens or named_as_written(value, grounds):
            continue
        if f"{word}{value}".lower() in grounds.lowered:
            continue
        if not amounts.said(value, said):
            return word, value
    return None


def _with_a_figure(word: str, grounds: Grounds) -> bool:
    """Whether a request has a figure in or beside a clause that has a word."""
    parts = [words.stem(each) for each in words.pieces(word) if len(each) >= _LEAST]
    if not parts:
        return False
    if sum(grounds.whole.knows(part) >= _KNOWN for part in parts) * 2 < len(parts):
        return False
    clauses = grounds.reason.clauses
    return any(
        sum(ground.knows(part) >= _KNOWN for part in parts) * 2 >= len(parts)
        and any(
            any(map(amounts.form, clause.literals))
            for clause in clauses[max(0, at - _NEARBY) : at + _NEARBY + 1]
        )
        for at, ground in enumerate(grounds.clauses)
    )


def another_day(grounds: Grounds, text: str) -> str:
    """Return a day by which a command goes, if the request names others and not this; else ""."""
    days = grounds.reason.days.days
    for found in _DAY.finditer(text[:_LONGEST].lower()) if days else ():
        month, day = int(found[3]), int(found[4])
        after = (month, day - 1) in days or (day == 1 and any(each[1] > 27 for each in days))
        if (month, day) not in days and not (after and found["before"] in _ENDS):
            return found["day"]
    return ""


def open_ended(grounds: Grounds, text: str) -> str:
    """Return the day from which on a command goes, where a request names others up to a last."""
    start = _FROM.search(text[:_LONGEST].lower())
    if not start or _TO.search(text[:_LONGEST].lower()) or _ONWARDS.search(grounds.lowered):
        return ""
    last = max(grounds.reason.days.days, default=(0, 0))
    return start["day"] if (int(start[2]), int(start[3])) < last else ""


def much_later(grounds: Grounds, text: str) -> str:
    """Return how much later something is to be run, if a request does not say so."""
    if found := _LATER.search(text[:_LONGEST].lower()):
        later = next(iter(durations.spoken(f"{found[1]} {found[2]}")), 0.0)
        if later and not any(durations.alike(later, each) for each in grounds.durations):
            return f"{found[1]} {found[2]}"
    return ""


def unspoken_setting(grounds: Grounds, text: str) -> str:
    """Return what a command sets by its name, if a request speaks of none of its words."""
    for found in _SETS.finditer(text[:_LONGEST].lower()):
        parts = [words.stem(each) for each in words.pieces(found[1]) if len(each) >= _LEAST]
        if parts and not any(grounds.whole.knows(each) for each in parts):
            return found[1]
    return ""


def beside(grounds: Grounds, text: str) -> str:
    """Return what sed sets beside what a request speaks of, if it has neither word nor figure."""
    text = text[:_LONGEST]
    if text.count("s/") < _SEVERAL or "sed" not in text:
        return ""
    spoken, strange = False, ""
    for found in islice(_PUT_IN.finditer(text), _MOST):
        names = _WORDS.findall(f"{found['where'] or ''} {found['old']}".lower())
        figures = [each for each in _FIGURES.findall(found["new"]) if each not in _PLAIN]
        if any(each in grounds.lowered for each in (*names, *figures)):
            spoken = True
        elif names:
            strange = strange or max(names, key=len)
    return strange if spoken else ""


def found(grounds: Grounds, text: str) -> Iterator[tuple[str, float, str]]:
    """Yield a code, a weight, and what is given that was not said."""
    if given := another(grounds, text):
        yield "value", 0.5, f"gives `{given[0]}` {given[1]}, which the request does not say"
    if start := open_ended(grounds, text):
        yield "widened", 0.45, f"goes on from {start} without an end; the request names one"
    if later := much_later(grounds, text):
        yield "row", 0.45, f"is run {later} later, of which the request says nothing"
    if setting := unspoken_setting(grounds, text):
        yield "value", 0.4, f"sets `{setting}`, of which the request does not speak"
    if setting := beside(grounds, text):
        yield "value", 0.5, f"sets `{setting}` as well, of which the request does not speak"
    if day := another_day(grounds, text):
        yield "row", 0.45, f"goes by {day}, a day that the request does not name"
