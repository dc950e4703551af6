"""The figures, for those who oversee the house."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass.views.pages import page
from core.pages import say
from reviews import figures, lists, policy


@page("GET")
def dashboard(request: PageRequest) -> HttpResponse:
    """Show the figures of the last days, each with the way to what it counts."""
    if why := policy.why_not_oversee(by=request.user):
        return say(request, why, status=403)
    days = request.GET.get("days", str(lists.PERIODS[0]))
    if set(request.GET) - {"days"} or days not in map(str, lists.PERIODS):
        known = " or ".join(str(period) for period in lists.PERIODS)
        return say(request, f"The dashboard knows “days”, which is {known}.", status=400)
    total, scenarios = figures.by_scenario(days=int(days), at=timezone.now())
    context = {
        "days": int(days), "periods": lists.PERIODS, "total": total, "scenarios": scenarios,
    }  # fmt: skip
    return render(request, "reviews/dashboard.html", context)
