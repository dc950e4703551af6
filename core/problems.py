"""Errors of the API as problem documents (RFC 9457): one shape for every way of saying no."""

import dataclasses
import logging
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import BadInput, DomainError, NotAllowed, WrongState

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[DomainError], HTTPStatus] = {
    BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    WrongState: HTTPStatus.CONFLICT,
    NotAllowed: HTTPStatus.FORBIDDEN,
}
_TYPES = {
    400: "malformed",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    409: "wrong-state",
    410: "gone",
    413: "too-large",
    415: "unsupported-media-type",
    422: "bad-input",
    429: "too-many-requests",
    500: "our-fault",
    503: "unavailable",
}
_SENTENCES = {
    404: "There is nothing here that you may see. Check the address and who you are signed in as.",
    401: "Sign in, or send a token: `Authorization: Bearer bgp_…`.",
    415: "Send JSON with `Content-Type: application/json`.",
}


class BadQuery(exceptions.APIException):
    """The address carries parameters that this page does not know or cannot read: 400."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(" ".join(sentence for group in errors.values() for sentence in group))
        self.errors = errors


class Gone(exceptions.APIException):
    """It was there, and was removed when its time was over; the sentence says so: 410."""

    status_code = HTTPStatus.GONE


@dataclasses.dataclass(frozen=True)
class Problem:
    """One refusal: the HTTP status, a sentence, and sentences by field."""

    status: int
    detail: str
    errors: dict[str, list[str]] = dataclasses.field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": f"urn:breakglass:problem:{_TYPES.get(self.status, 'other')}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        return document | ({"errors": self.errors} if self.errors else {})

    def response(self, headers: dict[str, str] | None = None) -> Response:
        """Return the answer that carries it."""
        return Response(self.body(), status=self.status, headers=headers, content_type=MEDIA_TYPE)


def answer(error: Exception, _context: dict[str, Any] | None = None) -> Response:
    """Turn whatever a view raised into a problem document (REST framework's handler)."""
    if isinstance(error, DomainError):
        return of_domain(error).response()
    if isinstance(error, exceptions.ValidationError):
        errors = dict(_flat(error.detail))
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, summary(errors), errors).response()
    if isinstance(error, Http404):
        return Problem(HTTPStatus.NOT_FOUND, _SENTENCES[404]).response()
    if isinstance(error, PermissionDenied):
        return Problem(HTTPStatus.FORBIDDEN, "You may not do this.").response()
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return _our_fault(error)


def of_domain(error: DomainError) -> Problem:
    """Return the problem that says what a transition has said."""
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    field = getattr(error, "field", "")
    errors = {field: [str(error)]} if field else {}
    errors |= {name: [str(sentence)] for name, sentence in getattr(error, "also", {}).items()}
    return Problem(status, str(error), errors)


def summary(errors: dict[str, list[str]]) -> str:
    """Return one sentence for sentences by field."""
    if len(errors) == 1 and len(only := next(iter(errors.values()))) == 1:
        field = next(iter(errors))
        return only[0] if field == "body" else f"{field}: {only[0]}"
    return f"Correct these and send it again: {', '.join(errors)}."


def _of_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    detail = str(error.detail)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.UnsupportedMediaType):
        detail = _SENTENCES[error.status_code]
    problem = Problem(error.status_code, detail, getattr(error, "errors", {}))
    return problem.response(headers)


def _our_fault(error: Exception) -> Response:
    """Answer 500 without a word of what broke: the log has it, under the number we give."""
    number = uuid.uuid4().hex[:12]
    logger.error("Unexpected error %s in the API", number, exc_info=error)
    got_request_exception.send(sender=Problem, request=None)
    detail = f"Something broke on our side. Tell an administrator this number: {number}."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail).response()


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield (field, sentences) of the framework's nested errors: `targets.0`, `minutes`."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            step = "body" if key == "non_field_errors" else str(key)
            yield from _flat(inner, f"{path}.{step}" if path else step)
    elif isinstance(detail, list) and not all(isinstance(item, str) for item in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{index}" if path else str(index))
    elif detail:
        yield (
            path or "body",
            [str(item) for item in detail] if isinstance(detail, list) else [str(detail)],
        )
