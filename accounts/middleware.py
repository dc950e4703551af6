"""Shows times in the zone, and words in the language, of the person who reads."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers


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


def _language(request: HttpRequest) -> str:
    if request.path.startswith("/api/"):
        return settings.LANGUAGE_CODE
    chosen = request.user.language if request.user.is_authenticated else ""
    return chosen or translation.get_language_from_request(request)
