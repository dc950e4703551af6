"""The page of the nightly reports, its table, and what people make of a pattern."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import PageRequest
from audit.views.leaving import handed_over
from breakglass.views.pages import page, status_of
from core import sheets, zones
from core.errors import BadInput, DomainError
from core.forms import refused
from core.pages import say
from core.speech import shown
from reviews.models import NightReport, Pattern, PatternQuerySet
from reviews.nights import pages, transitions
from reviews.nights.forms import AsideForm, ReportFilter
from reviews.nights.policy import why_not_see_reports

_OF_EACH_KIND, _OF_ONE_KIND = 25, 500  # what a page shows


@page("GET")
def reports(request: PageRequest) -> HttpResponse:
    """Show what the latest night saw, by kind."""
    if why := why_not_see_reports(by=request.user):
        return say(request, why, status=403)
    return _page(request)


@page("GET")
def reports_sheet(request: PageRequest) -> HttpResponse:
    """Return what the page lists as a file."""
    if why := why_not_see_reports(by=request.user):
        return say(request, why, status=403)
    rows = _chosen(request)
    if rows is None:
        return say(request, _("That filter does not exist."), status=400)
    header = [
        _("Kind"), _("What"), _("Number"), _("Person"), _("Scenario"), _("Target"), _("Group"),
        _("Cases"), _("First seen"), _("Seen last"), _("No concern until"), _("Why"), _("Who"),
    ]  # fmt: skip
    made = sheets.of_list(request, "reports", header, rows.told(), _line)
    return handed_over(request, made, what="reports")


def _line(pattern: Pattern) -> list[object]:
    return [
        pattern.get_kind_display(), pages.sentence(pattern), pattern.number, pattern.person,
        pattern.scenario, pattern.target, pattern.group, " ".join(map(str, pattern.cases)),
        pattern.first_seen_at, pattern.seen_at, pattern.aside_until, pattern.reason,
        pattern.aside_by,
    ]  # fmt: skip


@page("POST")
def pattern_aside(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say that a pattern is no concern until a day."""
    if why := why_not_see_reports(by=request.user):
        return say(request, why, status=403)
    pattern = get_object_or_404(Pattern, pk=pk)
    form = AsideForm(request.POST, pattern=pattern)
    if not form.is_valid():
        return _page(request, status=422, filled=(pattern, form))
    until = zones.day_end(form.cleaned_data["until"])
    reason = form.cleaned_data["reason"]

    def verb() -> object:
        return transitions.set_aside(
            pattern, by=request.user, until=until, reason=reason, at=timezone.now()
        )

    return _act(request, verb, _("It is no concern until then."), form, pattern)


@page("POST")
def pattern_again(request: PageRequest, pk: UUID) -> HttpResponse:
    """Say that a pattern is a concern again."""
    if why := why_not_see_reports(by=request.user):
        return say(request, why, status=403)
    pattern = get_object_or_404(Pattern, pk=pk)

    def verb() -> object:
        return transitions.take_up(pattern, by=request.user, at=timezone.now())

    return _act(request, verb, _("It is a concern again."), None, pattern)


def _act(
    request: PageRequest, verb: Callable[[], object], done: str, form: AsideForm | None,
    pattern: Pattern,
) -> HttpResponse:  # fmt: skip
    """Apply a verb and go back to the list, or show it with the refusal."""
    try:
        verb()
    except DomainError as error:
        if form is None or not isinstance(error, BadInput):
            return _page(request, status=status_of(error), refusal=shown(error.sentence))
        refused(form, error)
        return _page(request, status=status_of(error), filled=(pattern, form))
    messages.success(request, done)
    return redirect("reports")


def _chosen(request: PageRequest) -> PatternQuerySet | None:
    """Return the patterns that the address asks for; None where it says what is unknown."""
    form = ReportFilter(request.GET)
    if set(request.GET) - set(form.fields) or not form.is_valid():
        return None
    now = timezone.now()
    tab, kind = form.cleaned_data["tab"], form.cleaned_data["kind"]
    rows = Pattern.objects.aside(now) if tab == "aside" else Pattern.objects.open(now)
    return rows.filter(kind=kind) if kind else rows


def _page(
    request: PageRequest, *, status: int = 200,
    filled: tuple[Pattern, AsideForm] | None = None, refusal: str = "",
) -> HttpResponse:  # fmt: skip
    now, rows, kind = timezone.now(), _chosen(request), request.GET.get("kind", "")
    if rows is None:
        return say(request, _("That filter does not exist."), status=400)
    limit = _OF_ONE_KIND if kind else _OF_EACH_KIND
    context: dict[str, Any] = {
        "sections": pages.sections(rows, by=request.user, at=now, limit=limit, filled=filled),
        "tab": request.GET.get("tab") or "open",
        "kind": kind,
        "counts": _counts(now),
        "report": NightReport.objects.order_by("-night").first(),
        "refusal": refusal,
    }
    return render(request, "reviews/nights/reports.html", context, status=status)


def _counts(now: Any) -> dict[str, int]:
    return {"open": Pattern.objects.open(now).count(), "aside": Pattern.objects.aside(now).count()}
