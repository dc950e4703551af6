"""The seal of a case beside its record as it is now."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass.views.pages import page, visible_case
from reviews import loose_ends, seals
from reviews.models import Review


@page("GET")
def case_seal(request: PageRequest, number: int) -> HttpResponse:
    """Hash a sealed case again, and show whether it matches each of its seals."""
    asked = visible_case(request.user, number)
    every = seals.every(asked)
    if not every:
        raise Http404
    seal = every[0]
    lines = seals.compared(asked, seal)
    former = [(each, seals.match(asked, each)) for each in every[1:]]
    matches = all(line.matches for line in lines) and all(good for _, good in former)
    review = Review.objects.filter(grant__request=asked).first()
    context = {
        "asked": asked,
        "seal": seal,
        "open": loose_ends.at_seal(asked, seal.at, reader=request.user, at=timezone.now()),
        "again": review is not None and review.is_open_again,
        "lines": lines,
        "former": former,
        "matches": matches,
    }
    return render(request, "reviews/seal.html", context)
