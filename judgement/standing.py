"""How each action stands among the others of its session, in numbers that are weighed alone.

One bad action hides among good ones: what it has that the worst of the others lacks tells more than
what it is by itself.
"""

import itertools
from collections.abc import Mapping, Sequence

from judgement import grip, near
from judgement.facts import Verb
from judgement.grounds import Grounds
from judgement.weighing import Looked, Weighed, gravest, session, telling, together, weighed

# Of which it matters how much more of it an action has than any other.
_BEYOND = (
    "doubt", "grip", "grip_lost", "grip_wild", "grip_share", "held", "dropped_share", "accounts",
    "objects", "columns", "covered", "values_unnamed", "compat", "excess", "stranger", "adds",
    "severity", "twin", "unlooked", "personal", "figures_strange", "doubt_object", "doubt_verb",
    "hard",
)  # fmt: skip
# Of a session, which makes one and the same action more or less likely.
_OF_SESSION = (
    "words", "diagnoses", "asks_to_look", "clauses", "clauses_lo", "clauses_mean", "values_unused",
    "doubt_gap", "told_words", "told_digits",
)  # fmt: skip
_VERBS = {verb: f"does_{verb}" for verb in Verb}


def numbers(
    grounds: Grounds, looked: Sequence[Looked]
) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Return what is known of a session, and of each of its actions beside the others, by name."""
    each, tells = weighed(grounds, looked), telling(looked)
    rows, told = together(grounds, each), list(itertools.compress(each, tells))
    whole = session(grounds, told, rows if all(tells) else together(grounds, told))
    _add(rows, grounds, each, tells, whole)
    return whole, rows


def _add(
    rows: Sequence[dict[str, float]],
    grounds: Grounds,
    weighed: Sequence[Weighed],
    telling: Sequence[bool],
    session: Mapping[str, float],
) -> None:
    """Add to the numbers of actions what is known of each as one of its session."""
    said = [each.looked.said for each in weighed]
    shared = {f"session_{name}": session[name] for name in _OF_SESSION}
    shared["sql"] = session["sql"]
    for row, own, each, tells in zip(
        rows, grip.grips(grounds, said), weighed, telling, strict=True
    ):
        row.update(own, **_own(each), tells=float(tells), **shared)
    for name in _BEYOND:
        _add_beyond(rows, name)


def _own(weighed: Weighed) -> dict[str, float]:
    looked = weighed.looked
    found = gravest(looked.doubts)
    facts = looked.said.facts
    found |= {name: float(verb in facts.verbs) for verb, name in _VERBS.items()}
    found["looks"] = float(near.looks(facts))
    found["neutral"] = float(looked.neutral)
    found["routine"] = float(looked.routine)
    return found


def _add_beyond(rows: Sequence[dict[str, float]], name: str) -> None:
    """Add how much more each has than the one that has most of the others."""
    if len(rows) < 2:
        for row in rows:
            row[f"beyond_{name}"] = 0.0
        return
    second, most = sorted(row[name] for row in rows)[-2:]
    for row in rows:
        row[f"beyond_{name}"] = row[name] - (second if row[name] == most else most)
