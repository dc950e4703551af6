"""What actions of a case are held against: what was said, what scenario and access allow."""

import dataclasses
from collections.abc import Iterable

from breakglass.models import Request
from core.refs import key_of
from judgement import reasons
from judgement.facts import Facts, Verb
from judgement.reasons import Reason
from judgement.scope import Scope, verbs_of, within
from targets.ingest import SKEW

# Words of SQL that scenarios name, each for what it does.
_SQL = {
    "select": Verb.READ, "show": Verb.READ, "explain": Verb.READ, "insert": Verb.WRITE,
    "update": Verb.WRITE, "merge": Verb.WRITE, "delete": Verb.DELETE, "truncate": Verb.DELETE,
    "copy": Verb.EXPORT, "create": Verb.SCHEMA, "alter": Verb.SCHEMA, "drop": Verb.SCHEMA,
    "grant": Verb.PRIVILEGE, "revoke": Verb.PRIVILEGE, "call": Verb.EXEC, "terminate": Verb.EXEC,
}  # fmt: skip


_LIGHT = frozenset({Verb.READ, Verb.EXEC, Verb.NETWORK, Verb.NEUTRAL})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ground:
    """What the actions of one case are held against."""

    case: Request
    reason: Reason
    scope: Scope

    @property
    def over(self) -> bool:
        """Whether its access has ended, so that the case as a whole is judged."""
        return self.case.held is not None and self.case.held.ended_at is not None

    def expects(self, facts: Facts) -> bool:
        """Whether the scenario itself names this, and it changes nothing: that explains it.

        What changes something has to have been said.
        """
        named = self.scope.objects is not None and within(self.scope, facts)
        return named and facts.verbs <= _LIGHT and facts.verbs <= (self.scope.verbs or _LIGHT)


def of(case: str) -> Ground | None:
    """Return what the actions of a case are held against; None where there is no such case."""
    key = key_of(case, "request")
    rows = Request.objects.select_related("grant", "version")
    asked = rows.prefetch_related("targets").filter(pk=key).first() if key else None
    if asked is None:
        return None
    grant = asked.held
    more = [each.justification for each in grant.extensions.all()] if grant else []
    text = "\n".join(filter(None, [asked.justification, asked.intent, *more]))
    return Ground(case=asked, reason=reasons.read(text), scope=_scope(asked))


def _scope(asked: Request) -> Scope:
    rules, grant = asked.rules, asked.held
    targets = list(asked.targets.all())
    begun = grant.activated_at if grant else None
    over = (grant.ended_at or grant.ends_at) if grant else None
    return Scope(
        verbs=_verbs(rules.expected_verbs),
        objects=tuple(name.strip().lower() for name in rules.expected_objects) or None,
        hosts=tuple(target.host.lower() for target in targets) or None,
        databases=tuple(target.database.lower() for target in targets) or None,
        opened_at=begun and begun - SKEW,
        closed_at=over and over + SKEW,
        ticket=asked.reference,
    )


def _verbs(words: Iterable[str]) -> frozenset[Verb] | None:
    """Return what a scenario's words allow: verbs of SQL, of ours, or as people say it."""
    found: set[Verb] = set()
    for word in words:
        plain = word.strip().lower()
        known = {_SQL[plain]} if plain in _SQL else verbs_of([plain])
        found |= known or reasons.read(plain).verbs
    return frozenset(found) or None
