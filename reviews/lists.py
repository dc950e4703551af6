"""The lists of reviews and findings: what may stand in their addresses, and what they hold."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import QueryDict

from accounts.models import User
from breakglass.models import Scenario
from reviews.models import Finding, FindingQuerySet, Review, ReviewQuerySet

PERIODS = (30, 90)
NARROWING = ("scenario", "person", "days", "glass")  # filters of reviews beside the tab
DONE, ALL = "done", "all"
TABS = {
    "due": "Owed",
    "in_review": "In review",
    "overdue": "Overdue",
    DONE: "Done",
    ALL: "All",
}
FINDING_TABS = {"open": "Open", "resolved": "Resolved", ALL: "All"}


class _Filter(forms.Form):
    """What both lists know: a tab, a scenario, a person, and where the last page ended."""

    scenario = forms.ModelChoiceField(
        Scenario.objects.all(), to_field_name="slug", required=False, empty_label="Every scenario"
    )
    person = forms.ModelChoiceField(User.objects.all(), required=False, widget=forms.HiddenInput)
    cursor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class ReviewFilter(_Filter):
    """What may stand in the address of the list of reviews."""

    tab = forms.ChoiceField(required=False, choices=list(TABS.items()))
    days = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(days, days) for days in PERIODS],
        widget=forms.HiddenInput,
    )
    glass = forms.ChoiceField(
        required=False, choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput
    )


class FindingFilter(_Filter):
    """What may stand in the address of the list of findings."""

    tab = forms.ChoiceField(required=False, choices=list(FINDING_TABS.items()))
    kind = forms.ChoiceField(required=False, choices=[("", "Every kind"), *Finding.Kind.choices])


def why_not_list(form: forms.Form, query: QueryDict) -> str | None:
    """Why an address cannot be followed: an unknown filter, or one that means nothing."""
    if unknown := sorted(set(query) - set(form.fields)):
        return f"This list has no filter “{unknown[0]}”. It knows {', '.join(form.fields)}."
    if not form.is_valid():
        name = next(iter(form.errors))
        return f"“{query.get(name, '')}” is not something to filter “{name}” by."
    return None


def reviews(
    rows: ReviewQuerySet, chosen: Mapping[str, Any], *, at: datetime
) -> tuple[ReviewQuerySet, str]:
    """Return the reviews under a tab and their order: the most urgent, or the newest, first."""
    tab = chosen["tab"]
    rows = narrowed(rows, chosen, at=at).told()
    if tab == DONE:
        return rows.filter(state=Review.State.CLOSED), "-closed_at"
    if tab == ALL:
        return rows, "-owed_at"
    if tab == "overdue":
        return rows.overdue(at), "due_at"
    return rows.filter(state=tab or Review.State.DUE), "due_at"


def narrowed(rows: ReviewQuerySet, chosen: Mapping[str, Any], *, at: datetime) -> ReviewQuerySet:
    """Return the reviews that the filters beside the tab leave."""
    if chosen["scenario"]:
        rows = rows.filter(grant__scenario=chosen["scenario"])
    if chosen["person"]:
        rows = rows.filter(grant__holder=chosen["person"])
    if chosen["days"]:
        rows = rows.filter(owed_at__gte=at - timedelta(days=chosen["days"]))
    if chosen["glass"]:
        rows = rows.filter(grant__break_glass=chosen["glass"] == "yes")
    return rows


def counts(rows: ReviewQuerySet, *, at: datetime) -> dict[str, int]:
    """Return how many reviews wait under each tab, in one query over what is owed."""
    return rows.owed().aggregate(
        due=Count("pk", filter=Q(state=Review.State.DUE)),
        in_review=Count("pk", filter=Q(state=Review.State.IN_REVIEW)),
        overdue=Count("pk", filter=Q(due_at__lte=at)),
    )


def findings(rows: FindingQuerySet, chosen: Mapping[str, Any]) -> tuple[FindingQuerySet, str]:
    """Return the findings under a tab and their order, the newest first."""
    tab, person = chosen["tab"] or "open", chosen["person"]
    rows = rows.told()
    if tab == "open":
        rows = rows.open()
    elif tab == "resolved":
        rows = rows.exclude(state=Finding.State.OPEN)
    if chosen["scenario"]:
        rows = rows.filter(case__scenario=chosen["scenario"])
    if person:
        rows = rows.filter(Q(case__requester=person) | Q(subject=person.ref))
    if chosen["kind"]:
        rows = rows.filter(kind=chosen["kind"])
    return rows, "-opened_at"
