"""Who stands in for whom, as far as a reader may see and change it."""

from datetime import datetime
from typing import Any

from accounts.models import Part, User
from breakglass import policy
from breakglass.models import Substitution
from breakglass.substitute_forms import SubstituteForm

_MOST = 200
_OVERSEERS = frozenset({Part.COMPLIANCE, Part.AUDITOR, Part.ADMINISTRATOR})


def of(person: User, *, at: datetime, form: SubstituteForm | None = None) -> dict[str, Any]:
    """Return who stands in for somebody and for whom they do, with the form to name one."""
    ahead = Substitution.objects.ahead(at).told().order_by("since")
    why_not = policy.why_not_name_substitute(person, by=person, at=at)
    return {
        "mine": list(ahead.filter(person=person)),
        "others": list(ahead.filter(substitute=person)),
        "naming": None if why_not else form or SubstituteForm(person=person, at=at),
        "now": at,
    }


def of_everybody(reader: User, *, at: datetime) -> list[tuple[Substitution, bool]]:
    """Return all that stand or will, each with whether the reader may end it, to who oversees."""
    if _OVERSEERS.isdisjoint(reader.parts(at)):
        return []
    rows = Substitution.objects.ahead(at).told().order_by("since")[:_MOST]
    return [(row, policy.why_not_end_substitution(row, by=reader, at=at) is None) for row in rows]


def sees(reader: User, row: Substitution, *, at: datetime) -> bool:
    """Whether a reader may know of a substitution: it is theirs, or they oversee."""
    mine = reader in (row.person, row.substitute)
    return mine or not _OVERSEERS.isdisjoint(reader.parts(at))
