"""Naming who decides in the place of somebody who is away: with four eyes, for it is not theirs."""

from datetime import datetime

from accounts.models import User
from audit import log
from breakglass.models import ProposedChange, Substitution
from breakglass.pictures import thing_of
from breakglass.transitions import changes
from breakglass.transitions.substitutions import name_for_another
from core.errors import WrongState
from core.speech import phrase


@log.transition
def lend_for_another(
    person: User, *, substitute: User, period: tuple[datetime, datetime],
    by: User, reason: str, at: datetime,
) -> Substitution | ProposedChange:  # fmt: skip
    """Propose who decides in the place of `person`; where nobody else could look, it is done.

    Raises as `name_for_another`, whose refusal is on the record though nothing else of it is, and
    WrongState where `by` has proposed a change of this person that waits: a new one replaces it.
    """
    waiting = ProposedChange.objects.waiting().of(*thing_of(person))
    if waiting.filter(proposed_by=by).exists():
        raise WrongState(
            phrase(
                "A change of %(person)s that you proposed waits already. Withdraw it first, or let"
                " it be decided.",
                person=person,
            )
        )

    def name() -> Substitution:
        since, until = period
        return name_for_another(
            person, substitute=substitute, since=since, until=until, by=by, at=at
        )

    return changes.carry_out(name, to=person, by=by, reason=reason, at=at)
