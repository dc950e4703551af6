"""Rules as lines of text: a pattern, and what follows from it.

    drop\\s+table (?P<o>\\S+) => schema delete 0.9 everything

Left of the arrow stands a regular expression, in which a blank means white space, and " ?" that or
none; right of it verbs, breadths, and a severity if it is not the usual one. The first rule that
matches counts. A group `o` names an object, `d` a destination. The tables lie in `tables/`, where
a line `[a b]` begins the rules for what starts with the word a or b.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from judgement.facts import Breadth, Verb
from judgement.gathering import Gathered

_TABLES = Path(__file__).resolve().parent / "tables"
_VERBS = frozenset(Verb)
_BREADTHS = frozenset(Breadth)


class Rule(NamedTuple):
    """What follows where a pattern matches."""

    pattern: re.Pattern[str]
    verbs: tuple[Verb, ...]
    breadth: tuple[Breadth, ...]
    severity: float | None


@cache
def table(name: str) -> Mapping[str, str]:
    """Return the text of the rules for each first word, of a table in `tables/`.

    A later section for a word takes the place of an earlier one. Patterns are made when a word is
    first met: a process meets few of them.
    """
    text = (_TABLES / f"{name}.rules").read_text(encoding="utf-8")
    sections: dict[str, list[str]] = {}
    words: list[str] = []
    lines: list[str] = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if " => " in line:
            lines.append(line)
            continue
        if line.startswith("["):
            words, lines = [], []
        words = line.strip("[] ").split() if not words else [*words, *line.strip("] ").split()]
        sections.update(dict.fromkeys(words, lines))
    return {word: "\n".join(lines) for word, lines in sections.items()}


def read(text: str, *, any_case: bool = True) -> tuple[Rule, ...]:
    """Return the rules of a text, one a line; empty lines and lines with # say nothing.

    Options of utilities differ by case: there `any_case` is off.

    Raises:
        ValueError: a line has no arrow or a word that is neither verb, breadth nor number.
    """
    flags = re.IGNORECASE if any_case else re.NOFLAG
    return tuple(_rules(text, flags))


def apply(rule: Rule, found: re.Match[str], gathered: Gathered) -> None:
    """Add what follows from a rule that matched."""
    gathered.does(*rule.verbs, severity=rule.severity)
    gathered.reaches(*rule.breadth)
    for name, value in found.groupdict().items():
        if value:
            (gathered.sends_to if name.startswith("d") else gathered.names)(clean(value))


def clean(name: str) -> str:
    """Return a name without the quotes around it or its parts."""
    return re.sub(r"[\"'`\[\];()]", "", name).strip(",")


def _rules(text: str, flags: re.RegexFlag) -> Iterator[Rule]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield _rule(line.strip(), flags)


def _rule(line: str, flags: re.RegexFlag) -> Rule:
    pattern, arrow, rest = line.rpartition(" => ")
    words = rest.split()
    numbers = [word for word in words if word[0].isdigit()]
    unknown = {*words} - _VERBS - _BREADTHS - {*numbers}
    if not arrow or unknown:
        raise ValueError(f"Not a rule: {line}")
    return Rule(
        re.compile(pattern.strip().replace(" ?", r"\s*").replace(" ", r"\s+"), flags),
        tuple(Verb(word) for word in words if word in _VERBS),
        tuple(Breadth(word) for word in words if word in _BREADTHS),
        float(numbers[0]) if numbers else None,
    )
