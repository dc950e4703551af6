"""The profile page: who I am here, my time zone and my tokens."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sessions, transitions
from accounts.forms import ReadingForm, TokenForm
from accounts.models import ApiToken, User
from accounts.requests import PageRequest
from core import slots
from core.errors import DomainError
from core.forms import refused
from core.speech import shown


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    """Show the person to themselves; POST changes how they read times and words."""
    form = ReadingForm(request.POST or None, initial=_reading(request.user))
    if form.is_valid():
        reader = transitions.set_reading(request.user, **form.cleaned_data)
        with translation.override(reader.language or translation.get_language()):
            said = _("Times are shown in %(zone)s now.") % {"zone": reader.time_zone}
        messages.success(request, said)
        return redirect("profile")
    return _page(request, reading_form=form, status=422 if form.is_bound else 200)


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
            refused(form, error)
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
        messages.error(request, shown(error.sentence))
    else:
        messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("profile")


@login_required
@require_POST
def sessions_end(request: PageRequest) -> HttpResponse:
    """Sign out every other browser of the person."""
    try:
        count = transitions.end_other_sessions(
            request.user, keep=request.session.session_key or "", at=timezone.now()
        )
    except DomainError as error:
        messages.error(request, shown(error.sentence))
    else:
        text = ngettext(
            "%(count)s other browser is signed out.",
            "%(count)s other browsers are signed out.",
            count,
        )
        messages.success(request, text % {"count": count})
    return redirect("profile")


def _reading(person: User) -> dict[str, str]:
    return {"time_zone": person.time_zone, "language": person.language}


def _page(request: PageRequest, *, status: int, **context: Any) -> HttpResponse:
    now, tokens = timezone.now(), ApiToken.objects.filter(user=request.user)
    everything = {
        "reading_form": ReadingForm(initial=_reading(request.user)),
        "token_form": TokenForm(),
        "zones": ReadingForm.zones(),
        "memberships": request.user.memberships.select_related("group").order_by("group__name"),
        "now": now,
        "parts": request.user.parts(now),
        "sessions": sessions.of(request.user, current=request.session.session_key or "", at=now),
        "panels": slots.profile_panels.gather(request),
        "tokens": tokens.standing(now),
        "ended_tokens": tokens.difference(tokens.standing(now)).count(),
    }
    return render(request, "accounts/profile.html", everything | context, status=status)
