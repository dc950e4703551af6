"""Tables as files for spreadsheets."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.pages import say

M = TypeVar("M", bound=Model)

MOST = 20_000
# A spreadsheet takes a text that begins so for a formula, and a formula can send data away.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Sheet(HttpResponse):
    """A table as a file; `rows` is how many were written below its header."""

    rows = 0


def answer(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Sheet:
    """Return a file called `name`.csv that a spreadsheet opens with every letter right."""
    response = Sheet(
        "\ufeff",  # without this mark Excel takes UTF-8 for something else
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        response.rows += 1
    return response


def of_list(
    request: HttpRequest,
    name: str,
    header: Sequence[str],
    rows: QuerySet[M],
    line: Callable[[M], Sequence[object]],
) -> HttpResponse:
    """Return a list as a file, a `line` for each row; a page that says why where it is too long."""
    found = list(rows[: MOST + 1])
    if len(found) > MOST:
        why = _("A file holds at most %(most)s rows. Narrow the list first, by time or scenario.")
        return say(request, why % {"most": f"{MOST:,}"}, title=_("Too many rows"))
    taken = f"{timezone.localdate():%Y-%m-%d}"
    return answer(f"breakglass-{name}-{taken}", header, map(line, found))


def cell(value: object) -> object:
    """Return what stands in a cell: times in UTC, lengths in seconds, text that stays text."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        return round(value.total_seconds(), 3)
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
