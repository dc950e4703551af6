"""Fetch what the caller may see; what they may not is 404, and the attempt is on the record."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from audit import log
from breakglass.access import hidden
from breakglass.models import Grant, Request
from core.errors import Attempt, DomainError
from targets.models import Target

_DETAILS = ("decisions__by", "decisions__instead_of", "decisions__group", "decisions__targets")


def requests_for(person: User, at: datetime) -> QuerySet[Request]:
    """The requests that the person may see, with what a line of a list shows."""
    return _lines(Request.objects.visible_to(person, at))


def request_for(person: User, pk: UUID, at: datetime) -> Request:
    """Return one request that the person may see, for an act on it; Http404 otherwise."""
    if found := Request.objects.visible_to(person, at).filter(pk=pk).first():
        return found
    raise hidden(Request.objects.filter(pk=pk).first(), by=person, at=at)


def request_in_full(pk: UUID) -> Request:
    """Return a request with all that is shown of it; that it may be seen was asked before."""
    return _detailed(_lines(Request.objects.all())).get(pk=pk)


def case_for(person: User, case: int, at: datetime) -> list[Request]:
    """Return the requests of one case, the original first; Http404 where they may not be seen."""
    rows = _detailed(requests_for(person, at)).filter(case=case).order_by("submitted_at")
    if found := sorted(rows, key=lambda request: request.extends_id is not None):
        return found
    raise hidden(Request.objects.cases().filter(case=case).first(), by=person, at=at)


def grant_for(person: User, pk: UUID, at: datetime) -> Grant:
    """Return one grant whose case the person may see; Http404 otherwise."""
    visible = Request.objects.visible_to(person, at)
    rows = Grant.objects.select_related("request", "scenario", "holder", "ended_by").filter(pk=pk)
    if found := rows.filter(request__in=visible.values("pk")).first():
        return found
    raise hidden(rows.first(), by=person, at=at)


def targets_named(slugs: list[str], among: QuerySet[Target]) -> tuple[list[Target], list[str]]:
    """Return the targets called `slugs`, and those names that nothing has."""
    found = {target.slug: target for target in among.filter(slug__in=slugs)}
    wanted = list(dict.fromkeys(slugs))
    return [found[slug] for slug in wanted if slug in found], [s for s in wanted if s not in found]


def recorded(refusal: DomainError, attempt: Attempt, *, verb: str) -> DomainError:
    """Put a refusal that no transition has made on the record, and return it."""
    log.refused(refusal, attempt, verb=verb)
    return refusal


def _lines(rows: QuerySet[Request]) -> QuerySet[Request]:
    shown = rows.select_related("requester", "scenario", "version", "grant", "extends")
    return shown.prefetch_related("targets")


def _detailed(rows: QuerySet[Request]) -> QuerySet[Request]:
    return rows.select_related("filed_by").prefetch_related(*_DETAILS)
