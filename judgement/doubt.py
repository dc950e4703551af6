"""A doubt: one way in which an action goes beyond what a reason says."""

import dataclasses

from judgement.facts import Verb


@dataclasses.dataclass(frozen=True)
class Doubt:
    """One way in which an action goes beyond a reason."""

    code: str
    weight: float
    text: str  # goes on after "Action 4 …"
    verb: Verb | None = None
    object: str | None = None
