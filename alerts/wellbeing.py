"""How the ways out of the house are, counted with one question for all lamps of a page."""

import dataclasses
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from alerts.models import MAIL, Channel, Route, Schedule, Silence
from core.once import once


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wellbeing:
    """Alerts `unseen` by everybody, the name of a channel that is `failing`, routes `set_aside`,
    `schedules` in use, and `calendars` among them that cannot be read.
    """

    unseen: int
    failing: str | None
    set_aside: int
    schedules: int
    calendars: int


def wellbeing(request: HttpRequest | None) -> Wellbeing:
    """Return how they are; asked once for each page."""
    return _ask() if request is None else _of(request)


@once
def _of(_request: HttpRequest) -> Wellbeing:
    return _ask()


def _ask() -> Wellbeing:
    schedules = Schedule.objects.in_use()
    row = (
        Channel.objects.filter(pk=MAIL)
        .values(
            unseen=_number(Silence.objects.unseen()),
            failing=Subquery(Channel.objects.failing().order_by("name").values("name")[:1]),
            set_aside=_number(Route.objects.in_use().exclude(set_aside_at=None)),
            schedules=_number(schedules),
            calendars=_number(schedules.filter(~Q(last_error=""))),
        )
        .get()
    )
    return Wellbeing(**row)


def _number(rows: "QuerySet[Any]") -> Coalesce:
    """Return how many rows there are, as a part of another question."""
    one = rows.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(one.annotate(number=Count("pk")).values("number")), 0)
