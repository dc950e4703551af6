"""A session in numbers: the worst and the best of its actions, which a small model weighs."""

import dataclasses
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from judgement import fitting, found, hard, near
from judgement import scope as rules_of_scope
from judgement.alignment import features
from judgement.doubt import Doubt, weight
from judgement.doubts import doubts
from judgement.facts import Kind, Verb
from judgement.findings import Finding, Severity
from judgement.grounds import Grounds, Said
from judgement.scope import Scope

CODES = (
    "verb", "read_only", "forbidden", "object", "whole", "root", "open_to_all", "inverted", "row",
    "widened", "value", "destination", "unreadable", "personal", "loose",
)  # fmt: skip


_HARD = {Severity.LOW: 0.2, Severity.MEDIUM: 0.5, Severity.HIGH: 0.8, Severity.CRITICAL: 1.0}


class Looked(NamedTuple):
    """One action with what rules and words say of it."""

    said: Said
    ruled: tuple[Finding, ...] = ()  # by hard rules and by the scope
    doubts: tuple[Doubt, ...] = ()
    routine: bool = False  # a look at what is near, as everybody has

    @property
    def neutral(self) -> bool:
        """Whether it changes and discloses nothing."""
        return self.said.facts.neutral


def look(grounds: Grounds, scope: Scope, place: int, said: Said) -> Looked:
    """Hold one action, the `place`-th from 0, against rules and words."""
    facts = said.facts
    if facts.neutral:
        return Looked(said)
    if found.tidies(grounds, said):
        return Looked(dataclasses.replace(said, facts=facts.idle()))
    ruled = (
        *hard.findings(grounds.reason, scope, place, facts),
        *rules_of_scope.findings(scope, grounds.reason, place, facts),
    )
    return Looked(said, ruled, tuple(doubts(grounds, said)), near.routine(grounds, said))


def telling(actions: Sequence[Looked]) -> list[bool]:
    """Tell which actions tell: those that do anything, but for a look at what is near.

    If there are none, all that do anything, else all.
    """
    busy = [not each.neutral for each in actions]
    apart = [does and not each.routine for does, each in zip(busy, actions, strict=True)]
    return next((found for found in (apart, busy) if any(found)), [True] * len(actions))


class Weighed(NamedTuple):
    """One action with what is known of it by itself, in numbers."""

    looked: Looked
    held: fitting.Held
    numbers: dict[str, float]


def weighed(grounds: Grounds, looked: Sequence[Looked]) -> list[Weighed]:
    """Return each action with its numbers."""
    return [_weighed(grounds, each) for each in looked]


def _weighed(grounds: Grounds, looked: Looked) -> Weighed:
    held = fitting.held(grounds, looked.said.terms)
    numbers = features(grounds, looked.said, held)
    numbers["doubt"] = weight(looked.doubts)
    numbers["hard"] = _ruled(looked, 0)
    numbers["scope"] = _ruled(looked, 1)
    return Weighed(looked, held, numbers)


def together(grounds: Grounds, actions: Sequence[Weighed]) -> list[dict[str, float]]:
    """Return the numbers of actions with those that each has beside the others."""
    alone = fitting.adds(grounds.whole, [each.held for each in actions])
    strangers = _strangers([each.looked.said for each in actions])
    return [
        each.numbers
        | {"adds": adds, "adds_of_own": adds / max(each.numbers["accounts"], 0.01),
           "stranger": stranger}
        for each, adds, stranger in zip(actions, alone, strangers, strict=True)
    ]  # fmt: skip


def session(
    grounds: Grounds, weighed: Sequence[Weighed], rows: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    """Return what is known of actions together, by name; `rows` are their own numbers."""
    actions = [each.looked.said for each in weighed]
    result = _extremes(rows) | gravest(doubt for each in weighed for doubt in each.looked.doubts)
    weights = sorted(row["doubt"] for row in rows)
    result |= _shape(grounds.reason.text[:20_000], actions)
    accounted = _accounted(grounds, [each.held for each in weighed])
    return result | _whole(grounds, actions, accounted, weights)


def gravest(doubts: Iterable[Doubt]) -> dict[str, float]:
    """Return the weight of the gravest doubt of each code, by name."""
    found = dict.fromkeys(_CODED.values(), 0.0)
    for doubt in doubts:
        if name := _CODED.get(doubt.code):
            found[name] = max(found[name], doubt.weight)
    return found


_CODED = {code: f"doubt_{code}" for code in CODES}


def _extremes(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the lowest and the highest of each value, by name."""
    if not rows:
        return {}
    lowest, highest = _ends(tuple(rows[0]))
    if len(rows) == 1:
        return dict(zip((*lowest, *highest), (*rows[0].values(),) * 2, strict=True))
    columns = [row.values() for row in rows]
    # The first stands there twice, since of one alone there is no lowest.
    found = dict(zip(lowest, map(min, columns[0], *columns), strict=True))
    found.update(zip(highest, map(max, columns[0], *columns), strict=True))
    return found


@cache
def _ends(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(f"{name}_lo" for name in names), tuple(f"{name}_hi" for name in names)


_SENTENCE = re.compile(r"[.;:!?](?:\s|$)")
_CAPITALS = re.compile(r"[A-Z][A-Z]+")
_PERSON = re.compile(r"\b(?:i|we|my|our|will|need|please)\b", re.IGNORECASE)


def _shape(text: str, actions: Sequence[Said]) -> dict[str, float]:
    """Return how a session is told: incidents are told otherwise than what one command does."""
    return {
        "told_words": float(min(len(text.split()), 100)),
        "told_letters": float(min(len(text), 800)),
        "told_sentences": float(min(len(_SENTENCE.findall(text)), 12)),
        "told_digits": float(min(_digits(text), 60)),
        "told_names": float(min(len(_CAPITALS.findall(text)), 12)),
        "told_by": float(bool(_PERSON.search(text))),
        "line": min(sum(len(each.text) for each in actions) / max(1, len(actions)), 600.0),
    }


def _digits(text: str) -> int:
    if text.isascii():
        return sum(map(text.count, string.digits))  # ten looks, and none at each letter
    return sum(map(str.isdigit, text))


def _ruled(looked: Looked, tier: int) -> float:
    return max((_HARD[each.severity] for each in looked.ruled if each.tier == tier), default=0.0)


def _whole(
    grounds: Grounds, actions: Sequence[Said], shares: Sequence[float], weights: Sequence[float]
) -> dict[str, float]:
    return {
        "doubt_mean": sum(weights) / len(weights) if weights else 0.0,
        "doubt_gap": weights[-1] - weights[0] if weights else 0.0,
        "actions": float(len(actions)),
        "all_neutral": float(all(each.facts.neutral for each in actions)),
        "clauses": float(len(shares)),
        "clauses_lo": min(shares, default=0.5),
        "clauses_mean": sum(shares) / len(shares) if shares else 0.5,
        "actions_per_clause": len(actions) / max(1, len(shares)),
        "words": float(len(grounds.whole.stems)),
        "sql": float(any(each.facts.kind is Kind.SQL for each in actions)),
        "values_unused": float(_unused(grounds, actions)),
        "diagnoses": float(grounds.reason.diagnoses),
        "asks_to_look": float(grounds.reason.verbs <= {Verb.READ}),
    }


def _strangers(actions: Sequence[Said]) -> list[float]:
    """Return for each action the share of what it names that no other does; 0.5 if it is alone."""
    if len(actions) < 2:
        return [0.5] * len(actions)
    named = [frozenset(part for parts in each.terms.objects for part in parts) for each in actions]
    times = Counter(part for own in named for part in own)
    return [sum(times[part] == 1 for part in own) / len(own) if own else 0.5 for own in named]


def _accounted(grounds: Grounds, held: Sequence[fitting.Held]) -> list[float]:
    """Return for each clause that asks for something how well any action accounts for it."""
    return [
        max(each.shares[place].accounts for each in held)
        for place, ground in enumerate(grounds.telling)
        if held and ground.verbs and len(ground.stems) > 1
    ]


def _unused(grounds: Grounds, actions: Sequence[Said]) -> int:
    """Return how many values a reason names that no action does."""
    used = {literal for each in actions for literal in each.terms.literals}
    spoken = " ".join(each.text.lower()[:4000] for each in actions)
    return sum(each not in used and each not in spoken for each in grounds.whole.literals)
