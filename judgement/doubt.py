"""A doubt: one way in which an action goes beyond what a reason says, with a weight and a sentence.

Weights are of 0 to 1 and were set by hand: how sure such a doubt alone makes one that the action
was not what was announced.
"""

import dataclasses
from collections.abc import Sequence

from judgement.deeds import DOES
from judgement.facts import Verb
from judgement.grounds import Said

# How grave it is that a verb was done which no clause mentions.
WEIGHTS = {
    Verb.TAMPER: 0.92, Verb.SECRET: 0.9, Verb.PERSISTENCE: 0.88, Verb.PRIVILEGE: 0.88,
    Verb.DELETE: 0.8, Verb.EXPORT: 0.7, Verb.SCHEMA: 0.7, Verb.WRITE: 0.6, Verb.EXEC: 0.3,
    Verb.NETWORK: 0.25, Verb.READ: 0.05,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Doubt:
    """One way in which an action goes beyond a reason."""

    code: str
    weight: float
    text: str  # goes on after "Action 4 …"
    verb: Verb | None = None
    object: str | None = None


def weight(found: Sequence[Doubt]) -> float:
    """Return how doubtful an action is altogether, as if each doubt were a reason of its own."""
    rest = 1.0
    for doubt in found:
        rest *= 1 - doubt.weight
    return 1 - rest


def deed(action: Said) -> str:
    """Return the gravest of what an action does, in words."""
    verb = max(sorted(action.facts.verbs or {Verb.EXEC}), key=lambda each: WEIGHTS.get(each, 0.0))
    return DOES[verb]
