"""What waits for whom: found with the same few queries however much there is."""

from datetime import datetime
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from accounts.models import Part, User
from breakglass import policy
from breakglass.models import (
    Freeze,
    Grant,
    Permit,
    ProposedChange,
    Question,
    Request,
    lent_to,
    permits_of,
)
from breakglass.models.substitution import Lent
from breakglass.pictures import thing_of
from core.once import once

_MOST = 200


def decides_anywhere(person: User, at: datetime) -> bool:
    """Whether some scenario lets the person decide, or somebody for whom they stand in."""
    return bool(_decides(person, at) or lent_to(person, at))


def decisions_for(person: User, at: datetime) -> list[Request]:
    """Requests on which the person is asked to answer now, as `_urgency` sorts them.

    `policy.why_not_decide` has the last word on each; this only spares asking it of every request.
    """
    own, lent = _decides(person, at), lent_to(person, at)
    scenarios = {scenario for scenario, _ in own} | {each.scenario for each in lent}
    if not scenarios:
        return []
    rows = (
        Request.objects.undecided(at)
        .filter(scenario__in=scenarios)
        .exclude(Q(requester=person) | Q(filed_by=person))
        # More time of an access that was ended early: nothing is left to decide.
        .filter(Q(extends=None) | Q(extends__status__in=Grant.STANDING))
        .told()
        .prefetch_related("decisions")
    )
    asked = [each for each in rows[:_MOST] if _asks(each, person, own, lent, at)]
    return sorted(asked, key=lambda each: _urgency(each, at))


@once
def decisions_for_reader(request: HttpRequest, at: datetime) -> list[Request]:
    """Requests on which the reader of a page is asked to answer, for all its corners."""
    user = request.user
    return decisions_for(user, at) if isinstance(user, User) else []


def represented_by(person: User, at: datetime) -> list[User]:
    """The people in whose place the person decides, by name; nobody asks where there are none."""
    others = {each.person for each in lent_to(person, at)}
    return list(User.objects.filter(pk__in=others).order_by("name")) if others else []


def deadline(request: Request) -> datetime:
    """Return until when an answer counts."""
    return request.ratify_by or request.lapse_at


def _urgency(request: Request, at: datetime) -> tuple[bool, datetime]:
    """Sort what still opens or closes a door before what can only be judged any more.

    Somebody waits outside for a yes, or is inside without one; within both, the first deadline.
    """
    return is_over(request, at), deadline(request)


def is_over(request: Request, at: datetime) -> bool:
    """Whether the access that is to be ratified has ended: an answer opens and closes nothing."""
    grant = request.held
    return request.ratify_by is not None and not (grant and grant.is_live(at))


def offers_for(person: User, at: datetime) -> list[Request]:
    """The person's requests for which somebody offers less."""
    offered = Request.objects.filter(state=Request.State.COUNTERED, lapse_at__gt=at)
    return list(
        offered.concerning(person)
        .told()
        .prefetch_related("decisions__by", "decisions__instead_of", "decisions__targets")
    )


def questions_for(person: User) -> list[Question]:
    """Open questions that the person has to answer, the oldest first."""
    return list(Question.objects.for_person(person)[:_MOST])


def changes_for(person: User, at: datetime) -> QuerySet[ProposedChange]:
    """Changes that weaken a control and that somebody else proposed, the first to lapse on top."""
    if not person.plays(Part.ADMINISTRATOR):
        return ProposedChange.objects.none()
    rows = ProposedChange.objects.waiting().filter(lapse_at__gt=at).told()
    return rows.exclude(proposed_by=person).order_by("lapse_at")


def lifts_for(person: User) -> list[Freeze]:
    """Freezes that somebody proposes to lift and that the person may lift, the oldest first."""
    if not person.plays(Part.RESPONDER):
        return []
    rows = Freeze.objects.standing().exclude(lift_proposed_by=None).order_by("lift_proposed_at")
    rows = rows.exclude(lift_proposed_by=person)
    named = rows.select_related("person", "scenario", "lift_proposed_by")[:_MOST]
    return [each for each in named if policy.why_not_lift(each, by=person) is None]


def changes_of(row: Model, *, by: User) -> list[ProposedChange]:
    """Changes of one thing that wait, for who may see them."""
    if policy.why_not_list_changes(by=by):
        return []
    return list(ProposedChange.objects.waiting().of(*thing_of(row)).told())


def _decides(person: User, at: datetime) -> set[tuple[UUID, int]]:
    """Return the scenarios in which the person decides, each with the group for which they do."""
    held = permits_of(person, at)
    return {(scenario, group) for permit, scenario, group in held if permit == Permit.APPROVE}


def _asks(
    request: Request, person: User, own: set[tuple[UUID, int]], lent: list[Lent], at: datetime
) -> bool:
    """Whether the person may answer now, for themselves or in the place of somebody."""
    counting = [each for each in request.decisions.all() if each.counts]
    answered = {who for each in counting for who in (each.by_id, each.counts_for)}
    if person.pk in answered or deadline(request) <= at:
        return False
    waiting = {each.step.group_id for each in policy.standing(request) if each.waiting(at)}
    if any((request.scenario_id, group) in own for group in waiting):
        return True
    others = policy.lent_groups(request, lent)
    return any(groups & waiting for other, groups in others.items() if other not in answered)
