"""The list of cases: newest first, filtered by what stands in the address."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from accounts.requests import PageRequest
from audit.views.leaving import handed_over
from breakglass import search
from breakglass.models import Grant, Request, Scenario
from breakglass.models.request import OVERSEERS, RequestQuerySet
from breakglass.narrowing import NARROWING, NarrowingForm, chips, narrowed
from breakglass.views.pages import page
from core import sheets
from core.pages import say

_PAGE = 30
_COUNTED = 1_000  # of more, only that is said: to count them all takes longer than to list them
_OWN = ("q", "state", "scenario", "person")
STATES = {
    "waiting": (_lazy("Wait for an answer"), Q(state__in=Request.OPEN)),
    "open": (_lazy("Open now"), Q(grant__status__in=Grant.STANDING)),
    "unratified": (_lazy("To be ratified"), Q(ratification=Request.Ratification.PENDING)),
    "ended": (_lazy("Ended"), Q(grant__ended_at__isnull=False)),
    "refused": (_lazy("Denied or refused"), Q(state="denied") | Q(ratification="refused")),
    "lapsed": (_lazy("Lapsed or withdrawn"), Q(state__in=["lapsed", "withdrawn"])),
}


class FilterForm(NarrowingForm):
    """What may stand in the address of the list."""

    q = forms.CharField(
        label=_lazy("Number, person, target, ticket or day"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        required=False, choices=[(key, label) for key, (label, _condition) in STATES.items()]
    )
    scenario = forms.ModelChoiceField(
        Scenario.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_lazy("Every scenario"),
    )
    person = forms.ModelChoiceField(
        User.objects.all(), required=False, empty_label=_lazy("Everybody"), widget=forms.HiddenInput
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )


@page("GET")
def cases(request: PageRequest) -> HttpResponse:
    """List the cases that this person may see."""
    form = FilterForm(request.GET)
    if why := _why_not_list(form, request.GET):
        return say(request, why, status=400, title=_("That filter does not exist"))
    chosen = form.cleaned_data
    found = list(_rows(request, chosen).listed()[: _PAGE + 1])
    filtered = any(request.GET.get(name) for name in (*_OWN, *NARROWING))
    context: dict[str, Any] = {
        "form": form,
        "sees_all": not OVERSEERS.isdisjoint(request.user.parts()),
        "rows": found[:_PAGE],
        "older": found[_PAGE - 1].case if len(found) > _PAGE else None,
        "states": [(key, label) for key, (label, _condition) in STATES.items()],
        "chosen": chosen,
        "chips": chips(chosen, request.GET),
        "filtered": filtered,
        "count": _count(request, chosen, found) if filtered else None,
        "counted": _counted(chosen),
    }
    return render(request, "breakglass/cases.html", context)


def _counted(chosen: dict[str, Any]) -> int:
    """Return how far is counted: no index knows quick answers, and a page of them is enough."""
    return _PAGE if chosen["quick"] else _COUNTED


def _count(request: PageRequest, chosen: dict[str, Any], found: list[Request]) -> int:
    """Return how many cases fit, or one more than is counted; `found` are those of the page."""
    most = _counted(chosen)
    if not chosen["before"] and (len(found) <= _PAGE or most == _PAGE):
        return len(found)
    every = _rows(request, {**chosen, "before": None}).order_by()
    return every[: most + 1].count()


@page("GET")
def cases_sheet(request: PageRequest) -> HttpResponse:
    """Return the cases of the list as a file."""
    form = FilterForm(request.GET)
    if why := _why_not_list(form, request.GET):
        return say(request, why, status=400, title=_("That filter does not exist"))
    header = [
        _("Case"), _("Who"), _("Targets"), _("Scenario"), _("Reference"), _("Asked"), _("Minutes"),
        _("Glass broken"), _("State"), _("Ratification"), _("Access from"), _("Access to"),
        _("Justification"),
    ]  # fmt: skip
    rows = _rows(request, form.cleaned_data).told()
    return handed_over(request, sheets.of_list(request, "cases", header, rows, _line), what="cases")


def _rows(request: PageRequest, chosen: dict[str, Any]) -> RequestQuerySet:
    rows = search.cases(chosen["q"], by=request.user, at=timezone.now())
    rows = narrowed(rows, chosen)
    if chosen["state"]:
        rows = rows.filter(STATES[chosen["state"]][1])
    if chosen["scenario"]:
        rows = rows.filter(scenario=chosen["scenario"])
    if chosen["person"]:
        rows = rows.filter(requester=chosen["person"])
    if chosen["before"]:
        rows = rows.filter(case__lt=chosen["before"])
    return rows.order_by("-case")


def _line(asked: Request) -> list[object]:
    grant = asked.held
    return [
        asked.case, asked.requester, ", ".join(target.name for target in asked.targets.all()),
        asked.scenario.name, asked.reference, asked.submitted_at, asked.minutes,
        _("yes") if asked.urgency == Request.Urgency.BREAK_GLASS else _("no"),
        grant.get_status_display() if grant else asked.get_state_display(),
        asked.get_ratification_display(),
        grant and grant.activated_at, grant and grant.ended_at, asked.justification,
    ]  # fmt: skip


def _why_not_list(form: FilterForm, query: QueryDict) -> str | None:
    unknown = sorted(set(query) - set(form.fields))
    if unknown:
        said = _("This list has no filter “%(unknown)s”. It knows %(known)s.")
        return said % {"unknown": unknown[0], "known": ", ".join(form.fields)}
    if not form.is_valid():
        name = next(iter(form.errors))
        said = _("“%(value)s” is not something to filter “%(name)s” by.")
        return said % {"value": query.get(name, ""), "name": name}
    return None
