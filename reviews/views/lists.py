"""The lists of reviews and of findings."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass.views.pages import page
from core import paging
from core.pages import say
from core.problems import BadQuery
from reviews import lists
from reviews.models import Finding, Review

_NO_SUCH_FILTER = "That filter does not exist"


@page("GET")
def reviews(request: PageRequest) -> HttpResponse:
    """List the reviews that this person may see."""
    form, now = lists.ReviewFilter(request.GET), timezone.now()
    if why := lists.why_not_list(form, request.GET):
        return say(request, why, status=400, title=_NO_SUCH_FILTER)
    chosen, rows = form.cleaned_data, Review.objects.visible_to(request.user, now)
    counts = lists.counts(lists.narrowed(rows, chosen, at=now), at=now)
    rows, order = lists.reviews(rows, chosen, at=now)
    context = {
        "form": form,
        "tabs": [(key, label, counts.get(key)) for key, label in lists.TABS.items()],
        "tab": chosen["tab"] or Review.State.DUE.value,
        "now": now,
        "chosen": chosen,
        "filtered": any(chosen[name] for name in lists.NARROWING),
    }
    return _list(request, "reviews/reviews.html", rows, order, context)


@page("GET")
def findings(request: PageRequest) -> HttpResponse:
    """List the findings that this person may see."""
    form, now = lists.FindingFilter(request.GET), timezone.now()
    if why := lists.why_not_list(form, request.GET):
        return say(request, why, status=400, title=_NO_SUCH_FILTER)
    chosen = form.cleaned_data
    rows, order = lists.findings(Finding.objects.visible_to(request.user, now), chosen)
    context = {
        "form": form,
        "tabs": lists.FINDING_TABS.items(),
        "tab": chosen["tab"] or Finding.State.OPEN.value,
        "chosen": chosen,
        "filtered": any(chosen[name] for name in ("scenario", "person", "kind")),
    }
    return _list(request, "reviews/findings.html", rows, order, context)


def _list(
    request: PageRequest, template: str, rows: QuerySet[Any], order: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer with the rows behind the cursor in the address."""
    try:
        found = paging.page(rows, key=order, request=request, cursor=request.GET.get("cursor", ""))
    except BadQuery as error:
        return say(request, str(error), status=400)
    return render(request, template, context | {"page": found})
