"""The simulator: what would happen if this person asked at this time."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from breakglass.models import Request
from breakglass.simulator import Story, simulate, why_not_look
from breakglass.simulator_forms import SimulatorForm
from breakglass.views.pages import page
from core.pages import say


@page("GET")
def simulator(request: PageRequest) -> HttpResponse:
    """Tell an administrator the story line by line, each with its rule."""
    if why := why_not_look(by=request.user):
        return say(request, why, status=403, title=_("This is for administrators"))
    asked = "person" in request.GET
    form = SimulatorForm(request.GET if asked else None, initial=request.GET.dict())
    story = _story(form) if form.is_valid() else None
    status = 422 if form.errors else 200
    context = {"form": form, "story": story}
    return render(request, "breakglass/simulator.html", context, status=status)


def _story(form: SimulatorForm) -> Story:
    wanted = form.cleaned_data
    return simulate(
        wanted["scenario"],
        wanted["person"],
        wanted["at"] or timezone.now(),
        urgency=Request.Urgency(wanted["urgency"]),
        minutes=wanted["minutes"],
    )
