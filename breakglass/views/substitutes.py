"""Substitutes: who decides in somebody's place, named on the profile and ended from there."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Part
from accounts.policy import why_not_play
from accounts.requests import PageRequest
from breakglass import standings, transitions
from breakglass.models import ProposedChange, Substitution
from breakglass.substitute_forms import AwayForm, SubstituteForm
from breakglass.transitions.lending import lend_for_another
from breakglass.views.pages import page
from core.errors import DomainError
from core.forms import refused
from core.pages import say
from core.speech import shown


@page("GET", "POST")
def substitutes(request: PageRequest) -> HttpResponse:
    """Show who stands in for whom; POST names who does for the reader."""
    now = timezone.now()
    form = None
    if request.method == "POST":
        form = SubstituteForm(request.POST, person=request.user, at=now)
        if form.is_valid() and _named(request, form):
            return redirect("profile")
    return _shown(request, standings.of(request.user, at=now, form=form), wrong=bool(form))


def _shown(
    request: PageRequest, context: dict[str, Any], *, wrong: bool, away: AwayForm | None = None
) -> HttpResponse:
    now = context["now"]
    context["everybody"] = standings.of_everybody(request.user, at=now)
    if request.user.plays(Part.ADMINISTRATOR, now):
        context["away"] = away or AwayForm(person=request.user, at=now)
    status = 422 if wrong else 200
    return render(request, "breakglass/substitutes.html", context, status=status)


@page("POST")
def substitute_for_another(request: PageRequest) -> HttpResponse:
    """Name who decides in the place of somebody who is away, or propose it."""
    now = timezone.now()
    if why := why_not_play(Part.ADMINISTRATOR, by=request.user, at=now):
        return say(request, why, status=403)
    form = AwayForm(request.POST, person=request.user, at=now)
    done = _named_for(request, form) if form.is_valid() else None
    if done is None:
        context = standings.of(request.user, at=now)
        return _shown(request, context, wrong=True, away=form)
    if isinstance(done, ProposedChange):
        messages.info(request, _("It waits for another administrator. They are told by mail."))
        return redirect(done)
    said = _("%(substitute)s stands in for %(person)s. They and compliance are told.")
    messages.success(request, said % {"substitute": done.substitute, "person": done.person})
    return redirect("substitutes")


def _named_for(request: PageRequest, form: AwayForm) -> Substitution | ProposedChange | None:
    said = form.cleaned_data
    try:
        return lend_for_another(
            said["away"],
            substitute=said["substitute"],
            period=form.period(),
            by=request.user,
            reason=said["reason"],
            at=form.at,
        )
    except DomainError as error:
        refused(form, error)
        return None


def _named(request: PageRequest, form: SubstituteForm) -> bool:
    since, until = form.period()
    try:
        made = transitions.name_substitute(
            request.user,
            substitute=form.cleaned_data["substitute"],
            since=since,
            until=until,
            by=request.user,
            at=form.at,
        )
    except DomainError as error:
        refused(form, error)
        return False
    said = _("%(person)s stands in for you. They and compliance are told.")
    messages.success(request, said % {"person": made.substitute})
    return True


@page("POST")
def substitute_end(request: PageRequest, pk: UUID) -> HttpResponse:
    """End a substitution before its time; one that is no business of the reader is not there."""
    now = timezone.now()
    row = Substitution.objects.filter(pk=pk).told().first()
    if row is None or not standings.sees(request.user, row, at=now):
        raise Http404
    try:
        transitions.end_substitution(row, by=request.user, at=now)
    except DomainError as error:
        messages.error(request, shown(error.sentence))
    else:
        facts = {"substitute": row.substitute, "person": row.person}
        said = _("%(substitute)s no longer stands in for %(person)s.")
        messages.success(request, said % facts)
    return redirect("substitutes")
