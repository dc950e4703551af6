"""Rules as lines of text: a pattern, and what follows from it.

    drop\\s+table (?P<o>\\S+) => schema delete 0.9 everything

Left of the arrow stands a regular expression in which a blank means any white space; right of it
verbs, breadths, and a severity if it differs from the usual one. The first rule that matches
counts. A group `o` names an object, `d` a destination. The tables lie in `tables/`, where a line
`[a b]` begins the rules for what starts with the word a or b.
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

    They are read when a word is first met: a process meets few of them.
    """
    sections: dict[str, list[str]] = {}
    words: list[str] = []
    for line in (_TABLES / f"{name}.rules").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = line.strip("[] ").split()
        elif line.strip() and not line.startswith("#"):
            for word in words:
                sections.setdefault(word, []).append(line)
    return {word: "\n".join(lines) for word, lines in sections.items()}


def read(text: str) -> tuple[Rule, ...]:
    """Return the rules of a text, one a line; empty lines and lines with # say nothing.

    Raises:
        ValueError: a line has no arrow or a word that is neither verb, breadth nor number.
    """
    return tuple(_rules(text))


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


def _rules(text: str) -> Iterator[Rule]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield _rule(line.strip())


def _rule(line: str) -> Rule:
    pattern, arrow, rest = line.rpartition(" => ")
    words = rest.split()
    numbers = [word for word in words if word[0].isdigit()]
    unknown = {*words} - _VERBS - _BREADTHS - {*numbers}
    if not arrow or unknown:
        raise ValueError(f"Not a rule: {line}")
    return Rule(
        re.compile(pattern.strip().replace(" ", r"\s+"), re.IGNORECASE),
        tuple(Verb(word) for word in words if word in _VERBS),
        tuple(Breadth(word) for word in words if word in _BREADTHS),
        float(numbers[0]) if numbers else None,
    )
