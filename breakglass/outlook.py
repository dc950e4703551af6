"""What an answer would bring about, said before it is given: none can be taken back."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from breakglass import policy, steps
from breakglass.models import Grant, Request
from breakglass.steps import Standing, Yes
from core.templatetags.ui import listed, moment_words
from core.words import minutes_words


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outlook:
    """A sentence for each button, in the language and time zone of the reader."""

    yes: str
    no: str
    less: str


def of(request: Request, *, by: User, at: datetime) -> Outlook:
    """Return what each answer of `by` would do now."""
    person, grant = str(request.requester), request.held
    facts = {
        "person": person,
        "targets": listed(target.name for target in request.targets.all()),
        "length": minutes_words(request.minutes),
        "until": _clock(grant.ends_at, at) if grant else "",
    }
    missing = _missing(request, by=by, at=at)
    if request.urgency == Request.Urgency.BREAK_GLASS:
        inside = bool(grant and grant.is_live(at))
        yes, no = _ratify(facts, inside=inside), _refuse(facts, inside=inside)
    elif request.extends:
        yes, no = _prolong(request, request.extends, facts, at), _not_longer(facts)
    else:
        yes, no = _let_in(request, facts, at), _deny(facts)
    less = _("%(person)s takes the offer with one tap, or leaves it. Nothing opens before.") % facts
    return Outlook(yes=_then(missing) if missing else yes, no=no, less=less)


def _missing(request: Request, *, by: User, at: datetime) -> list[Standing]:
    """The steps that would still be missing after a yes of `by`; none where it is the last one."""
    seat = policy.seat_for(request, by=by, at=at)
    if seat is None:
        return []
    whose = seat.instead_of or by
    after = policy.standing(request, Yes(step=seat.step.position, by=whose.pk.hex, at=at))
    if steps.complete(after):
        return []
    return [each for each in after if each.done_at is None and not each.step.stands_in]


def _then(missing: list[Standing]) -> str:
    names = people_words((each.step.quorum - each.yes, each.step.group) for each in missing)
    return _("Your yes counts, and more are needed: %(names)s.") % {"names": names}


def people_words(needed: Iterable[tuple[int, str]]) -> str:
    """Say how many are needed of each group: "1 of Security and 2 of Management"."""
    return listed(
        _("%(number)s of %(group)s") % {"number": number, "group": group}
        for number, group in needed
    )


def _ratify(facts: dict[str, str], *, inside: bool) -> str:
    if inside:
        return _("%(person)s goes on until %(until)s.") % facts
    return _("The access is over already; your yes says that it was right.")


def _refuse(facts: dict[str, str], *, inside: bool) -> str:
    if inside:
        return (
            _(
                "%(person)s would be inside until %(until)s. Refusing closes the door now and"
                " opens a finding."
            )
            % facts
        )
    return _("The access is over already; refusing opens a finding.")


def _let_in(request: Request, facts: dict[str, str], at: datetime) -> str:
    if request.starts_at and request.starts_at > at:
        start = {"start": _clock(request.starts_at, at)}
        return _("%(targets)s opens by itself at %(start)s, for %(length)s.") % (facts | start)
    return _("%(targets)s opens at once for %(person)s, for %(length)s.") % facts


def _prolong(request: Request, grant: Grant, facts: dict[str, str], at: datetime) -> str:
    later = {"later": _clock(grant.ends_at + timedelta(minutes=request.minutes), at)}
    return _("The access ends at %(later)s instead of %(until)s.") % (facts | later)


def _not_longer(facts: dict[str, str]) -> str:
    return _("The access stays as it is and ends at %(until)s.") % facts


def _deny(facts: dict[str, str]) -> str:
    return _("The request ends here. %(person)s reads your reason and may ask anew.") % facts


def _clock(moment: datetime, at: datetime) -> str:
    return moment_words(moment, "clock", now=at)
