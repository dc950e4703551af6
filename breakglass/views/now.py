"""Now: what is open at this moment, and how to stop it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Part, User, stands
from accounts.requests import PageRequest
from breakglass import access, policy, transitions
from breakglass.forms import FreezeForm
from breakglass.models import Freeze, Grant, GroupPermit, Permit, Scenario
from breakglass.views.opened import Opened, opened
from breakglass.views.pages import page, status_of
from breakglass.views.tail import tails
from core.errors import DomainError
from core.forms import refused
from core.pages import say
from core.speech import phrase, shown
from targets.models import Door

_JUST_NOW = timedelta(hours=1)  # whoever was inside is as likely to be frozen as who is inside


@page("GET")
def now(request: PageRequest) -> HttpResponse:
    """Show every open grant and door, and what is frozen."""
    return _page(request)


@page("POST")
def freeze(request: PageRequest) -> HttpResponse:
    """Freeze a person, a scenario or everything."""
    if why := policy.why_not_freeze(by=request.user):
        access.refused(why, verb="freeze", by=request.user, subject=request.user, at=timezone.now())
        return say(request, why, status=403)
    form = _freeze_form(request, list(_standing()))
    if form.is_valid():
        try:
            made = transitions.freeze(
                by=request.user,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                person=form.person(),
                scenario=form.scenario(),
            )
        except DomainError as error:
            refused(form, error)
        else:
            said = _("Frozen: %(what)s. What was open is closing.") % {"what": shown(made.what)}
            messages.success(request, said)
            return redirect("now")
    return _page(request, form=form, status=422)


@page("POST")
def freeze_lift(request: PageRequest, pk: UUID) -> HttpResponse:
    """Propose that a freeze is lifted, or confirm it as the second person."""
    row = get_object_or_404(Freeze, pk=pk)
    reason = request.POST.get("reason", "")[:2000]
    try:
        row = transitions.lift(row, by=request.user, reason=reason, at=timezone.now())
    except DomainError as error:
        status = status_of(error)
        return _page(request, refusal=error.sentence, typed=(pk, reason), status=status)
    done = _("Lifted.") if row.lifted_at else _("Proposed. A second responder confirms it.")
    messages.success(request, done)
    return redirect("now")


@page("POST")
def freeze_keep(request: PageRequest, pk: UUID) -> HttpResponse:
    """Take back a proposal to lift a freeze, or say no to it."""
    row = get_object_or_404(Freeze, pk=pk)
    try:
        row = transitions.keep(row, by=request.user, at=timezone.now())
    except DomainError as error:
        return _page(request, refusal=error.sentence, status=status_of(error))
    messages.success(request, _("Still frozen: %(what)s.") % {"what": shown(row.what)})
    return redirect("now")


def _page(
    request: PageRequest,
    *,
    form: FreezeForm | None = None,
    refusal: str = "",
    typed: tuple[UUID, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    if why := _why_not_here(request.user):
        return say(request, why, status=403)
    standing = list(_standing())
    doors = [door for each in standing for door in each.doors]
    ids = {each.grant.pk for each in standing}
    left_over = list(Door.objects.live().exclude(grant__in=ids).select_related("target"))
    held = {door.grant for door in left_over}
    context: dict[str, Any] = {
        "standing": standing,
        "tails": tails(standing),
        "left_over": left_over,
        "held": Grant.objects.select_related("holder", "request").in_bulk(held) if held else {},
        "closing_doors": len(left_over),
        "open_doors": sum(door.state == Door.State.OPEN for door in doors),
        "freezes": _freezes(request.user),
        "form": form or _freeze_form(request, standing),
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "breakglass/now.html", context, status=status)


def _freezes(reader: User) -> list[tuple[Freeze, str | None, bool, list[User]]]:
    """What is frozen, why the reader may not lift it, whether they may end a proposal to, and who
    else can lift it.
    """
    responders = list(User.objects.playing(Part.RESPONDER).order_by("name"))
    rows = Freeze.objects.standing().select_related(
        "person", "scenario", "imposed_by", "lift_proposed_by"
    )
    return [
        (
            each,
            policy.why_not_lift(each, by=reader),
            bool(each.lift_proposed_by) and policy.why_not_keep(each, by=reader) is None,
            [one for one in responders if one not in (each.person, each.lift_proposed_by)],
        )
        for each in rows
    ]


def _why_not_here(person: User) -> str | None:
    if person.plays(Part.RESPONDER):
        return None
    return phrase("Only responders see everything that is open. Your own access is on Home.")


def _standing() -> list[Opened]:
    return opened(Grant.objects.standing().order_by("ends_at"))


def _freeze_form(request: PageRequest, standing: list[Opened]) -> FreezeForm:
    """Offer who and what is or just was inside as cards, everybody and all scenarios below them."""
    at, chosen = timezone.now(), f"person:{request.GET.get('person', '')}"
    notes = _consequences(standing, at=at)
    for person in User.objects.filter(grants__ended_at__gt=at - _JUST_NOW).distinct():
        notes.setdefault(f"person:{person.pk}", _("Was inside just now. They cannot ask again."))
    people = User.objects.active().order_by("name")
    choices = [(f"person:{person.pk}", str(person)) for person in people]
    choices += [(f"scenario:{row.pk}", row.name) for row in Scenario.objects.in_use()]
    return FreezeForm(
        request.POST if request.method == "POST" and "reason" in request.POST else None,
        initial={"what": chosen if chosen in notes else None},
        inside=[choice for choice in choices if choice[0] in notes],
        others=[choice for choice in choices if choice[0] not in notes],
        notes=notes,
        frozen=_frozen(),
    )


def _frozen() -> frozenset[str]:
    """Return what is frozen, as the form names it: it is not offered a second time."""
    rows = Freeze.objects.standing().values_list("kind", "person", "scenario")
    return frozenset(
        f"{kind}:{person or scenario}" if person or scenario else kind
        for kind, person, scenario in rows
    )


def _consequences(standing: list[Opened], *, at: datetime) -> dict[str, str]:
    """Say what each freeze would do: what ends, and who can no longer ask."""
    ends: Counter[str] = Counter()
    for each in standing:
        ends.update([f"person:{each.grant.holder_id}", f"scenario:{each.grant.scenario_id}", "all"])
    kept_out = _who_may_ask({each.grant.scenario_id for each in standing}, at=at)
    notes = {"all": _("Nobody can ask or go in.")}
    for key, number in ends.items():
        said = ngettext("%(number)s access ends.", "%(number)s accesses end.", number)
        kind, __, scenario = key.partition(":")
        if kind == "scenario":
            people = kept_out.get(scenario, 0)
            then = ngettext(
                "%(number)s person cannot ask.", "%(number)s people cannot ask.", people
            )
            then %= {"number": people}
        else:
            then = _("They cannot ask again.") if kind == "person" else notes["all"]
        notes[key] = f"{said % {'number': number}} {then}"
    return notes


def _who_may_ask(scenarios: set[UUID], *, at: datetime) -> dict[str, int]:
    permits = GroupPermit.objects.of(Permit.REQUEST).standing(at)
    standing = permits.filter(stands(at, "group__memberships__"), content_object__in=scenarios)
    counted = standing.values("content_object")
    people = counted.annotate(people=Count("group__memberships__user", distinct=True))
    return {str(row["content_object"]): row["people"] for row in people}
