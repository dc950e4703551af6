"""Pages of a list by an opaque cursor: stable while rows come in, and as fast at the end."""

import base64
import dataclasses
import functools
import json
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
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
    rows: QuerySet[M],
    *,
    key: str,
    request: HttpRequest,
    limit: int = USUAL,
    cursor: str = "",
) -> Page[M]:
    """Return up to `limit` rows behind `cursor` in the order of `key` and then of the id.

    `key` names a field or an annotation that is never null, with "-" for the newest first.

    Raises BadQuery for a cursor that is none of ours.
    """
    field, sign = key.removeprefix("-"), "-" if key.startswith("-") else ""
    if cursor:
        side = "lt" if sign else "gt"
        value, pk = _read(cursor, rows, field)
        # The first condition is what an index can use; the second breaks ties.
        rows = rows.filter(
            Q(**{f"{field}__{side}e": value}),
            Q(**{f"{field}__{side}": value}) | Q(**{f"pk__{side}": pk}),
        )
    found = list(rows.order_by(key, f"{sign}pk")[: limit + 1])
    items = found[:limit]
    more = len(found) > limit
    return Page(items, _address(request, items[-1], field) if more else None)


@functools.cache
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


def _address(request: HttpRequest, last: Model, field: str) -> str:
    place = json.dumps([str(getattr(last, field)), str(last.pk)])
    query = request.GET.copy()
    query["cursor"] = base64.urlsafe_b64encode(place.encode()).decode()
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _read(cursor: str, rows: QuerySet[M], field: str) -> tuple[Any, Any]:
    meta = rows.model._meta  # noqa: SLF001 - Django's documented API
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if "\0" in f"{value}{pk}":
            raise ValueError("no text of ours")  # noqa: TRY301
        made = rows.query.annotations.get(field)
        column: Any = made.output_field if made else meta.get_field(field)
        return column.to_python(str(value)), meta.pk.to_python(str(pk))
    except (ValueError, TypeError, ValidationError) as error:
        sentence = "Unknown cursor. Follow `next` as it was given."
        raise BadQuery({"cursor": [sentence]}) from error
