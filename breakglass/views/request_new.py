"""New request: choose the emergency, say why, and see what will happen before it does."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from breakglass import transitions
from breakglass.forms import AskForm
from breakglass.models import Request, Scenario
from breakglass.views import unsent
from breakglass.views.pages import page
from breakglass.views.request_form import (
    as_before,
    ask_form,
    coached,
    gather,
    rules_of,
    say_all,
    scenario_called,
    typed_form,
)
from core.errors import DomainError
from core.forms import refused
from core.idempotency import once_sent, taken, token_of

_FRAGMENTS = {"terms", "targets", "consequences"}
_NOT_WORDS = {"csrfmiddlewaretoken", "find"}


def request_new(request: HttpRequest) -> HttpResponse:
    """Show the form or send it; what is sent by somebody signed out waits for their sign-in."""
    if request.method == "POST" and not request.user.is_authenticated:
        unsent.keep(request)
        messages.info(request, _("Sign in again. What you wrote is kept, and not sent yet."))
    return _request_new(request)


@page("GET", "POST")
def _request_new(request: PageRequest) -> HttpResponse:
    """POST asks or breaks the glass, by which button was pressed; `redraw` only shows it again."""
    if request.method == "POST":
        return _shown(request, request.POST) if "redraw" in request.POST else _sent(request)
    person, again = request.user, request.GET.get("again")
    if again:
        asked, data = as_before(again, person=person)
        return _shown(request, data, again=asked)
    if "afresh" in request.GET:
        unsent.forget(request)
    kept = unsent.kept(request, person=person, at=timezone.now())
    if kept and "scenario" not in request.GET:
        return _shown(request, kept, restored=True)
    return _shown(request, request.GET, fresh=True)


@page("POST")
def request_part(request: PageRequest, part: str) -> HttpResponse:
    """Draw a part of the form again for what has been chosen so far; nothing is sent or kept."""
    scenario = scenario_called(request.POST.get("scenario", ""))
    if scenario is None or part not in _FRAGMENTS | {"coach"}:
        return HttpResponse(status=204)
    if part == "coach":
        form = typed_form(scenario, request.POST)
        coaching = coached(form, by=request.user, scenario=scenario)
        said = request.POST.get("coach_said", "")
        context = {"coaching": coaching, "rules": rules_of(scenario), "said": said}
    else:
        context = gather(request, request.POST)
    return render(request, f"breakglass/_request_{part}.html", context | {"swapped": True})


def _shown(request: PageRequest, data: QueryDict, **more: Any) -> HttpResponse:
    return render(request, "breakglass/request_new.html", gather(request, data, **more))


def _sent(request: PageRequest) -> HttpResponse:
    """Send the form, once; show it again with a sentence where it cannot be sent."""
    scenario, form = scenario_called(request.POST.get("scenario", "")), None
    if scenario:
        form = ask_form(scenario, request.POST)
        if form.is_valid():
            try:
                location = _once(request, scenario, form)
            except DomainError as error:
                refused(form, error)
            else:
                return _done(request, location)
        else:
            say_all(form, scenario, by=request.user, at=timezone.now())
    context = gather(request, request.POST, form=form, unchosen=scenario is None)
    return render(request, "breakglass/request_new.html", context, status=422)


def _once(request: PageRequest, scenario: Scenario, form: AskForm) -> str:
    """Ask or break the glass; the same form sent again leads to the same case."""

    def make() -> str:
        return _ask(request, scenario, form).get_absolute_url()

    token = token_of(request)
    if not token:
        return make()
    words = {name: request.POST.getlist(name) for name in request.POST if name not in _NOT_WORDS}
    return once_sent(make, person=request.user.pk, token=token, words=words)


def _ask(request: PageRequest, scenario: Scenario, form: AskForm) -> Request:
    now, broke = timezone.now(), form.urgency() == Request.Urgency.BREAK_GLASS
    verb = transitions.break_glass if broke else transitions.submit
    person = form.cleaned_data["person"]
    asked = verb(scenario, by=request.user, person=person, ask=form.ask(), at=now)
    if broke:
        done = _("The glass is broken: your door is opening.")
    elif person and person != request.user:
        done = _("Sent in the name of %(person)s, who is told, as the approvers are.")
    else:
        done = _("Sent. Your approvers are being told.")
    messages.success(request, done % {"person": person})
    return asked


def _done(request: PageRequest, location: str) -> HttpResponse:
    """Lead to the case; the browser may forget the draft that it kept under this token."""
    unsent.forget(request)
    return taken(request, redirect(location))
