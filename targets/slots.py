"""What this room shows on shared pages: the lamp of the doors, and targets that are looked for."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.slots import Found, Health, found, health
from targets.models import Door, LogPosition, Target

_LATE = timedelta(seconds=10)  # what is closing longer than this is a worry


@health.provide(order=20)
def doors(_request: HttpRequest) -> list[Health]:
    """Red when a door does not close, yellow when a target or its log cannot be reached."""
    now = timezone.now()
    stuck = Door.objects.live().filter(until__lte=now - _LATE) | Door.objects.filter(
        state__in=Door.TO_CLOSE, closing_at__lte=now - _LATE
    )
    silent = Target.objects.enabled().exclude(last_error="").count()
    unread = LogPosition.objects.exclude(last_error="").count()
    if count := stuck.count():
        return [_lamp(f"{count} not closed", "danger")]
    if silent:
        words = "target does not answer" if silent == 1 else "targets do not answer"
        return [_lamp(f"{silent} {words}", "wait")]
    if unread:
        words = "log cannot be read" if unread == 1 else "logs cannot be read"
        return [_lamp(f"{unread} {words}", "wait")]
    return [_lamp(f"{Door.objects.usable(now).count()} open", "ok")]


def _lamp(detail: str, tone: str) -> Health:
    return Health(key="doors", label="Doors", detail=detail, tone=tone)


@found.provide(order=60)
def targets(request: HttpRequest, text: str) -> list[Found]:
    """Find targets by name or host, for those who may look at them in the admin."""
    user = request.user
    if not (isinstance(user, User) and user.is_staff and user.has_perm("targets.view_target")):
        return []
    named = Q(name__icontains=text) | Q(slug__icontains=text) | Q(host__icontains=text)
    return [
        Found(
            group=_("Administer"),
            icon="door",
            title=target.name,
            detail=f"{target.host}:{target.port}",
            url=reverse("admin:targets_target_change", args=[target.pk]),
        )
        for target in Target.objects.filter(named).order_by("name")[:5]
    ]
