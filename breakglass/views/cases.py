"""The list of cases: newest first, filtered by what stands in the address."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.requests import PageRequest
from breakglass.models import Grant, Request, Scenario
from breakglass.narrowing import NARROWING, NarrowingForm, chips, narrowed
from breakglass.views.pages import page
from core.pages import say

_PAGE = 50
_OWN = ("state", "scenario", "person")
STATES = {
    "waiting": ("Wait for an answer", Q(state__in=Request.OPEN)),
    "open": ("Open now", Q(grant__status__in=Grant.STANDING)),
    "unratified": ("To be ratified", Q(ratification=Request.Ratification.PENDING)),
    "ended": ("Ended", Q(grant__ended_at__isnull=False)),
    "refused": ("Denied or refused", Q(state="denied") | Q(ratification="refused")),
    "lapsed": ("Lapsed or withdrawn", Q(state__in=["lapsed", "withdrawn"])),
}


class FilterForm(NarrowingForm):
    """What may stand in the address of the list."""

    state = forms.ChoiceField(
        required=False, choices=[(key, label) for key, (label, _) in STATES.items()]
    )
    scenario = forms.ModelChoiceField(
        Scenario.objects.all(), to_field_name="slug", required=False, empty_label="Every scenario"
    )
    person = forms.ModelChoiceField(
        User.objects.all(), required=False, empty_label="Everybody", widget=forms.HiddenInput
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )


@page("GET")
def cases(request: PageRequest) -> HttpResponse:
    """List the cases that this person may see."""
    form = FilterForm(request.GET)
    if why := _why_not_list(form, request.GET):
        return say(request, why, status=400, title="That filter does not exist")
    chosen = form.cleaned_data
    rows = Request.objects.cases().visible_to(request.user, timezone.now()).told()
    rows = narrowed(rows, chosen)
    if chosen["state"]:
        rows = rows.filter(STATES[chosen["state"]][1])
    if chosen["scenario"]:
        rows = rows.filter(scenario=chosen["scenario"])
    if chosen["person"]:
        rows = rows.filter(requester=chosen["person"])
    if chosen["before"]:
        rows = rows.filter(case__lt=chosen["before"])
    found = list(rows.order_by("-case")[: _PAGE + 1])
    context: dict[str, Any] = {
        "form": form,
        "rows": found[:_PAGE],
        "older": found[_PAGE - 1].case if len(found) > _PAGE else None,
        "states": [(key, label) for key, (label, _) in STATES.items()],
        "chosen": chosen,
        "chips": chips(chosen, request.GET),
        "filtered": any(request.GET.get(name) for name in (*_OWN, *NARROWING)),
    }
    return render(request, "breakglass/cases.html", context)


def _why_not_list(form: FilterForm, query: QueryDict) -> str | None:
    unknown = sorted(set(query) - set(form.fields))
    if unknown:
        known = ", ".join(form.fields)
        return f"This list has no filter “{unknown[0]}”. It knows {known}."
    if not form.is_valid():
        name = next(iter(form.errors))
        return f"“{query.get(name, '')}” is not something to filter “{name}” by."
    return None
