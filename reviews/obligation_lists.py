"""The list of obligations: what may stand in its address, and what it holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from breakglass.models import Scenario
from reviews.models import Obligation, ObligationQuerySet

OPEN, MINE, OVERDUE, DONE, ALL = "open", "mine", "overdue", "done", "all"
TABS: dict[str, str | Promise] = {
    OPEN: gettext_lazy("Open"),
    MINE: gettext_lazy("Mine"),
    OVERDUE: gettext_lazy("Overdue"),
    DONE: gettext_lazy("Done or waived"),
    ALL: gettext_lazy("All"),
}
SORTS = ("due_at", "-due_at", "-opened_at", "opened_at", "-done_at")


class ObligationFilter(forms.Form):
    """What may stand in the address of the list."""

    tab = forms.ChoiceField(required=False, choices=list(TABS.items()))
    scenario = forms.ModelChoiceField(
        Scenario.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Every scenario"),
        label=gettext_lazy("Scenario"),
    )
    sort = forms.ChoiceField(
        required=False, choices=[(key, key) for key in SORTS], widget=forms.HiddenInput
    )
    cursor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


def listed(
    rows: ObligationQuerySet, chosen: Mapping[str, Any], *, by: User, at: datetime
) -> tuple[ObligationQuerySet, str]:
    """Return the obligations under a tab, and their order: what is due first, or done last."""
    tab = chosen["tab"] or OPEN
    if chosen["scenario"]:
        rows = rows.filter(case__scenario=chosen["scenario"])
    if tab == DONE:
        rows = rows.exclude(state=Obligation.State.OPEN)
    elif tab == MINE:
        rows = rows.open().filter(owner=by)
    elif tab == OVERDUE:
        rows = rows.overdue(at)
    elif tab == OPEN:
        rows = rows.open()
    usual = {DONE: "-done_at", ALL: "-opened_at"}.get(tab, "due_at")
    return rows.told(), chosen["sort"] or usual


def counts(rows: ObligationQuerySet, *, by: User, at: datetime) -> dict[str, int]:
    """Return how many obligations are open under each tab, in one query."""
    return (
        rows.open()
        .order_by()
        .aggregate(
            open=Count("pk"),
            mine=Count("pk", filter=Q(owner=by)),
            overdue=Count("pk", filter=Q(due_at__lte=at)),
        )
    )
