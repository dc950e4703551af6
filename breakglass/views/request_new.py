"""New request: choose the emergency, say why, and see what will happen before it does."""

import re
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass import coach, preflight, transitions
from breakglass.forms import AskForm, ChooseForm
from breakglass.models import Request, Scenario
from breakglass.rules import Rules
from breakglass.views.pages import page
from core.errors import DomainError
from core.forms import refused

_FRAGMENTS = {"terms", "coach", "consequences"}


@page("GET", "POST")
def request_new(request: PageRequest) -> HttpResponse:
    """Show the form; POST asks or breaks the glass, by which button was pressed."""
    choice = _choice(request, request.POST or request.GET)
    scenario = _chosen(choice) if request.method == "POST" else _open(choice)
    if scenario is None or request.method == "GET":
        status = 422 if request.method == "POST" else 200
        return _page(request, choice, scenario, status=status)
    form = AskForm(request.POST, rules=_rules(scenario))
    if form.is_valid():
        try:
            asked = _send(request, scenario, form)
        except DomainError as error:
            refused(form, error)
        else:
            return redirect(asked)
    return _page(request, choice, scenario, form=form, status=422)


@page("POST")
def request_part(request: PageRequest, part: str) -> HttpResponse:
    """Draw a part of the form again for what has been chosen so far; nothing is sent or kept."""
    choice = _choice(request, request.POST)
    if part not in _FRAGMENTS or not choice.is_valid():
        return HttpResponse(status=204)
    scenario = choice.cleaned_data["scenario"]
    context = _context(request, choice, scenario, form=_typed(scenario, request.POST))
    return render(request, f"breakglass/_request_{part}.html", context | {"swapped": True})


def _choice(request: PageRequest, data: QueryDict) -> ChooseForm:
    chosen = data if "scenario" in data or request.method == "POST" else None
    return ChooseForm(chosen, person=request.user, at=timezone.now())


def _chosen(choice: ChooseForm) -> Scenario | None:
    """Return what was sent for, also when it is closed to them, or was closed while they typed.

    The verb then says why and records the attempt, and the words stay in the form.
    """
    slug = choice.data.get("scenario", "")
    return _open(choice) or next(
        (each for each in Scenario.objects.all() if each.slug == slug), None
    )


def _open(choice: ChooseForm) -> Scenario | None:
    """Return the scenario that is chosen among those open to the person, or the only one."""
    if choice.is_bound:
        return choice.cleaned_data.get("scenario") if choice.is_valid() else None
    found = list(choice.fields["scenario"].queryset[:2])  # type: ignore[attr-defined]
    return found[0] if len(found) == 1 else None


def _typed(scenario: Scenario, data: QueryDict) -> AskForm:
    """Return an unbound form that shows what was typed, and complains of nothing yet."""
    rules = _rules(scenario)
    form, bound = AskForm(rules=rules), AskForm(data, rules=rules)
    for name, field in form.fields.items():
        value = bound[name].data
        if name in data and _offered(field, value):
            field.initial = value
    return form


def _rules(scenario: Scenario) -> Rules:
    """Return the rules that a request would pin now."""
    version = scenario.current
    if version is None:
        raise Http404  # archived between two clicks
    return version.rules


def _offered(field: Any, value: Any) -> bool:
    """Whether a value may stand: a length or a target of another scenario may not."""
    choices = getattr(field.widget, "choices", None)
    if not choices:
        return True
    known = {str(key) for key, _ in choices}
    return {str(each) for each in (value if isinstance(value, list) else [value])} <= known


def _send(request: PageRequest, scenario: Scenario, form: AskForm) -> Request:
    now, broke = timezone.now(), form.urgency() == Request.Urgency.BREAK_GLASS
    verb = transitions.break_glass if broke else transitions.submit
    asked = verb(scenario, by=request.user, ask=form.ask(), at=now)
    done = (
        "The glass is broken: your door is opening." if broke else "Sent. Your approvers are told."
    )
    messages.success(request, done)
    return asked


def _page(
    request: PageRequest,
    choice: ChooseForm,
    scenario: Scenario | None,
    *,
    form: AskForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, choice, scenario, form=form)
    return render(request, "breakglass/request_new.html", context, status=status)


def _context(
    request: PageRequest, choice: ChooseForm, scenario: Scenario | None, *, form: AskForm | None
) -> dict[str, Any]:
    open_to_me = list(choice.fields["scenario"].queryset)  # type: ignore[attr-defined]
    urgency = request.POST.get("wish") or request.GET.get("urgency") or ""
    context: dict[str, Any] = {
        "choice": choice,
        "cards": [(each, _rules(each)) for each in open_to_me],
        "closed_to_me": Scenario.objects.in_use().count() - len(open_to_me),
        "scenario": scenario,
        "wish": urgency if urgency in Request.Urgency.values else Request.Urgency.BREAK_GLASS,
    }
    if scenario is None:
        return context
    form = form or _typed(scenario, request.POST)
    return context | {"form": form} | _outlook(request, scenario, form)


def _outlook(request: PageRequest, scenario: Scenario, form: AskForm) -> dict[str, Any]:
    """What the coach says and what would happen, for the choices made so far."""
    now, rules = timezone.now(), form.rules
    picked = form["targets"].value() or []
    offered = form.fields["targets"].queryset  # type: ignore[attr-defined]
    names = [target.name for target in offered if target.slug in picked]
    length = str(form["minutes"].value())
    minutes = int(length) if re.fullmatch("[0-9]{1,5}", length) else rules.default_minutes
    reason = form["justification"].value() or ""
    return {
        "rules": rules,
        "names": names,
        "ends_at": now + timedelta(minutes=min(minutes, rules.max_minutes)),
        "ratify_by": now + timedelta(minutes=rules.ratify_within),
        "preflight": preflight.look(scenario, person=request.user, at=now),
        "coaching": coach.read(
            reason, rules=rules, targets=names, intent=form["intent"].value() or ""
        )
        if reason.strip()
        else None,
    }
