"""The figures, for those who oversee the house."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.requests import PageRequest
from audit.views.leaving import handed_over
from breakglass.models import GroupPermit, Permit, Scenario
from breakglass.narrowing import Chip, DayField, show_days, without
from breakglass.views.pages import page
from core import sheets
from core.pages import say
from reviews import figures, files, headlines, lists, periods, policy, standouts
from reviews.counting import Narrow
from targets.models import Target


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
    team = forms.ModelChoiceField(
        Group.objects.filter(pk__in=GroupPermit.objects.of(Permit.REQUEST).values("group")),
        required=False,
        empty_label=gettext_lazy("Every team"),
        label=gettext_lazy("Team"),
    )
    target = forms.ModelChoiceField(
        Target.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Every target"),
        label=gettext_lazy("Target"),
    )
    person = forms.ModelChoiceField(User.objects.all(), required=False, widget=forms.HiddenInput)
    since = DayField()
    until = DayField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_days(self, _("From"), _("Until"))

    @property
    def narrow(self) -> Narrow:
        """Which cases are asked for, at any time."""
        names = ("scenario", "team", "person", "target")
        return Narrow(**{name: self.cleaned_data[name] for name in names})

    def clean(self) -> dict[str, Any]:
        """Look no further back than figures are kept, and forwards."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and since < timezone.localdate() - periods.YEARS_BACK:
            self.add_error("since", _("Figures go back two years."))
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return found


@page("GET")
def dashboard(request: PageRequest) -> HttpResponse:
    """Show the figures of a period, each with the way to what it counts."""
    if refusal := _refusal(request):
        return refusal
    form, found = _asked(request)
    now = found.period.now
    context = {
        "form": form,
        "periods": periods.labels(at=now).items(),
        "figures": found,
        "headlines": headlines.of(found),
        "first": standouts.of(found, at=now),
        "drill": standouts.drilled(standouts.last_drill(), at=now),
        "hours": range(0, 24, figures.HOURS),
        "zone": timezone.get_current_timezone_name(),
        "narrow": found.narrow,
        "chips": _chips(request, found),
        "top": figures.TOP,
    }
    return render(request, "reviews/dashboard.html", context)


@page("GET")
def dashboard_sheet(request: PageRequest, table: str) -> HttpResponse:
    """Return one table of the dashboard, or `all` of them, as a file."""
    if refusal := _refusal(request):
        return refusal
    if table not in (*files.TABLES, "all"):
        return say(request, _("The dashboard has no such table."), status=404)
    _form, found = _asked(request, everybody=files.TABLES if table == "all" else [table])
    header, lines = files.whole(found) if table == "all" else files.sheet(found, table)
    days = f"{found.period.first}-to-{found.period.last}"
    made = sheets.answer(f"breakglass-{table}-{days}", header, lines)
    rows = made.rows - files.FRAME if table == "all" else made.rows
    chosen = {"table": table, **request.GET.dict()}
    return handed_over(request, made, what="dashboard", rows=rows, chosen=chosen)


def _refusal(request: PageRequest) -> HttpResponse | None:
    if why := policy.why_not_oversee(by=request.user):
        return say(request, why, status=403)
    if why := lists.why_not_list(DashboardFilter(request.GET), request.GET):
        return say(request, why, status=400, title=str(lists.NO_SUCH_FILTER))
    return None


def _asked(
    request: PageRequest, *, everybody: Collection[str] = ()
) -> tuple[DashboardFilter, figures.Figures]:
    """Return the form, which is known to be good, and the figures that it asks for."""
    form = DashboardFilter(request.GET)
    form.full_clean()
    chosen = form.cleaned_data
    period = periods.of(
        chosen["period"] or periods.USUAL,
        at=timezone.now(),
        since=chosen["since"],
        until=chosen["until"],
    )
    return form, figures.of(period, form.narrow, everybody=everybody)


def _chips(request: PageRequest, found: figures.Figures) -> list[Chip]:
    """Return what the figures are narrowed to beside what the form shows, and the way out."""
    chips = []
    if person := found.narrow.person:
        text = _("Accesses of %(name)s") % {"name": person}
        chips.append(Chip(text, without(request.GET, ("person",))))
    if found.period.key == periods.CHOSEN:
        chips.append(Chip(found.period.words, without(request.GET, ("since", "until"))))
    return chips
