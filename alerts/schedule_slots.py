"""What is shown of on-call schedules on shared pages: a lamp."""

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.models import Schedule
from core import slots


@slots.health.provide(order=45)
def health(_request: HttpRequest | None = None) -> list[slots.Health]:
    """Say whether it is known who is on call; nothing where no schedule is in use."""
    found = Schedule.objects.in_use().aggregate(
        all=Count("pk"), failing=Count("pk", filter=~Q(last_error=""))
    )
    if not found["all"]:
        return []
    many, failing = found["all"], found["failing"]
    if failing:
        words = ngettext(
            "%(number)s calendar cannot be read", "%(number)s calendars cannot be read", failing
        )
    else:
        words = ngettext("%(number)s schedule", "%(number)s schedules", many)
    return [
        slots.Health(
            key="on-call",
            label=_("On call"),
            detail=words % {"number": failing or many},
            tone="wait" if failing else "ok",
            url=reverse("admin:alerts_schedule_changelist"),
        )
    ]
