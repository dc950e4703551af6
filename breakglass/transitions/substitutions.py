"""Naming who decides in one's place, and ending it early; the clock ends it by itself."""

from datetime import datetime

from accounts.models import User
from audit import log
from audit.config import second_of_change
from breakglass import policy
from breakglass import substitution_events as events
from breakglass.models import Substitution
from breakglass.transitions.locks import lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import phrase


@log.transition
def name_substitute(
    person: User, *, substitute: User, since: datetime, until: datetime, by: User, at: datetime
) -> Substitution:
    """Let `substitute` decide in the place of `person` from `since` until `until`.

    Raises NotAllowed for anybody but the person, BadInput for oneself, somebody switched off or
    a period that does not do, WrongState where somebody is named for a part of it.
    """
    person = lock(person)
    why = policy.why_not_name_substitute(person, by=by, at=at)
    refuse_unless(why, by=by, subject=person, at=at)
    return _name(person, substitute, since, until, by=by, at=at)


@log.transition
def name_for_another(
    person: User, *, substitute: User, since: datetime, until: datetime, by: User, at: datetime
) -> Substitution:
    """Let `substitute` decide in the place of somebody who is away. Raises as `name_substitute`.

    It lends what is another's: call it by `lending`, so that a second administrator looks at it,
    whom the record names as well.
    """
    person = lock(person)
    why = policy.why_not_name_for_another(person, by=by, at=at)
    refuse_unless(why, by=by, subject=person, at=at)
    return _name(person, substitute, since, until, by=by, at=at)


def _name(
    person: User, substitute: User, since: datetime, until: datetime, *, by: User, at: datetime
) -> Substitution:
    if why := policy.why_not_substitute(person, substitute):
        raise BadInput(why, field="substitute")
    if bad := policy.why_bad_period(since, until, at=at):
        raise BadInput(bad[1], field=bad[0])
    if why := policy.why_substituted(person, since, until):
        raise WrongState(why)
    made = Substitution.objects.create(
        person=person, substitute=substitute, since=since, until=until, made_at=at
    )
    event = events.SubstitutionNamed(
        person=person.ref,
        substitute=substitute.ref,
        since=since.isoformat(),
        until=until.isoformat(),
        by_another=by != person,
        second=second_of_change() if by != person else "",
    )
    log.record(event, actor=by.ref, subject=made.ref, at=at)
    return made


@log.transition
def end_substitution(substitution: Substitution, *, by: User, at: datetime) -> Substitution:
    """End it before the clock does. Raises WrongState when it is over, NotAllowed for strangers."""
    substitution = lock(substitution)
    if substitution.ended_at or substitution.until <= at:
        raise WrongState(phrase("This substitution is over already."))
    why = policy.why_not_end_substitution(substitution, by=by, at=at)
    refuse_unless(why, by=by, subject=substitution, at=at)
    substitution.ended_at, substitution.ended_by = at, by
    substitution.save(update_fields=["ended_at", "ended_by"])
    event = events.SubstitutionEnded(
        person=substitution.person.ref, substitute=substitution.substitute.ref
    )
    log.record(event, actor=by.ref, subject=substitution.ref, at=at)
    return substitution
