"""A session in numbers: the worst and the best of its actions, which a small model weighs."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from judgement import fitting, grip, hard, near
from judgement import scope as rules_of_scope
from judgement.alignment import features
from judgement.doubts import Doubt, doubts, weight
from judgement.facts import Kind, Verb
from judgement.findings import Finding, Severity
from judgement.grounds import Grounds, Said
from judgement.scope import Scope

_CODES = (
    "verb", "read_only", "forbidden", "object", "whole", "root", "open_to_all", "inverted", "row",
    "widened", "value", "destination", "unreadable", "personal", "loose",
)  # fmt: skip


_HARD = {Severity.LOW: 0.2, Severity.MEDIUM: 0.5, Severity.HIGH: 0.8, Severity.CRITICAL: 1.0}


class Looked(NamedTuple):
    """One action with what rules and words say of it."""

    said: Said
    ruled: tuple[Finding, ...] = ()  # by hard rules and by the scope
    doubts: tuple[Doubt, ...] = ()

    @property
    def neutral(self) -> bool:
        """Whether it changes and discloses nothing."""
        return self.said.facts.neutral


def look(grounds: Grounds, scope: Scope, place: int, said: Said) -> Looked:
    """Hold one action, the `place`-th from 0, against rules and words."""
    facts = said.facts
    if facts.neutral:
        return Looked(said)
    ruled = (
        *hard.findings(grounds.reason, scope, place, facts),
        *rules_of_scope.findings(scope, grounds.reason, place, facts),
    )
    return Looked(said, ruled, tuple(doubts(grounds, said)))


def telling(grounds: Grounds, actions: Sequence[Looked]) -> list[Looked]:
    """Return the actions that tell: those that do anything, but for a look at what is near.

    If there are none, all that do anything, else all.
    """
    busy = [each for each in actions if not each.neutral]
    apart = [each for each in busy if not near.routine(grounds, each.said)]
    return apart or busy or list(actions)


def session(grounds: Grounds, looked: Sequence[Looked]) -> dict[str, float]:
    """Return what is known of actions together, by name."""
    actions = [each.said for each in looked]
    held = [fitting.held(grounds, each.terms) for each in actions]
    rows = list(map(features, itertools.repeat(grounds), actions, held))
    alone = fitting.adds(grounds.whole, held)
    strangers = _strangers(actions)
    for row, each, adds, stranger in zip(rows, looked, alone, strangers, strict=True):
        row["adds"] = adds
        row["adds_of_own"] = adds / max(row["accounts"], 0.01)
        row["stranger"] = stranger
        row["doubt"] = weight(each.doubts)
        row["hard"] = _ruled(each, 0)
        row["scope"] = _ruled(each, 1)
    for row, own in zip(rows, grip.grips(grounds, actions), strict=True):
        row.update(own)
    result = _extremes(rows)
    result |= _roles(looked, rows)
    for code in _CODES:
        weights = [each.weight for own in looked for each in own.doubts if each.code == code]
        result[f"doubt_{code}"] = max(weights, default=0.0)
    weights = sorted(row["doubt"] for row in rows)
    result |= _shape(grounds.reason.text[:20_000], actions)
    return result | _whole(grounds, actions, _accounted(grounds, held), weights)


# Of which it matters whether a deed has them, or a look.
_BY_ROLE = (
    "doubt", "values_unnamed", "grip", "grip_lost", "grip_wild", "grip_share", "figures_strange",
    "accounts", "dropped_share", "held", "unlooked", "personal", "hard", "excess",
)  # fmt: skip


def _roles(looked: Sequence[Looked], rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the extremes of those that change something, and of those that only look."""
    sees, does = list[Mapping[str, float]](), list[Mapping[str, float]]()
    for each, row in zip(looked, rows, strict=True):
        (sees if near.looks(each.said.facts) else does).append(row)
    found = {"deeds": float(len(does)), "glances": float(len(sees))}
    for role, own in (("does", does), ("sees", sees)):
        for name in _BY_ROLE:
            column = [row[name] for row in own] or [-1.0]
            found[f"{role}_{name}_lo"], found[f"{role}_{name}_hi"] = min(column), max(column)
    return found


def _extremes(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the lowest and the highest of each value, by name."""
    found: dict[str, float] = {}
    for (lowest, highest), column in zip(
        _ends(tuple(rows[0]) if rows else ()), zip(*(row.values() for row in rows), strict=True),
        strict=True,
    ):  # fmt: skip
        found[lowest], found[highest] = min(column), max(column)
    return found


@cache
def _ends(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{name}_lo", f"{name}_hi") for name in names)


_SENTENCE = re.compile(r"[.;:!?](?:\s|$)")
_CAPITALS = re.compile(r"[A-Z]{2,}")
_PERSON = re.compile(r"\b(?:i|we|my|our|will|need|please)\b", re.IGNORECASE)


def _shape(text: str, actions: Sequence[Said]) -> dict[str, float]:
    """Return how a session is told: incidents are told otherwise than what one command does."""
    return {
        "told_words": float(min(len(text.split()), 100)),
        "told_letters": float(min(len(text), 800)),
        "told_sentences": float(min(len(_SENTENCE.findall(text)), 12)),
        "told_digits": float(min(sum(map(str.isdigit, text)), 60)),
        "told_names": float(min(len(_CAPITALS.findall(text)), 12)),
        "told_by": float(bool(_PERSON.search(text))),
        "line": min(sum(len(each.text) for each in actions) / max(1, len(actions)), 600.0),
    }


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
