"""Who may answer a request, and where each of its steps stands."""

import dataclasses
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.models import Part, User
from accounts.policy import why_membership_over
from breakglass import steps
from breakglass.models import (
    GroupPermit,
    Permit,
    Question,
    Request,
    Substitution,
    lent_to,
    scenarios_of,
)
from breakglass.policy.asking import deciders
from breakglass.policy.standing_in import lent_groups
from breakglass.rules import Step
from breakglass.steps import Standing, Yes
from core.speech import phrase
from core.words import either_phrase, minutes_phrase


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seat:
    """The step at which somebody may answer, and in whose place, if not for themselves."""

    step: Step
    instead_of: User | None = None


def standing(request: Request, *also: Yes) -> list[Standing]:
    """Where each step of a request, or of its ratification, stands; `also` if they came, too."""
    ratifying = request.ratification != Request.Ratification.NOT_REQUIRED
    yeses = [
        Yes(
            step=decision.step,
            by=decision.counts_for.hex,
            at=decision.answered_at or decision.decided_at,
        )
        for decision in request.decisions.all()
        if decision.counts
    ]
    return steps.standing(
        request.rules.steps, [*yeses, *also], since=request.submitted_at, all_at_once=ratifying
    )


def seat_for(request: Request, *, by: User, at: datetime) -> Seat | None:
    """Where `by` may answer now, or None: on their own account first, then as a substitute."""
    waiting = [each.step for each in standing(request) if each.waiting(at)]
    mine = _groups_of(request, by, at)
    for step in waiting:
        if step.group_id in mine:
            return Seat(step=step)
    lent = lent_groups(request, lent_to(by, at))
    answered = _answered(request) if lent else set()
    for person in lent:
        for step in waiting:
            if person not in answered and step.group_id in lent[person]:
                return Seat(step=step, instead_of=User.objects.get(pk=person))
    return None


def why_not_decide(request: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not approve, deny, offer less, ratify or refuse at `at`."""
    if by in (request.requester, request.filed_by):
        return phrase("Nobody decides on their own request.")
    if not by.is_active:
        return phrase("This account is switched off.")
    if why := _why_answered(request, by):
        return why
    return None if seat_for(request, by=by, at=at) else _why_no_seat(request, by, at)


def _why_no_seat(request: Request, by: User, at: datetime) -> str:
    groups, lent = _groups_of(request, by, at), lent_groups(request, lent_to(by, at))
    if not groups and not lent:
        return _why_no_approver(request, by, at)
    answered = _answered(request)
    left = [of for person, of in lent.items() if person not in answered]
    if not groups and not left:
        return _why_answered_for(lent)
    return _why_not_asked(request, groups.union(*left), at)


def _answered(request: Request) -> set[UUID]:
    """The people whose answers count already, given by themselves or in their place."""
    rows = request.decisions.counting().values_list("by", "instead_of")
    return {person for row in rows for person in row if person}


def _why_answered(request: Request, by: User) -> str | None:
    """Why `by` has had their say: each person counts once, whoever gives the answer."""
    given = request.decisions.counting().of(by).select_related("by").first()
    if given is None:
        return None
    if given.by == by:
        return phrase("You have decided on this already.")
    return phrase("%(person)s has decided on this in your place.", person=given.by)


def _why_answered_for(lent: Collection[UUID]) -> str:
    person = User.objects.get(pk=next(iter(lent)))
    return phrase(
        "The answer of %(person)s, for whom you stand in, is given already.", person=person
    )


def _why_no_approver(request: Request, by: User, at: datetime) -> str:
    wanted = [step.group_id for step in request.rules.steps]
    if why := why_membership_over(by, wanted, at=at) or _why_for_nobody(request, by, at):
        return why
    names = either_phrase(list(dict.fromkeys(step.group for step in request.rules.steps)))
    if not names:
        return phrase("Only an approver decides on this.")
    return phrase("Only %(groups)s decides on this.", groups=names)


def _why_for_nobody(request: Request, by: User, at: datetime) -> str | None:
    """Why a substitute decides nothing here: their time is over, or theirs is the request."""
    mine = Substitution.objects.filter(substitute=by).told()
    never = (request.requester, request.filed_by)
    if any(each.person in never for each in mine.standing(at)):
        return phrase("Nobody decides on their own request, nor does who stands in for them.")
    over = mine.filter(since__lte=at).exclude(pk__in=mine.standing(at).values("pk"))
    row = over.order_by("-until").first()
    if row is None or row.person_id not in _deciding(request, at):
        return None
    return phrase("You stand in for %(person)s no more.", person=row.person)


def _deciding(request: Request, at: datetime) -> set[UUID]:
    people = [
        deciders(step, request.scenario, request.requester, at) for step in request.rules.steps
    ]
    return {person.pk for each in people for person in each}


def _why_not_asked(request: Request, groups: set[int], at: datetime) -> str:
    later = [
        each.asked_at
        for each in standing(request)
        if each.step.group_id in groups and each.asked_at and each.asked_at > at
    ]
    if later:
        return phrase(
            "You are asked on %(time)s, if nobody before you has answered.", time=min(later)
        )
    return phrase("Your group has answered, or is asked once the step before is done.")


def _groups_of(request: Request, by: User, at: datetime) -> set[int]:
    """The groups of the request's steps through which `by` may decide."""
    wanted = {step.group_id for step in request.rules.steps}
    permits = (
        GroupPermit.objects.of(Permit.APPROVE)
        .standing(at)
        .filter(
            content_object=request.scenario_id, group__in=by.groups_at(at).filter(pk__in=wanted)
        )
    )
    return set(permits.values_list("group_id", flat=True))


def why_not_answer_counter(request: Request, *, by: User) -> str | None:
    """Why `by` may not take or leave an offer of less, withdraw the request or name its ticket."""
    if by.pk in (request.requester_id, request.filed_by_id):
        return None
    return phrase("Only the person who asked may do this.")


def why_not_ask(request: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not ask the requester of a case a question."""
    if not by.is_active:
        return phrase("This account is switched off.")
    if by in (request.requester, request.filed_by):
        return phrase("Whoever decides or reviews asks the questions here; you answer them.")
    theirs = scenarios_of(by, Permit.APPROVE, Permit.REVIEW, at=at)
    theirs |= {each.scenario for each in lent_to(by, at)}
    if by.plays(Part.COMPLIANCE, at) or request.scenario_id in theirs:
        return None
    return phrase(
        "Only those who decide or review in %(scenario)s ask questions.",
        scenario=request.scenario,
    )


def why_not_answer(question: Question, *, by: User) -> str | None:
    """Why `by` may not answer a question."""
    if by in (question.case.requester, question.case.filed_by):
        return None
    return phrase("Only %(person)s answers this.", person=question.case.requester)


def why_not_less(
    request: Request, *, minutes: int, targets: Collection[UUID], read_only: bool
) -> tuple[str, str] | None:
    """Why an offer is not less than what was asked for: the field and the sentence."""
    asked = {target.pk for target in request.targets.all()}
    if not 0 < minutes <= request.minutes:
        return "minutes", phrase("Offer 1 min to %(most)s.", most=minutes_phrase(request.minutes))
    if not targets or not set(targets) <= asked:
        return "targets", phrase("Offer some of the targets that were asked for.")
    same = minutes == request.minutes and set(targets) == asked
    if same and read_only == request.read_only:
        return "minutes", phrase("This is what was asked for. Approve it, or offer less.")
    if request.read_only and not read_only:
        return "read_only", phrase("Read-only was asked for; an offer cannot allow more.")
    return None
