"""Home: the one red button, what is open, what waits."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass.models import Grant, GroupPermit, Permit, Request, Scenario
from breakglass.models.scenario import ScenarioQuerySet
from breakglass.views.opened import opened
from breakglass.views.pages import page
from core import slots

_LAST = 5


@page("GET")
def home(request: PageRequest) -> HttpResponse:
    """Show a person what concerns them now."""
    now, person = timezone.now(), request.user
    grants = Grant.objects.standing().filter(holder=person, ends_at__gt=now).order_by("ends_at")
    mine = Request.objects.filter(requester=person)
    in_use = Scenario.objects.in_use()
    allowed = in_use.permitting(person, Permit.REQUEST, now).count()
    context = {
        "open": opened(grants),
        "pending": mine.filter(state=Request.State.PENDING, lapse_at__gt=now).told(),
        "waiting": slots.waiting.gather(request),
        "recent": mine.cases().told().order_by("-case")[:_LAST],
        "scenarios": in_use.count(),
        "scenarios_open": allowed,
        "helpers": [] if allowed else _helpers(in_use, now),
        "lamps": slots.health.gather(request),
    }
    return render(request, "breakglass/home.html", context)


def _helpers(scenarios: ScenarioQuerySet, at: datetime) -> list[str]:
    """Return the groups that may act where the reader may not."""
    permits = GroupPermit.objects.of(Permit.REQUEST).standing(at)
    named = permits.filter(content_object__in=scenarios).values_list("group__name", flat=True)
    return sorted(set(named))
