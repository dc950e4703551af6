"""Home: the one red button, what is open, what waits."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Part, User
from accounts.requests import PageRequest
from breakglass import policy
from breakglass.cards import may_break
from breakglass.models import Freeze, Grant, Permit, Request, Scenario, scenarios_of
from breakglass.views.opened import opened
from breakglass.views.pages import page
from breakglass.views.request_form import groups_that_may
from core import slots

_LAST = 5
_TO_CALL = 4


@page("GET")
def home(request: PageRequest) -> HttpResponse:
    """Show a person what concerns them now."""
    now, person = timezone.now(), request.user
    grants = Grant.objects.standing().filter(holder=person, ends_at__gt=now).order_by("ends_at")
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
        "lamps": slots.health.gather(request),
        **_fire(person, recent=[] if held else recent, at=now),
    }
    return render(request, "breakglass/home.html", context)


def _fire(person: User, *, recent: list[Request], at: datetime) -> dict[str, Any]:
    """The way in: the red button, the ask, or why neither is there and whom to call."""
    in_use = set(Scenario.objects.in_use().values_list("pk", flat=True))
    allowed = in_use & scenarios_of(person, Permit.REQUEST, at=at)
    others = scenarios_of(person, Permit.APPROVE, Permit.REVIEW, at=at)
    elsewhere = bool(others or person.parts(at))
    freeze = Freeze.objects.keeping_out(person).select_related("imposed_by", "person").first()
    again = (each for each in recent if each.scenario_id in allowed and _led_in(each, person))
    return {
        "freeze": freeze,
        "why_untold": policy.why_not_read_reason(freeze, by=person) if freeze else None,
        "may_lift": freeze and policy.why_not_lift(freeze, by=person) is None,
        "to_call": _responders(person) if freeze else [],
        "may_break": may_break(person, at),
        "repeat": None if freeze else next(again, None),
        "scenarios": len(in_use),
        "scenarios_open": len(allowed),
        "elsewhere": elsewhere,
        "helpers": [] if allowed or elsewhere else groups_that_may(Permit.REQUEST, at),
    }


def _led_in(asked: Request, person: User) -> bool:
    """Whether the person got in by this request, for real."""
    grant = asked.held
    entered = grant is not None and grant.activated_at is not None
    return entered and asked.requester_id == person.pk and not asked.rules.drill


def _responders(besides: User) -> list[User]:
    return list(
        User.objects.playing(Part.RESPONDER).exclude(pk=besides.pk).order_by("name")[:_TO_CALL]
    )
