"""The figures, for those who oversee the house."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import PageRequest
from breakglass.models import Scenario
from breakglass.views.pages import page
from core import sheets
from core.pages import say
from reviews import figures, lists, periods, policy, standouts


class DashboardFilter(forms.Form):
    """What may stand in the address of the dashboard."""

    period = forms.ChoiceField(required=False, choices=list(periods.LABELS.items()))
    scenario = forms.ModelChoiceField(
        Scenario.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Every scenario, without drills"),
        label=gettext_lazy("Scenario"),
    )


@page("GET")
def dashboard(request: PageRequest) -> HttpResponse:
    """Show the figures of a period, each with the way to what it counts."""
    if refusal := _refusal(request):
        return refusal
    form, found = _asked(request)
    now = found.period.now
    scenario = form.cleaned_data["scenario"]
    context = {
        "form": form,
        "periods": periods.LABELS.items(),
        "figures": found,
        "first": standouts.of(found, scenario, at=now),
        "drill": standouts.drilled(standouts.last_drill(), at=now),
        "hours": range(0, 24, figures.HOURS),
        "zone": timezone.get_current_timezone_name(),
        "scenario": scenario,
    }
    return render(request, "reviews/dashboard.html", context)


@page("GET")
def dashboard_sheet(request: PageRequest, table: str) -> HttpResponse:
    """Return one table of the dashboard as a file."""
    if refusal := _refusal(request):
        return refusal
    if table not in figures.TABLES:
        return say(request, _("The dashboard has no such table."), status=404)
    _form, found = _asked(request)
    header, rows = figures.sheet(found, table)
    return sheets.answer(f"breakglass-{table}-{found.period.first}", header, rows)


def _refusal(request: PageRequest) -> HttpResponse | None:
    if why := policy.why_not_oversee(by=request.user):
        return say(request, why, status=403)
    if why := lists.why_not_list(DashboardFilter(request.GET), request.GET):
        return say(request, why, status=400, title=str(lists.NO_SUCH_FILTER))
    return None


def _asked(request: PageRequest) -> tuple[DashboardFilter, figures.Figures]:
    """Return the form, which is known to be good, and the figures that it asks for."""
    form = DashboardFilter(request.GET)
    form.full_clean()
    chosen = form.cleaned_data
    period = periods.of(chosen["period"] or periods.USUAL, at=timezone.now())
    return form, figures.of(period, chosen["scenario"])
