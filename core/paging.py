"""Pages of a list by an opaque cursor: stable while rows come in, and as fast at the end."""

import base64
import binascii
import dataclasses
import json
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from rest_framework import serializers

from core.problems import BadQuery

M = TypeVar("M", bound=Model)
MOST = 200
USUAL = 50


@dataclasses.dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, and the address of those behind them; None where there are none."""

    items: list[M]
    next: str | None


def page(
    rows: QuerySet[M], *, key: str, request: HttpRequest, limit: int = USUAL, cursor: str = ""
) -> Page[M]:
    """Return up to `limit` rows behind `cursor` in the order of `key`.

    `key` names a unique field, with "-" for the newest first.

    Raises BadQuery for a cursor that is none of ours.
    """
    field = key.removeprefix("-")
    if cursor:
        side = "lt" if key.startswith("-") else "gt"
        try:
            rows = rows.filter(**{f"{field}__{side}": _read(cursor)})
        except (ValueError, TypeError, ValidationError) as error:
            raise BadQuery(
                {"cursor": ["Unknown cursor. Follow `next` as it was given."]}
            ) from error
    found = list(rows.order_by(key)[: limit + 1])
    more = len(found) > limit
    items = found[:limit]
    return Page(items, _address(request, getattr(items[-1], field)) if more else None)


def schema_of(items: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Return the serializer that describes one page of `items`."""
    name = "".join(items.__qualname__.split("."))
    return type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "items": items(many=True),
            "next": serializers.URLField(
                allow_null=True, help_text="Where the following rows are; null at the end."
            ),
        },
    )


def _address(request: HttpRequest, last: Any) -> str:
    query = request.GET.copy()
    query["cursor"] = base64.urlsafe_b64encode(json.dumps(last, default=str).encode()).decode()
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _read(cursor: str) -> str | int:
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("neither text nor number")  # noqa: TRY004 - one kind for the caller
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("too large")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("not text")
    return value
