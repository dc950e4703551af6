"""Shows pages as their reader wants them, and remembers when each browser was last seen."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts.sessions import SEEN

_SEEN_EVERY = 300  # seconds


class ReaderMiddleware:
    """Activates the reader's time zone and language for the length of one request.

    Somebody who has chosen no language gets the browser's. The API speaks one language: programs
    read it, and what they are told is compared and kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.user.time_zone if request.user.is_authenticated else "UTC"
        with timezone.override(ZoneInfo(zone)), translation.override(_language(request)):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> None:
        """Let a page ask once what its reader may do; what acts asks afresh each time."""
        if request.user.is_authenticated and request.method in ("GET", "HEAD"):
            request.user.settle()


class SeenMiddleware:
    """Notes every five minutes when a browser was last used, which costs nothing in between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.session.get(SEEN) if request.user.is_authenticated else None
        now = timezone.now().timestamp()
        if seen is not None and now - seen >= _SEEN_EVERY:
            request.session[SEEN] = now
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


def _language(request: HttpRequest) -> str:
    if request.path.startswith("/api/"):
        return settings.LANGUAGE_CODE
    chosen = request.user.language if request.user.is_authenticated else ""
    return chosen or translation.get_language_from_request(request)
