"""What has to be done before cases close: the list, and the page of one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from audit.views.leaving import handed_over
from breakglass.views.pages import page, status_of
from core import paging, sheets, zones
from core.errors import BadInput, DomainError
from core.forms import refused
from core.pages import say
from core.problems import BadQuery
from reviews import candidates
from reviews import obligation_lists as lists
from reviews import obligation_policy as policy
from reviews import obligation_transitions as transitions
from reviews.lists import NO_SUCH_FILTER, why_not_list
from reviews.models import Obligation
from reviews.obligation_forms import EvidenceForm, HandOnForm, WaiveForm


@page("GET")
def obligations(request: PageRequest) -> HttpResponse:
    """List what has to be done, as far as this person may see it."""
    form, now = lists.ObligationFilter(request.GET), timezone.now()
    if why := why_not_list(form, request.GET):
        return say(request, why, status=400, title=str(NO_SUCH_FILTER))
    chosen, seen = form.cleaned_data, Obligation.objects.visible_to(request.user, now)
    counts = lists.counts(seen, by=request.user, at=now)
    rows, order = lists.listed(seen, chosen, by=request.user, at=now)
    try:
        cursor = request.GET.get("cursor", "")
        found = paging.page(rows, key=order, request=request, cursor=cursor)
    except BadQuery as error:
        return say(request, str(error), status=400)
    context = {
        "page": found,
        "form": form,
        "tabs": [(key, label, counts.get(key)) for key, label in lists.TABS.items()],
        "tab": chosen["tab"] or lists.OPEN,
        "order": order,
        "scenario": chosen["scenario"],
        "now": now,
    }
    return render(request, "reviews/obligations.html", context)


@page("GET")
def obligations_sheet(request: PageRequest) -> HttpResponse:
    """Return the obligations of the list as a file."""
    form, now = lists.ObligationFilter(request.GET), timezone.now()
    if why := why_not_list(form, request.GET):
        return say(request, why, status=400, title=str(NO_SUCH_FILTER))
    seen = Obligation.objects.visible_to(request.user, now)
    rows, order = lists.listed(seen, form.cleaned_data, by=request.user, at=now)
    header = [
        _("Obligation"), _("What"), _("Case"), _("Scenario"), _("Who does it"), _("Opened"),
        _("Due"), _("State"), _("Done"), _("Done by"), _("Evidence"),
    ]  # fmt: skip
    made = sheets.of_list(request, "obligations", header, rows.order_by(order), _line)
    return handed_over(request, made, what="obligations")


def _line(task: Obligation) -> list[object]:
    return [
        task.get_kind_display(), task.text, task.case.case, task.case.scenario, task.owner,
        task.opened_at, task.due_at, task.get_state_display(), task.done_at, task.done_by,
        task.evidence,
    ]  # fmt: skip


@page("GET")
def obligation(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show what has to be done, and what became of it."""
    return _page(request, _visible(request, pk))


@page("POST")
def obligation_done(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say that it is done."""
    form, done = EvidenceForm(request.POST), _("Done, and on the record.")
    return _act(request, pk, form, transitions.fulfil, done, name="done_form")


@page("POST")
def obligation_waive(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say that it need not be done."""
    form, done = WaiveForm(request.POST), _("Waived: it need not be done.")
    return _act(request, pk, form, transitions.waive, done, name="waive_form")


@page("POST")
def obligation_hand_on(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say who else does it, or until when."""
    form = HandOnForm(request.POST, obligation=_visible(request, pk))
    return _act(request, pk, form, _hand_on, _("They are told."), name="hand_form")


def _hand_on(task: Obligation, *, due: Any, **said: Any) -> Obligation:
    return transitions.hand_on(task, due_at=zones.day_end(due), **said)


def _visible(request: PageRequest, pk: UUID) -> Obligation:
    seen = Obligation.objects.visible_to(request.user, timezone.now())
    return get_object_or_404(seen.told().select_related("case__grant", "opened_by"), pk=pk)


def _act(
    request: PageRequest, pk: UUID, form: forms.Form, verb: Callable[..., object], done: str,
    *, name: str,
) -> HttpResponse:  # fmt: skip
    """Apply one verb with what the form holds; go back to the page, or show it with the refusal."""
    found = _visible(request, pk)
    if not form.is_valid():
        return _page(request, found, status=422, **{name: form})
    try:
        verb(found, by=request.user, at=timezone.now(), **form.cleaned_data)
    except DomainError as error:
        given: dict[str, Any] = {"refusal": error.sentence}
        if isinstance(error, BadInput):
            refused(form, error)
            given = {name: form}
        return _page(request, _visible(request, pk), status=status_of(error), **given)
    messages.success(request, done)
    return redirect(found)


def _page(
    request: PageRequest, found: Obligation, *, status: int = 200, **given: Any
) -> HttpResponse:
    who: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    context: dict[str, Any] = {
        "task": found,
        "people": candidates.of(found.case, at=who["at"]),
        "overdue": found.is_overdue(who["at"]),
        "done_form": EvidenceForm(),
        "waive_form": WaiveForm(),
        "hand_form": HandOnForm(obligation=found),
        "why_not": policy.why_not_fulfil(found, **who),
        "may_waive": policy.why_not_waive(found, **who) is None,
        "may_hand_on": policy.why_not_manage(found, **who) is None,
        **given,
    }
    return render(request, "reviews/obligation.html", context, status=status)
