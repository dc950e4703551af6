"""What belongs to the frame of pages and to no room."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
@login_required
def counts(request: HttpRequest) -> HttpResponse:
    """Show how much waits behind each line of the navigation, for pages that are open."""
    return render(request, "components/counts.html")


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer where no stream is served, as under WSGI: the page has to ask by itself."""
    word = "poll" if request.user.is_authenticated else "signed-out"
    return HttpResponse(f"retry: 3600000\ndata: {word}\n\n", content_type="text/event-stream")
