"""What is shown of on-call schedules and routes on shared pages: lamps, and a scenario's routes."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from alerts.models import Route
from alerts.wellbeing import wellbeing
from breakglass.models import Scenario
from core import slots


@slots.health.provide(order=45)
def health(request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether it is known who is on call; nothing where no schedule is in use."""
    ways = wellbeing(request)
    many, failing = ways.schedules, ways.calendars
    if not many:
        return []
    if failing:
        words = ngettext(
            "%(number)s calendar cannot be read", "%(number)s calendars cannot be read", failing
        )
    else:
        words = ngettext("%(number)s schedule", "%(number)s schedules", many)
    return [
        slots.Health(
            key="on-call",
            label=_("On call"),
            detail=words % {"number": failing or many},
            tone="wait" if failing else "ok",
            url=reverse("admin:alerts_schedule_changelist"),
        )
    ]


@slots.health.provide(order=46)
def routes(request: HttpRequest | None = None) -> list[slots.Health]:
    """Say that a route was set aside; nothing where all work."""
    broken = wellbeing(request).set_aside
    words = ngettext("%(number)s was set aside", "%(number)s were set aside", broken)
    lamp = slots.Health(
        key="routes",
        label=_("Routes of alerts"),
        detail=words % {"number": broken},
        tone="danger",
        url=reverse("admin:alerts_route_changelist"),
    )
    return [lamp] if broken else []


@slots.scenario_panels.provide(order=10)
def of_scenario(request: HttpRequest, scenario: Scenario) -> list[slots.Panel]:
    """Say which routes add to those who are told in a scenario anyway."""
    user = request.user
    found = Route.objects.working().of_scenario(scenario).distinct()
    may_change = isinstance(user, User) and user.has_perm("alerts.change_route")
    context = {"routes": [*found.whole()], "may_change_routes": may_change}
    return [slots.Panel(template="alerts/_scenario_routes.html", context=context, place="side")]
