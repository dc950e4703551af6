"""The verbs of a pattern: it is no concern for now, or it is one again."""

from datetime import datetime

from accounts.models import User
from audit import log
from audit.events import Event
from breakglass.transitions.locks import check_reason, lock, refuse_unless
from core.errors import BadInput, WrongState
from core.speech import phrase
from reviews.models import Pattern
from reviews.nights import policy
from reviews.nights.events import PatternSetAside, PatternTakenUp


@log.transition
def set_aside(pattern: Pattern, *, by: User, until: datetime, reason: str, at: datetime) -> Pattern:
    """Say that a pattern is no concern until then, unless it doubles.

    Raises NotAllowed for whoever is no compliance officer or is meant themselves, WrongState when
    it is gone, BadInput without a reason or for a day that is over or far away.
    """
    pattern = lock(pattern)
    refuse_unless(policy.why_not_judge(pattern, by=by, at=at), by=by, subject=pattern, at=at)
    if pattern.gone_at is not None:
        raise WrongState(phrase("The latest report does not have this any more."))
    check_reason(reason)
    if why := policy.why_bad_end(until, at=at):
        raise BadInput(why, field="until")
    pattern.aside_at, pattern.aside_by, pattern.aside_until = at, by, until
    pattern.aside_number, pattern.reason = pattern.number, reason.strip()
    _save(pattern)
    event = PatternSetAside(
        pattern=pattern.kind, about=pattern.key, number=pattern.number, until=until.isoformat(),
        reason=pattern.reason,
    )  # fmt: skip
    _record(pattern, event, by=by, at=at)
    return pattern


@log.transition
def take_up(pattern: Pattern, *, by: User, at: datetime) -> Pattern:
    """Say that a pattern is a concern again.

    Raises NotAllowed as `set_aside` does, WrongState when nobody said otherwise.
    """
    pattern = lock(pattern)
    refuse_unless(policy.why_not_judge(pattern, by=by, at=at), by=by, subject=pattern, at=at)
    if pattern.aside_at is None:
        raise WrongState(phrase("Nobody has said that this is no concern."))
    pattern.aside_at = pattern.aside_by = pattern.aside_until = pattern.aside_number = None
    pattern.reason = ""
    _save(pattern)
    event = PatternTakenUp(pattern=pattern.kind, about=pattern.key)
    _record(pattern, event, by=by, at=at)
    return pattern


def _save(pattern: Pattern) -> None:
    pattern.save(update_fields=["aside_at", "aside_by", "aside_until", "aside_number", "reason"])


def _record(pattern: Pattern, event: Event, *, by: User, at: datetime) -> None:
    log.record(event, actor=by.ref, subject=pattern.ref, at=at)
