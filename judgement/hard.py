"""T0: what is never done without being looked at, whatever the scenario allows.

A clause of the reason that names the same verb and the same thing lowers such a finding to one
that asks for a reviewer's note; nothing makes it go away.
"""

from collections.abc import Iterator
from typing import NamedTuple

from judgement import transfers
from judgement.binding import binds, names_host
from judgement.deeds import about, shown
from judgement.facts import Breadth, Facts, Verb
from judgement.findings import Finding, Severity
from judgement.reasons import Reason
from judgement.scope import Scope

TIER = 0
_EVERYTHING = frozenset({Breadth.NO_WHERE, Breadth.EVERYTHING, Breadth.ROOT})
_DESTROYS = frozenset({Verb.DELETE, Verb.SCHEMA, Verb.WRITE})


class _Rule(NamedTuple):
    """A verb that is always looked at from a severity of the facts on."""

    code: str
    verb: Verb
    least: float
    severity: Severity
    does: str


_RULES = (
    _Rule("tamper", Verb.TAMPER, 0.6, Severity.CRITICAL,
          "hides or changes the record of what was done"),
    _Rule("persistence", Verb.PERSISTENCE, 0.6, Severity.CRITICAL,
          "leaves a way in or a task that stays after the access has ended"),
    _Rule("superuser", Verb.PRIVILEGE, 0.85, Severity.CRITICAL,
          "gives rights that are as good as those of root"),
    _Rule("secret", Verb.SECRET, 0.5, Severity.HIGH, "reads or changes stored secrets"),
)  # fmt: skip


def findings(reason: Reason, scope: Scope, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield what the hard rules say of one action; `action` is its place from 0."""
    for rule in _RULES:
        if rule.verb in facts.verbs and facts.severity >= rule.least:
            yield _finding(
                reason, action, facts, rule.verb,
                code=rule.code, severity=rule.severity, does=f"{rule.does}: {about(facts)}",
            )  # fmt: skip
    yield from _destruction(reason, action, facts)
    yield from _egress(reason, scope, action, facts)


def _destruction(reason: Reason, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield that all of something was destroyed or overwritten."""
    done = facts.verbs & _DESTROYS
    verb = Verb.DELETE if Verb.DELETE in done else next(iter(done), None)
    if verb is None:
        return
    if facts.breadth & _EVERYTHING and (facts.severity >= 0.75):
        what = "every row of" if Breadth.NO_WHERE in facts.breadth else "all of"
        does = "deletes" if verb is Verb.DELETE else "changes"
        yield _finding(
            reason, action, facts, verb,
            code="destruction", severity=Severity.CRITICAL, does=f"{does} {what} {about(facts)}",
        )  # fmt: skip
    elif Breadth.RECURSIVE in facts.breadth and Verb.DELETE in done:
        yield _finding(
            reason, action, facts, verb,
            code="destruction", severity=Severity.HIGH,
            does=f"deletes {about(facts)} with all that is in it",
        )  # fmt: skip
    elif Breadth.INVERTED in facts.breadth:
        yield _finding(
            reason, action, facts, verb, code="destruction", severity=Severity.HIGH,
            does=f"{'deletes' if verb is Verb.DELETE else 'changes'} all of {about(facts)}"
            " but what is named",
        )  # fmt: skip


def _egress(reason: Reason, scope: Scope, action: int, facts: Facts) -> Iterator[Finding]:
    """Yield hosts to which something is sent that neither request, ticket nor scope names."""
    if not facts.verbs & {Verb.EXPORT, Verb.PERSISTENCE}:
        return
    strange = [
        place
        for place in facts.destinations
        if transfers.host_of(place) or (Verb.NETWORK in facts.verbs and "/" not in place)
        if not names_host(place, reason.text, scope.ticket, *(scope.hosts or ()))
    ]
    if strange:
        # That something is sent was said; the place was not.
        bound = reason.language_known and binds(reason, Verb.EXPORT, facts)
        what = f" {shown(facts.objects[:1])}" if facts.objects else ""
        yield Finding(
            code="egress.announced" if bound else "egress", tier=TIER, action=action,
            severity=Severity.MEDIUM if bound else Severity.CRITICAL,
            verb=Verb.EXPORT, object=strange[0],
            text=f"Action {action + 1} sends{what} to {shown(strange)}, which neither request"
            " nor ticket names.",
        )  # fmt: skip


def _finding(
    reason: Reason,
    action: int,
    facts: Facts,
    verb: Verb,
    *,
    code: str,
    severity: Severity,
    does: str,
) -> Finding:
    """Return a finding, or the lighter one where the request says as much."""
    bound = reason.language_known and binds(reason, verb, facts)
    rest = (
        "the request says so; note why it was needed" if bound else "the request says no such thing"
    )
    return Finding(
        code=f"{code}.announced" if bound else code,
        tier=TIER,
        severity=Severity.LOW if bound else severity,
        action=action,
        text=f"Action {action + 1} {does}; {rest}.",
        verb=verb,
        object=next(iter((*facts.objects, *facts.destinations)), None),
    )
