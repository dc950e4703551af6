"""A creation that is sent twice, because a line broke or a finger slipped, happens once.

Programs send an `Idempotency-Key`; forms of pages carry a token.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from core import problems
from core.errors import BadInput, DomainError
from core.models import StoredAnswer

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
V = TypeVar("V")
Handler = Callable[..., Response]


def once(handler: Handler) -> Handler:
    """Let a POST handler answer a repeated key with its first answer.

    A repeat that comes while the first is still at work waits for it: both want the same row of
    a unique index. A refused creation forgets its key, so that it can be corrected and sent again.
    """

    @functools.wraps(handler)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        _check(key)
        return _once(lambda: handler(view, request, *args, **kwargs), request, key)

    run.idempotent = True  # type: ignore[attr-defined]
    return run


def token_of(request: HttpRequest) -> str:
    """Return what tells a form from every other, as its page gave it."""
    token = request.POST.get("once", "")
    return token if re.fullmatch("[-0-9a-f]{36}", token) else ""


def taken(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return the answer to a form that was taken: the browser forgets the draft that it kept."""
    if token := token_of(request):
        day = int(KEPT.total_seconds())
        answer.set_cookie("sent", token, max_age=day, samesite="Lax", secure=request.is_secure())
    return answer


def once_sent(make: Callable[[], str], *, person: UUID, token: str, words: object) -> str:
    """Return the address that a form led to; `make` runs for its first sending alone.

    `words` is what was filled in: the same `token` with other words is another sending, so that
    a page which the browser brought back can be corrected and sent. A repeat that comes while the
    first is at work waits for it. What `make` refuses may be sent again, and its refusal stays on
    the record.

    Raises the DomainError of `make`.
    """
    fingerprint = hashlib.sha256(json.dumps(words, sort_keys=True).encode()).digest()
    with transaction.atomic():
        stored, fresh = StoredAnswer.objects.get_or_create(
            person=person,
            key=f"form {token} {fingerprint.hex()}",
            defaults={"fingerprint": fingerprint, "created_at": timezone.now()},
        )
        if not fresh:
            location: str = stored.body["location"] if stored.body else ""
            return location
        try:
            location = make()
        except DomainError as error:
            refusal = error  # a raise in here would undo the entry of the refusal, too
            stored.delete()
        else:
            stored.status, stored.body = 302, {"location": location}
            stored.save(update_fields=["status", "body"])
            return location
    raise refusal


def _check(key: str) -> None:
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise BadInput(f"{HEADER}: use 1 to 200 printable ASCII characters.", field=HEADER)


def _once(handle: Callable[[], Response], request: Request, key: str) -> Response:
    fingerprint, person = _fingerprint(request), getattr(request.user, "pk", None)
    if person is None:
        raise NotAuthenticated
    with transaction.atomic():
        stored, fresh = StoredAnswer.objects.get_or_create(
            person=person,
            key=key,
            defaults={"fingerprint": fingerprint, "created_at": timezone.now()},
        )
        if not fresh:
            return _again(stored, fingerprint)
        try:
            answer = handle()
        except (DomainError, APIException, Http404) as error:
            # Answered here and not raised: a raise would undo the entry of the refusal, too.
            stored.delete()
            return problems.answer(error)
        stored.status = answer.status_code
        stored.body = json.loads(json.dumps(answer.data, default=str))
        stored.save(update_fields=["status", "body"])
        return answer


def _again(stored: StoredAnswer, fingerprint: bytes) -> Response:
    if bytes(stored.fingerprint) != fingerprint:
        raise BadInput(f"This {HEADER} was used for something else. Take a new one.", field=HEADER)
    return Response(stored.body, status=stored.status, headers={"Idempotent-Replayed": "true"})


def _fingerprint(request: Request) -> bytes:
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    text = f"{request.method} {request.get_full_path()}\n{body}"
    return hashlib.sha256(text.encode()).digest()
