"""Home: the one red button, what is open, what waits."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass.models import Grant, Permit, Request, Scenario
from breakglass.views.opened import opened
from breakglass.views.pages import page
from breakglass.views.request_form import groups_that_may
from core import slots

_LAST = 5


@page("GET")
def home(request: PageRequest) -> HttpResponse:
    """Show a person what concerns them now."""
    now, person = timezone.now(), request.user
    grants = Grant.objects.standing().filter(holder=person, ends_at__gt=now).order_by("ends_at")
    in_use = Scenario.objects.in_use()
    allowed = set(in_use.permitting(person, Permit.REQUEST, now).values_list("pk", flat=True))
    recent = list(Request.objects.newest_concerning(person, _LAST).told())
    pending = Request.objects.concerning(person).filter(
        state=Request.State.PENDING, lapse_at__gt=now
    )
    held, waiting = opened(grants), slots.waiting.gather(request)
    context = {
        "open": held,
        "pending": pending.told(),
        "waiting": waiting,
        "waiting_number": sum(each.number for each in waiting),
        "recent": recent,
        "repeat": None if held else next((r for r in recent if r.scenario_id in allowed), None),
        "scenarios": in_use.count(),
        "scenarios_open": len(allowed),
        "helpers": [] if allowed else groups_that_may(Permit.REQUEST, now),
        "lamps": slots.health.gather(request),
    }
    return render(request, "breakglass/home.html", context)
