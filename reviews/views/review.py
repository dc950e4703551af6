"""The page of a review, with what its reviewers do there, and the page of a finding."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import PageRequest
from breakglass.models import Question
from breakglass.questions import Talk, talk
from breakglass.views.pages import page, status_of
from core import zones
from core.errors import BadInput, DomainError
from core.forms import ReasonForm, refused
from core.idempotency import taken
from reviews import (
    candidates,
    coverage,
    loose_ends,
    policy,
    seconds,
    standing,
    story,
    transitions,
    undone,
)
from reviews.assignment_policy import anybody_new, why_not_reassign
from reviews.assignment_transitions import reassign
from reviews.forms import FindingForm, OwnerForm, ReopenForm, TurnForm, VerdictForm
from reviews.late import came_later
from reviews.models import Finding, Obligation, Review
from reviews.obligation_forms import TaskForm
from reviews.obligation_transitions import oblige
from reviews.obligations import WITHIN
from reviews.reopening_transitions import reopen
from reviews.views.onward import go_on

_BEGINNINGS = ("finding_form", "action_form", "task_form")


@page("GET")
def review(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the story of a case, exceptions first.

    `?action=` begins a finding about one of them, `?begin=` another one, or what has to be done.
    """
    return _page(request, _visible(request, pk))


@page("POST")
def review_start(request: PageRequest, pk: UUID) -> HttpResponse:
    """Take a review, and go on at what was said if something does not fit; else at the verdict."""
    odd = story.of(_visible(request, pk)).actions.outside_count
    to = "#said" if odd else "#verdict"
    return _act(request, pk, None, transitions.start, _("The review is yours."), to=to)


@page("POST")
def review_close(request: PageRequest, pk: UUID) -> HttpResponse:
    """Give the verdict."""
    found = _visible(request, pk)
    form = VerdictForm(request.POST, review=found)
    done = (
        _("The verdict on Case %(case)s waits for a second reviewer.")
        if policy.needs_second(found, verdict=request.POST.get("verdict", ""))
        else _("The verdict on Case %(case)s stands in the record.")
    ) % {"case": found.grant.request.case}
    answer = _act(request, pk, form, transitions.close, done, name="verdict_form")
    return (
        taken(request, go_on(request, found)) if answer.status_code == HTTPStatus.FOUND else answer
    )


@page("POST")
def review_confirm(request: PageRequest, pk: UUID) -> HttpResponse:
    """Agree with the verdict as the second reviewer."""
    found = _visible(request, pk)
    done = _("Confirmed. The verdict on Case %(case)s stands.") % {"case": found.grant.request.case}
    answer = _act(request, pk, None, transitions.confirm, done)
    return (
        taken(request, go_on(request, found)) if answer.status_code == HTTPStatus.FOUND else answer
    )


@page("POST")
def review_dispute(request: PageRequest, pk: UUID) -> HttpResponse:
    """Disagree with the verdict as the second reviewer."""
    form, done = ReasonForm(request.POST), _("The first reviewer looks at it again.")
    return _act(request, pk, form, transitions.dispute, done, name="reason_form")


@page("POST")
def review_hand_over(request: PageRequest, pk: UUID) -> HttpResponse:
    """Give a review back, so that somebody else can take it."""
    form, done = ReasonForm(request.POST), _("The review waits for somebody else.")
    return _act(request, pk, form, transitions.hand_over, done, name="reason_form")


@page("POST")
def review_reassign(request: PageRequest, pk: UUID) -> HttpResponse:
    """Give the turn to somebody else."""
    form, done = TurnForm(request.POST), _("It is their turn now, and they are told.")
    return _act(request, pk, form, reassign, done, name="turn_form")


@page("POST")
def review_reopen(request: PageRequest, pk: UUID) -> HttpResponse:
    """Have a case judged again whose review is closed."""
    form, done = ReopenForm(request.POST), _("Reopened. It waits for a new verdict.")
    return _act(request, pk, form, reopen, done, name="reopen_form", to="#verdict")


@page("POST")
def finding_new(request: PageRequest, pk: UUID) -> HttpResponse:
    """Open a finding in the case under review."""
    seq, grant = request.POST.get("action", ""), _visible(request, pk).grant
    of_action = seq.isdigit()
    form = FindingForm(request.POST, grant=grant, about=of_action)
    done = _("The finding is open.")
    name, to = ("action_form", f"#action-{seq}") if of_action else ("finding_form", "#findings")
    return _act(request, pk, form, _find, done, name=name, to=to)


def _find(
    found: Review, *, owner: User | None, due: date | None, by: User, at: datetime, **said: Any
) -> Finding:
    answers = (owner, zones.day_end(due or zones.last_day(at + WITHIN))) if owner else None
    return transitions.find(found, by=by, at=at, answers=answers, **said)


@page("POST")
def obligation_new(request: PageRequest, pk: UUID) -> HttpResponse:
    """Write down what has to be done before the case under review can close."""
    form = TaskForm(request.POST, at=timezone.now())

    def verb(found: Review, *, by: User, at: datetime, **_said: Any) -> object:
        return oblige(found, task=form.task(), by=by, at=at)

    done = _("It is written down, and whoever does it is told.")
    return _act(request, pk, form, verb, done, name="task_form", to="#obligations")


def _visible(request: PageRequest, pk: UUID) -> Review:
    return get_object_or_404(Review.objects.visible_to(request.user, timezone.now()).told(), pk=pk)


def _act(
    request: PageRequest, pk: UUID, form: forms.Form | None, verb: Callable[..., object],
    done: str, *, name: str = "", to: str = "",
) -> HttpResponse:  # fmt: skip
    """Apply one verb with what the form holds; go back to the page, or show it with the refusal.

    `to` is the place on the page where the reader goes on.
    """
    found = _visible(request, pk)
    if form is not None and not form.is_valid():
        return _page(request, found, status=422, **{name: form})
    try:
        verb(found, by=request.user, at=timezone.now(), **(form.cleaned_data if form else {}))
    except DomainError as error:
        if form is not None and isinstance(error, BadInput):
            refused(form, error)
            return _page(request, found, status=422, **{name: form})
        said = {name: form} if form is not None else {}
        why, now = error.sentence, _visible(request, pk)
        return _page(request, now, status=status_of(error), refusal=why, **said)
    messages.success(request, done)
    return taken(request, redirect(f"{found.get_absolute_url()}{to}"))


def _page(request: PageRequest, found: Review, *, status: int = 200, **given: Any) -> HttpResponse:
    """Answer with the page of a review; `given` are forms and a refusal to show on it."""
    now, told = timezone.now(), story.of(found)
    tasks = list(Obligation.objects.filter(case=found.grant.request_id).told())
    covered = coverage.of(told.doors, case=found.case_ref, at=now)
    announced = undone.of(told, covered)
    left = undone.left_behind(tasks, announced)
    asked = talk(told.asked, reader=request.user, at=now, about=_known(told, request))
    context: dict[str, Any] = {
        "review": found,
        "stand": standing.of([found], at=now)[found.case_ref],
        "story": told,
        "coverage": covered,
        "undone": announced,
        "overdue": found.is_overdue(now),
        "step": _step(found, request),
        "verdict_form": VerdictForm(review=found, fits=not told.actions.outside_count),
        "reason_form": ReasonForm(),
        "people": candidates.of(told.asked, at=now),
        **_begun(found, told, request.GET),
        "left": left,
        "tasks": [each for each in tasks if each not in [one.task for one in left]],
        "still_open": _still_open(told, tasks, asked),
        "now": now,
        "why_not": policy.why_not_review(found, by=request.user, at=now),
        "may_hand_over": found.state == Review.State.IN_REVIEW
        and not found.waits_for_second
        and policy.why_not_hand_over(found, by=request.user) is None,
        "turn_form": TurnForm(),
        "may_reassign": found.state == Review.State.DUE
        and why_not_reassign(found, by=request.user, at=now) is None,
        "needs_second": policy.needs_second(found, by=found.reviewer or request.user),
        **_answering(found, told),
        **_reopening(found, request, at=now),
        "second": seconds.of([found], reader=request.user, at=now).get(found.case_ref, ""),
        "talk": asked,
        "about": found.case_ref,
        "shows": found.case_ref,
        **given,
    }
    context["begun"] = any(context[name] is not None for name in _BEGINNINGS)
    return render(request, "reviews/review.html", context, status=status)


def _answering(found: Review, told: story.Story) -> dict[str, Any]:
    """Return what is to be said of who answers for findings: nobody yet, or rather another."""
    return {
        "doubts": policy.doubts(told.asked, told.findings),
        "unanswered": found.findings().unanswered().first(),
        "why_not_conclude": policy.why_not_conclude(found),
        "owner_form": OwnerForm(case=told.asked),
    }


def _reopening(found: Review, request: PageRequest, *, at: datetime) -> dict[str, Any]:
    """Return what stood before a review was reopened, and what a closed one is reopened with."""
    closed = found.state == Review.State.CLOSED
    may = closed and policy.why_not_reopen(found, by=request.user, at=at) is None
    return {
        "earlier": list(found.earlier.select_related("reviewer", "second_reviewer", "reopened_by")),
        "came_later": came_later(found) if closed else 0,
        "may_reopen": may,
        "anybody_new": may and anybody_new(found, at=at),
        "reopen_form": ReopenForm(),
    }


def _step(found: Review, request: PageRequest) -> str:
    """Name what this person can do next with the review, if anything."""
    now = timezone.now()
    if found.state == Review.State.CLOSED or policy.why_not_review(found, by=request.user, at=now):
        return ""
    if found.state == Review.State.DUE:
        return "start"
    if found.waits_for_second:
        return "" if found.reviewer == request.user else "confirm"
    return "judge" if found.reviewer == request.user else ""


def _still_open(told: story.Story, tasks: Sequence[Obligation], asked: Talk) -> list[str]:
    """Say before a verdict is given what it would leave open."""
    questions = [each for each, _form in asked.questions if each.state == Question.State.OPEN]
    return loose_ends.said(
        findings=sum(each.state == Finding.State.OPEN for each in told.findings),
        questions=len(questions),
        obligations=sum(each.state == Obligation.State.OPEN for each in tasks),
    )


def _known(told: story.Story, request: PageRequest) -> str:
    """The entry of an action of this case that the reader asks about, as `?ask=` names it."""
    seq = request.GET.get("ask", "")
    return seq if any(str(each.seq) == seq for each in told.actions.shown) else ""


def _begun(found: Review, told: story.Story, asked: QueryDict) -> dict[str, forms.Form | None]:
    """Return the forms that one begins beside the verdict: the verdict waits for one of them."""
    begin = asked.get("begin", "")
    owner, at = candidates.requester(told.asked), timezone.now()
    return {
        "finding_form": FindingForm(grant=found.grant) if begin == "finding" else None,
        "action_form": _about(found, told, asked.get("action", "")),
        "task_form": TaskForm(at=at, owner=owner) if begin == "task" else None,
    }


def _about(found: Review, told: story.Story, action: str) -> FindingForm | None:
    """Begin a finding about one action that has none yet."""
    for each in told.actions.shown:
        if str(each.seq) == action and each.seq not in told.made:
            said = {"what": each.title, "target": each.target, "entry": each.seq}
            text = _("%(what)s on %(target)s, entry %(entry)s: ") % said
            begun = {"text": text, "action": each.seq, "severity": each.weight}
            return FindingForm(grant=found.grant, about=True, initial=begun)
    return None
