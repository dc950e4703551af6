"""Erasing a person: one administrator asks, another confirms; what goes and what stays."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import erasing, policy
from accounts.erasing import Grounds
from accounts.erasure_forms import AnswerErasureForm, ErasePersonForm
from accounts.models import Erasure, Part, User
from accounts.requests import PageRequest
from audit import erasure as ledger
from audit.erasure import About
from core import forgetting
from core.errors import DomainError
from core.forms import refused
from core.pages import say

_LAST = 50
_DONE = {
    "accept": _("Confirmed. The account is erased; the words on the record follow."),
    "decline": _("Declined. Nothing is erased."),
    "withdraw": _("Withdrawn. Nothing is erased."),
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def person_erase(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show what would be forgotten of a person, and what stays; POST asks for it."""
    if why := policy.why_not_play(Part.ADMINISTRATOR, by=request.user):
        return say(request, why, status=403)
    person = get_object_or_404(User, pk=pk)
    form = ErasePersonForm(request.POST or None, person=person)
    if form.is_valid():
        try:
            grounds = Grounds(**form.grounds())
            asked = erasing.propose(person, grounds, by=request.user, at=timezone.now())
        except DomainError as error:
            refused(form, error)
        else:
            messages.success(request, _("Another administrator has to confirm it. They are told."))
            return redirect(asked)
    context = _outlook(person) | {
        "form": form,
        "why_not": policy.why_not_erase_person(person, by=request.user),
        "confirmers": policy.confirmers(request.user, person),
    }
    status = 422 if form.is_bound else 200
    return render(request, "accounts/person_erase.html", context, status=status)


@login_required
@never_cache
@require_GET
def erasures(request: PageRequest) -> HttpResponse:
    """List who is to be erased, and the last that were."""
    if why := policy.why_not_see_erasures(by=request.user):
        return say(request, why, status=403)
    rows = Erasure.objects.told()
    context = {
        "open": rows.filter(state__in=["waiting", "accepted"]),
        "over": rows.exclude(state__in=["waiting", "accepted"]).order_by("-decided_at")[:_LAST],
    }
    return render(request, "accounts/erasures.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def erasure(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show one erasure; confirm it, decline it, or take it back."""
    if why := policy.why_not_see_erasures(by=request.user):
        return say(request, why, status=403)
    found = get_object_or_404(Erasure.objects.told(), pk=pk)
    form = AnswerErasureForm(request.POST or None, erasure=found)
    if form.is_valid():
        said = form.cleaned_data
        try:
            _VERBS[said["verdict"]](found, said, request.user, timezone.now())
        except DomainError as error:
            refused(form, error)
            found.refresh_from_db()
        else:
            messages.success(request, _DONE[said["verdict"]])
            return redirect(found)
    context = _context(request.user, found) | {"form": form}
    return render(request, "accounts/erasure.html", context, status=422 if form.is_bound else 200)


_Verb = Callable[[Erasure, dict[str, Any], User, datetime], Erasure]
_VERBS: dict[str, _Verb] = {
    "accept": lambda row, _said, by, at: erasing.accept(row, by=by, at=at),
    "decline": lambda row, said, by, at: erasing.decline(row, by=by, answer=said["answer"], at=at),
    "withdraw": lambda row, _said, by, at: erasing.withdraw(row, by=by, at=at),
}


def _context(reader: User, found: Erasure) -> dict[str, Any]:
    waits = found.state == Erasure.State.WAITING and found.lapse_at > timezone.now()
    outlook = _outlook(found.person, found) if waits else {}
    return outlook | {
        "erasure": found,
        "person": found.person,
        "waits": waits,
        "mine": found.proposed_by_id == reader.pk,
        "why_not": policy.why_not_decide_erasure(found, by=reader),
        "confirmers": policy.confirmers(found.proposed_by or reader, found.person),
    }


def _outlook(person: User, found: Erasure | None = None) -> dict[str, Any]:
    """Return what is known of a person now, and why it cannot go yet."""
    trace = erasing.trace_of(person, also=cast(list[str], found.also) if found else ())
    cases = forgetting.cases(trace)
    return {
        "person": person,
        "words": trace.words,
        "not_yet": policy.why_not_erase_now(person, trace, at=timezone.now(), erasure=found),
        "held": forgetting.held(trace),
        "cases": len(cases),
        "entries": ledger.count_of(About(ref=trace.ref, cases=cases)),
    }
