"""Who looks at the record is on the record."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit import pruned, transitions
from audit.policy import Reader
from core.errors import NotAllowed
from core.pages import say
from core.speech import shown


def read(
    request: HttpRequest, *, page: str, filters: dict[str, str], always: bool = False
) -> HttpResponse | None:
    """Put the look at the record on the record, or return the page that refuses it."""
    reader = cast(Reader, request.user)
    try:
        transitions.read_record(
            by=reader, page=page, filters=filters, at=timezone.now(), always=always
        )
    except NotAllowed as refusal:
        return say(request, refusal.sentence, status=403)
    return None


def gone(request: HttpRequest, seq: int) -> HttpResponse | None:
    """Return the page that says that an entry was pruned, or nothing where it was not."""
    why = pruned.why_gone(seq)
    return say(request, shown(why), status=410) if why else None
