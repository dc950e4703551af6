"""The profile page: who I am here, my time zone and my tokens."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import transitions
from accounts.forms import TimeZoneForm, TokenForm
from accounts.models import ApiToken
from accounts.requests import PageRequest
from core.errors import BadInput, DomainError


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    """Show the person to themselves; POST changes their time zone."""
    form = TimeZoneForm(request.POST or None, initial={"time_zone": request.user.time_zone})
    if form.is_valid():
        transitions.set_time_zone(request.user, **form.cleaned_data)
        messages.success(request, f"Times are shown in {form.cleaned_data['time_zone']} now.")
        return redirect("profile")
    return _page(request, time_zone_form=form, status=422 if form.is_bound else 200)


@login_required
@never_cache
@require_POST
def token_new(request: PageRequest) -> HttpResponse:
    """Make a token and show its secret, this one time, in the answer itself."""
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            token, secret = transitions.issue_token(
                request.user, actor=request.user.ref, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(error.field or None if isinstance(error, BadInput) else None, str(error))
        else:
            return _page(request, fresh=token, secret=secret, status=201)
    return _page(request, token_form=form, status=422)


@login_required
@require_POST
def token_revoke(request: PageRequest, pk: UUID) -> HttpResponse:
    """End one of one's own tokens."""
    token = get_object_or_404(request.user.tokens, pk=pk)
    try:
        transitions.revoke_token(token, by=request.user, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("profile")


def _page(request: PageRequest, *, status: int, **context: Any) -> HttpResponse:
    now, tokens = timezone.now(), ApiToken.objects.filter(user=request.user)
    everything = {
        "time_zone_form": TimeZoneForm(initial={"time_zone": request.user.time_zone}),
        "token_form": TokenForm(),
        "zones": TimeZoneForm.zones(),
        "groups": request.user.groups.order_by("name"),
        "parts": request.user.parts(),
        "tokens": tokens.standing(now),
        "ended_tokens": tokens.difference(tokens.standing(now)).count(),
    }
    return render(request, "accounts/profile.html", everything | context, status=status)
