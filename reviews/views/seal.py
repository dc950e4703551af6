"""The seal of a case beside its record as it is now."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import PageRequest
from breakglass.views.pages import page, visible_case
from reviews import loose_ends, seals


@page("GET")
def case_seal(request: PageRequest, number: int) -> HttpResponse:
    """Hash a sealed case again, and show whether it matches."""
    asked = visible_case(request.user, number)
    seal = seals.newest(asked)
    if seal is None:
        raise Http404
    lines = seals.compared(asked, seal)
    matches = all(line.matches for line in lines)
    context = {
        "asked": asked,
        "seal": seal,
        "open": loose_ends.at_seal(asked, seal.at, reader=request.user, at=timezone.now()),
        "lines": lines,
        "matches": matches,
    }
    return render(request, "reviews/seal.html", context)
