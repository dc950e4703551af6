"""Scenarios: what one may use, and in a sentence why not the others."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass import policy
from breakglass.models import Scenario
from breakglass.views.pages import page


@page("GET")
def scenarios(request: PageRequest) -> HttpResponse:
    """List every scenario in use with the answer for this person."""
    now = timezone.now()
    rows = [
        (each, each.current.rules, policy.why_not_request(each, by=request.user, at=now))
        for each in Scenario.objects.in_use()
        if each.current
    ]
    return render(request, "breakglass/scenarios.html", {"rows": rows})
