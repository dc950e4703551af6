"""What this room shows on shared pages: the lamp of the doors, and targets that are looked for."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.slots import Found, Health, found, health
from targets.models import Door, Target

_LATE = timedelta(seconds=10)  # what is closing longer than this is a worry


@health.provide(order=20)
def doors(_request: HttpRequest) -> list[Health]:
    """Red when a door does not close, yellow when a target or its log cannot be reached."""
    now = timezone.now()
    standing = Door.objects.standing(now, late=now - _LATE)
    if count := standing["stuck"]:
        words = ngettext("%(number)s not closed", "%(number)s not closed", count)
        return [_lamp(words, count, "danger")]
    reached = Target.objects.reached()
    if silent := reached["silent"]:
        words = ngettext(
            "%(number)s target does not answer", "%(number)s targets do not answer", silent
        )
        return [_lamp(words, silent, "wait")]
    if unread := reached["unread"]:
        words = ngettext("%(number)s log cannot be read", "%(number)s logs cannot be read", unread)
        return [_lamp(words, unread, "wait")]
    count = standing["usable"]
    return [_lamp(ngettext("%(number)s open", "%(number)s open", count), count, "ok")]


def _lamp(words: str, number: int, tone: str) -> Health:
    return Health(key="doors", label=_("Doors"), detail=words % {"number": number}, tone=tone)


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
