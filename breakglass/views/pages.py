"""What the views of this room share: who may look, and how a refusal is shown."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PageRequest
from breakglass.access import hidden
from breakglass.models import Grant, Request
from core.errors import DomainError
from core.problems import of_domain

P = ParamSpec("P")
Page = Callable[Concatenate[PageRequest, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(*methods: str) -> Callable[[Page[P]], View[P]]:
    """Let only people who are signed in come here, by these methods; nothing is kept in caches.

    Where a page may be fetched, its head may be too.
    """
    allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]

    def wrap(view: Page[P]) -> View[P]:
        def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            return view(cast(PageRequest, request), *args, **kwargs)

        return cast(View[P], wraps(view)(never_cache(require_http_methods(allowed)(run))))

    return wrap


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in page; a page that htmx keeps fresh goes there as a whole.

    A part of a form that is asked for while somebody types stays as it is: nothing is lost.
    """
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    stale = {"HX-Refresh": "true"} if request.method == "GET" else {}
    return HttpResponse(status=204, headers=stale)


def visible_case(person: User, case: int) -> Request:
    """Return the request that opened a case; 404 where the person may not see it, on the record."""
    now, cases = timezone.now(), Request.objects.cases().filter(case=case)
    if found := cases.visible_to(person, now).told().first():
        return found
    raise hidden(cases.first(), by=person, at=now)


def visible_request(person: User, pk: UUID) -> Request:
    """Return a request or an extension; 404 where the person may not see it, on the record."""
    now, rows = timezone.now(), Request.objects.filter(pk=pk)
    if found := rows.visible_to(person, now).told().first():
        return found
    raise hidden(rows.first(), by=person, at=now)


def visible_grant(person: User, pk: UUID) -> Grant:
    """Return a grant; 404 where the person may not see its case, on the record."""
    now = timezone.now()
    seen = Request.objects.visible_to(person, now)
    rows = Grant.objects.select_related(
        "request__version", "request__scenario", "holder", "scenario"
    ).filter(pk=pk)
    if found := rows.filter(request__in=seen.values("pk")).first():
        return found
    raise hidden(rows.first(), by=person, at=now)


def status_of(error: DomainError) -> int:
    """Return the status of a page that says this refusal, where no form does: the API's."""
    return of_domain(error).status
