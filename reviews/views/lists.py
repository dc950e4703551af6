"""The lists of reviews and of findings, as pages and as files."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import PageRequest
from audit.views.leaving import handed_over
from breakglass.views.pages import page
from core import paging, sheets
from core.pages import say
from core.problems import BadQuery
from reviews import lists, seconds, standing
from reviews.models import Finding, Gravity, Review


@page("GET")
def reviews(request: PageRequest) -> HttpResponse:
    """List the reviews that this person may see, those whose turn it is first."""
    form, now = lists.ReviewFilter(request.GET), timezone.now()
    if why := lists.why_not_list(form, request.GET):
        return say(request, why, status=400, title=str(lists.NO_SUCH_FILTER))
    chosen, seen = form.cleaned_data, Review.objects.visible_to(request.user, now)
    narrow, most = lists.of_cases(seen, chosen, at=now), lists.counted_to(chosen)
    counts = lists.counts(narrow, by=request.user, at=now, most=most)
    rows, order = lists.reviews(seen, chosen, by=request.user, at=now)
    if order == "turn" and not chosen["cursor"]:
        rows = rows.soonest(paging.USUAL)
    context = {
        "form": form,
        "tabs": [(key, label, counts.get(key)) for key, label in lists.TABS.items()],
        "tab": chosen["tab"] or lists.OPEN,
        "counts": counts,
        "lately": lists.lately(narrow, at=now, most=most),
        "counted": most,
        "order": order,
        "now": now,
        "chips": lists.review_chips(chosen, request.GET),
        "gravities": list(reversed(Gravity)),
        "scenario": chosen["scenario"],
    }
    also = partial(_beside, reader=request.user, at=now)
    return _list(request, "reviews/reviews.html", rows, order, context, also=also)


def _beside(shown: list[Any], *, reader: User, at: datetime) -> dict[str, Any]:
    """Return what stands beside the reviews of a page: where they stand, and who may confirm."""
    who = seconds.of(shown, reader=reader, at=at)
    return {"stands": standing.of(shown, at=at), "seconds": who}


@page("GET")
def reviews_sheet(request: PageRequest) -> HttpResponse:
    """Return the reviews of the list as a file."""
    form, now = lists.ReviewFilter(request.GET), timezone.now()
    if why := lists.why_not_list(form, request.GET):
        return say(request, why, status=400, title=str(lists.NO_SUCH_FILTER))
    seen = Review.objects.visible_to(request.user, now)
    rows, order = lists.reviews(seen, form.cleaned_data, by=request.user, at=now)
    header = [
        _("Case"), _("Who"), _("Scenario"), _("Glass broken"), _("Ratification"), _("Ended"),
        _("Due"), _("State"), _("Reviewer"), _("Second reviewer"), _("Closed"), _("Verdict"),
        _("Open findings"), _("What was done"), _("Comment"), _("Reopened"),
    ]  # fmt: skip
    made = sheets.of_list(request, "reviews", header, rows.order_by(order), _review_line)
    return handed_over(request, made, what="reviews")


def _review_line(review: Any) -> list[object]:
    grant = review.grant
    return [
        grant.request.case, grant.holder, grant.scenario,
        _("yes") if grant.break_glass else _("no"),
        grant.request.get_ratification_display(), review.owed_at, review.due_at,
        review.state_words, review.reviewer, review.second_reviewer, review.closed_at,
        review.get_verdict_display() if review.verdict else "", review.open_findings,
        review.get_gravity_display(), review.comment, review.reopened_at,
    ]  # fmt: skip


@page("GET")
def findings(request: PageRequest) -> HttpResponse:
    """List the findings that this person may see."""
    form, now = lists.FindingFilter(request.GET), timezone.now()
    if why := lists.why_not_list(form, request.GET):
        return say(request, why, status=400, title=str(lists.NO_SUCH_FILTER))
    chosen, seen = form.cleaned_data, Finding.objects.visible_to(request.user, now)
    rows, order = lists.findings(seen, chosen)
    context = {
        "form": form,
        "tabs": lists.FINDING_TABS.items(),
        "tab": chosen["tab"] or lists.OPEN,
        "counts": lists.finding_counts(seen),
        "order": order,
        "chips": lists.finding_chips(chosen, request.GET),
        "filtered": any(chosen[name] for name in ("scenario", "kind")),
    }
    return _list(request, "reviews/findings.html", rows, order, context)


@page("GET")
def findings_sheet(request: PageRequest) -> HttpResponse:
    """Return the findings of the list as a file."""
    form, now = lists.FindingFilter(request.GET), timezone.now()
    if why := lists.why_not_list(form, request.GET):
        return say(request, why, status=400, title=str(lists.NO_SUCH_FILTER))
    rows, order = lists.findings(Finding.objects.visible_to(request.user, now), form.cleaned_data)
    header = [
        _("Finding"), _("Severity"), _("What"), _("Case"), _("Who"), _("Scenario"), _("State"),
        _("Opened"), _("Opened by"), _("Resolved"), _("Resolved by"), _("Resolution"),
    ]  # fmt: skip
    made = sheets.of_list(request, "findings", header, rows.order_by(order), _finding_line)
    return handed_over(request, made, what="findings")


def _finding_line(finding: Finding) -> list[object]:
    case = finding.case
    return [
        finding.get_kind_display(), finding.get_severity_display(), finding.text,
        case and case.case, case and case.requester, case and case.scenario,
        finding.get_state_display(), finding.opened_at, finding.opened_by, finding.resolved_at,
        finding.resolved_by, finding.resolution,
    ]  # fmt: skip


def _list(
    request: PageRequest, template: str, rows: QuerySet[Any], order: str, context: dict[str, Any],
    *, also: Callable[[list[Any]], dict[str, Any]] = lambda _shown: {},
) -> HttpResponse:  # fmt: skip
    """Answer with the rows behind the cursor in the address, and what `also` knows of these."""
    cursor = request.GET.get("cursor", "")
    try:
        found = paging.page(rows, key=order, request=request, cursor=cursor)
    except BadQuery as error:
        return say(request, str(error), status=400)
    return render(request, template, context | {"page": found} | also(found.items))
