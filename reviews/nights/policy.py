"""Every rule of the nightly reports, once: the sentence why not, or None."""

from datetime import datetime, timedelta

from accounts.models import Membership, Part, User
from accounts.policy import why_not_play
from core.speech import phrase
from reviews.models import Pattern

LONGEST = timedelta(days=366)
_SEE = (Part.COMPLIANCE, Part.AUDITOR, Part.ADMINISTRATOR)


def why_not_see_reports(*, by: User, at: datetime | None = None) -> str | None:
    """Why `by` may not read what the nights saw."""
    if any(part in _SEE for part in by.parts(at)):
        return None
    return phrase(
        "Reports are for compliance officers, auditors and administrators. Ask an administrator."
    )


def why_not_judge(pattern: Pattern, *, by: User, at: datetime) -> str | None:
    """Why `by` may not say whether a pattern is a concern; nobody does of their own."""
    if why := why_not_play(Part.COMPLIANCE, by=by, at=at):
        return why
    mine = Membership.objects.standing(at).filter(user=by, group=pattern.group_id)
    if by.pk in (pattern.person_id, *pattern.people) or (pattern.group_id and mine.exists()):
        return phrase("This is about you, so somebody else has to say whether it is a concern.")
    return None


def why_bad_end(until: datetime, *, at: datetime) -> str | None:
    """Why something cannot be no concern until then."""
    if until <= at:
        return phrase("Choose a day that is not over.")
    if until > at + LONGEST:
        return phrase("Choose a day within a year. Whoever is there then looks again.")
    return None
