"""A finding: which action is not covered by what was said, in what way, and how grave that is."""

import dataclasses
from enum import StrEnum

from judgement.facts import Verb


class Severity(StrEnum):
    """How grave a finding is, gravest last."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return its place among all, 0 for the lightest."""
        return list(Severity).index(self)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a reviewer should look at.

    `tier` says what found it: 0 a hard rule, 1 the scope, 2 the words of the request, 3 and 4 a
    plug-in. `action` is the place of the action in what was judged, from 0; WHOLE_SESSION where it
    is about all of them. `verb` and `object` are what the request does not mention, unless it was
    all `announced`: then it is looked at all the same.
    """

    code: str
    tier: int
    severity: Severity
    action: int
    text: str
    verb: Verb | None = None
    object: str | None = None
    announced: bool = False


WHOLE_SESSION = -1


def gravest_first(findings: list[Finding]) -> list[Finding]:
    """Return them in the order in which a reviewer should read them."""
    return sorted(findings, key=lambda each: (-each.severity.rank, each.tier, each.action))
