"""Who may answer a request, and where each of its steps stands."""

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
    scenarios_of,
)
from breakglass.rules import Step
from breakglass.steps import Standing, Yes
from core.speech import phrase
from core.words import either_phrase, minutes_phrase


def standing(request: Request, *also: Yes) -> list[Standing]:
    """Where each step of a request, or of its ratification, stands; `also` if they came, too."""
    ratifying = request.ratification != Request.Ratification.NOT_REQUIRED
    yeses = [
        Yes(
            step=decision.step,
            by=decision.by_id.hex,
            at=decision.answered_at or decision.decided_at,
        )
        for decision in request.decisions.all()
        if decision.counts
    ]
    return steps.standing(
        request.rules.steps, [*yeses, *also], since=request.submitted_at, all_at_once=ratifying
    )


def step_for(request: Request, *, by: User, at: datetime) -> Step | None:
    """The step at which `by` may answer now, or None."""
    mine = _groups_of(request, by, at)
    for each in standing(request):
        if each.step.group_id in mine and each.waiting(at):
            return each.step
    return None


def why_not_decide(request: Request, *, by: User, at: datetime) -> str | None:
    """Why `by` may not approve, deny, offer less, ratify or refuse at `at`."""
    if by in (request.requester, request.filed_by):
        return phrase("Nobody decides on their own request.")
    if not by.is_active:
        return phrase("This account is switched off.")
    if request.decisions.counting().filter(by=by).exists():
        return phrase("You have decided on this already.")
    groups = _groups_of(request, by, at)
    if not groups:
        return _why_no_approver(request, by, at)
    if step_for(request, by=by, at=at) is None:
        return _why_not_asked(request, groups, at)
    return None


def _why_no_approver(request: Request, by: User, at: datetime) -> str:
    wanted = [step.group_id for step in request.rules.steps]
    if why := why_membership_over(by, wanted, at=at):
        return why
    names = either_phrase(list(dict.fromkeys(step.group for step in request.rules.steps)))
    if not names:
        return phrase("Only an approver decides on this.")
    return phrase("Only %(groups)s decides on this.", groups=names)


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
