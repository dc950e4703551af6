"""A finding of a hard rule, which is lighter where the request says as much."""

import re

from judgement.binding import binds
from judgement.facts import Facts, Verb
from judgement.findings import Finding, Severity
from judgement.reasons import Reason

TIER = 0


def ruled(
    reason: Reason,
    action: int,
    facts: Facts,
    verb: Verb,
    *,
    code: str,
    severity: Severity,
    does: str,
    saying: re.Pattern[str] | None = None,
) -> Finding:
    """Return a finding, or the lighter one where the request says as much."""
    known = reason.language_known
    bound = known and binds(reason, verb, facts, saying=saying)
    if bound:
        rest = "the request says so; note why it was needed"
    elif known and saying and binds(reason, verb, facts):
        rest = "the request speaks of a part of it alone"
    else:
        rest = "the request says no such thing"
    return Finding(
        code=f"{code}.announced" if bound else code,
        tier=TIER,
        severity=Severity.LOW if bound else severity,
        action=action,
        text=f"Action {action + 1} {does}; {rest}.",
        verb=verb,
        object=next(iter((*facts.objects, *facts.destinations)), None),
        announced=bound,
    )
