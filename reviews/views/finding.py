"""The page of a finding, with what becomes of it and who answers for it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from breakglass.views.pages import page, status_of
from core import zones
from core.errors import DomainError
from core.forms import refused
from reviews import candidates, policy, transitions
from reviews.assignment_transitions import assign_finding
from reviews.forms import OwnerForm, ResolveForm
from reviews.models import Finding, Review


@page("GET", "POST")
def finding(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show a finding; POST says what became of it."""
    seen = _visible(request, pk)
    form, status = ResolveForm(request.POST or None), 422 if request.POST else 200
    if form.is_valid():
        try:
            transitions.resolve_finding(
                seen, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            refused(form, error)
            status = status_of(error)
        else:
            messages.success(request, _("The finding is resolved."))
            return redirect(seen)
    return _page(request, seen, status=status, form=form)


@page("POST")
def finding_owner(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say who answers for a finding, and until when; then go on where that was asked for."""
    seen, status = _visible(request, pk), 422
    form = OwnerForm(request.POST, case=seen.case)
    if form.is_valid():
        said = form.cleaned_data
        due_at = zones.day_end(said["due"])
        try:
            assign_finding(
                seen, owner=said["owner"], due_at=due_at, by=request.user, at=timezone.now()
            )
        except DomainError as error:
            refused(form, error)
            status = status_of(error)
        else:
            messages.success(request, _("They are told that they answer for it."))
            return redirect(_onward(request, seen))
    return _page(request, seen, status=status, owner_form=form)


def _onward(request: PageRequest, seen: Finding) -> str:
    """Return where to go on: at the verdict that waited for somebody to answer, or here."""
    if request.POST.get("back") == "verdict":
        reviews = Review.objects.visible_to(request.user, timezone.now())
        if review := reviews.filter(grant__request=seen.case_id).first():
            return f"{review.get_absolute_url()}#verdict"
    return seen.get_absolute_url()


def _visible(request: PageRequest, pk: UUID) -> Finding:
    seen = Finding.objects.visible_to(request.user, timezone.now())
    return get_object_or_404(seen.told(), pk=pk)


def _page(request: PageRequest, seen: Finding, *, status: int, **given: Any) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "finding": seen,
        "form": ResolveForm(),
        "owner_form": OwnerForm(case=seen.case),
        "doubts": policy.doubts(seen.case, [seen]) if seen.case else {},
        "people": candidates.of(seen.case, at=now) if seen.case else [],
        "overdue": seen.is_overdue(now),
        "why_not": policy.why_not_resolve(seen, by=request.user, at=now),
        **given,
    }
    return render(request, "reviews/finding.html", context, status=status)
