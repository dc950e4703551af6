"""Who stands in for whom, and what they may decide by that."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Part, User
from accounts.policy import why_not_play
from breakglass.models import Permit, Request, Substitution, scenarios_of
from breakglass.models.substitution import LONGEST, Lent
from breakglass.policy.asking import deciders
from breakglass.rules import Step
from core.speech import phrase

_FURTHEST = timedelta(days=365)


def substitutes(
    step: Step, request: Request, at: datetime, *, but: Collection[UUID] = ()
) -> list[Substitution]:
    """The substitutions by which somebody may answer for `step` in the place of one of its people.

    Nobody stands in who is asked on their own account, or for whom nobody may answer: whoever
    asked or filed it, and those of `but`.
    """
    people = deciders(step, request.scenario, request.requester, at)
    never = {request.requester_id, request.filed_by_id, *but}
    return standing_in_for(people, at, but=never)


def standing_in_for(
    people: Collection[User], at: datetime, *, but: Collection[UUID] = ()
) -> list[Substitution]:
    """The substitutions of `people` that stand, without those of and by anybody of `but`."""
    lending = [person.pk for person in people if person.pk not in but]
    taken = {person.pk for person in people} | set(but)
    rows = Substitution.objects.standing(at).filter(person__in=lending)
    return list(rows.exclude(substitute__in=taken).told().order_by("person__name", "pk"))


def lent_groups(request: Request, lent: Iterable[Lent]) -> dict[UUID, set[int]]:
    """The groups of the request's steps for which a substitute decides, by who lends it to them.

    Nobody lends what they may not do themselves: decide on what they asked for or filed.
    """
    wanted = {step.group_id for step in request.rules.steps}
    never = {request.requester_id, request.filed_by_id}
    found: dict[UUID, set[int]] = {}
    for each in lent:
        fits = each.scenario == request.scenario_id and each.group in wanted
        if fits and each.person not in never:
            found.setdefault(each.person, set()).add(each.group)
    return found


def why_not_name_substitute(person: User, *, by: User, at: datetime) -> str | None:
    """Why `by` may not name who decides in the place of `person`."""
    if by != person:
        return phrase("Everybody names their own substitute.")
    if not by.is_active:
        return phrase("This account is switched off.")
    if not scenarios_of(by, Permit.APPROVE, at=at):
        return phrase("You decide in no scenario, so nobody has to stand in for you.")
    return None


def why_not_name_for_another(person: User, *, by: User, at: datetime) -> str | None:
    """Why `by` may not name who decides in the place of somebody who is away."""
    if by == person:
        return phrase("Name your own substitute yourself, on your profile.")
    if why := why_not_play(Part.ADMINISTRATOR, by=by, at=at):
        return why
    if not scenarios_of(person, Permit.APPROVE, at=at):
        return phrase(
            "%(person)s decides in no scenario, so nobody has to stand in for them.", person=person
        )
    return None


def why_not_substitute(person: User, substitute: User) -> str | None:
    """Why `substitute` may not stand in for `person`."""
    if person == substitute:
        return phrase("Name somebody else: nobody stands in for themselves.")
    if not substitute.is_active:
        return phrase("The account of %(person)s is switched off.", person=substitute)
    return None


def why_bad_period(since: datetime, until: datetime, *, at: datetime) -> tuple[str, str] | None:
    """Why nobody may be named for this period: the field and the sentence."""
    if not at <= since <= at + _FURTHEST:
        return "since", phrase("Let it begin now, or within a year.")
    if until <= since:
        return "until", phrase("Let it end after it begins.")
    if until - since > LONGEST:
        return "until", phrase(
            "%(days)s days are the most. Name them anew then.", days=LONGEST.days
        )
    return None


def why_substituted(person: User, since: datetime, until: datetime) -> str | None:
    """Why nobody more may be named for a period: somebody is, for a part of it."""
    rows = Substitution.objects.unended().filter(person=person, since__lt=until, until__gt=since)
    found = rows.told().first()
    if found is None:
        return None
    return phrase(
        "%(person)s stands in until %(day)s. End that first, or begin after it.",
        person=found.substitute,
        day=found.last_day,
    )


def why_not_end_substitution(substitution: Substitution, *, by: User, at: datetime) -> str | None:
    """Why `by` may not end a substitution early."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if by in (substitution.person, substitution.substitute):
        return None
    if by.plays(Part.COMPLIANCE, at) or by.plays(Part.ADMINISTRATOR, at):
        return None
    return phrase(
        "Only %(person)s, %(substitute)s, a compliance officer or an administrator ends this.",
        person=substitution.person,
        substitute=substitution.substitute,
    )
