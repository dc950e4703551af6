"""Which files leave, and how many rows are in them, is on the record before they do."""

from collections.abc import Mapping
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit.export_transitions import take_export
from audit.policy import Reader
from core.sheets import Sheet


def handed_over(
    request: HttpRequest,
    answer: HttpResponse,
    *,
    what: str,
    rows: int | None = None,
    subject: str = "",
    chosen: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the answer once it is on the record how many rows leave with it.

    They are counted in the file itself, which is whole by now; `rows` says it of what is no sheet.
    A page that says why there is no file takes nothing away. `chosen` is what the file was narrowed
    to, where that is not what the address says.
    """
    if rows is None and isinstance(answer, Sheet):
        rows = answer.rows
    if rows is not None:
        take_export(
            by=cast(Reader, request.user),
            what=what,
            rows=rows,
            chosen=request.GET.dict() if chosen is None else chosen,
            subject=subject,
            at=timezone.now(),
        )
    return answer
