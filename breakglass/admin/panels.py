"""What this room knows of people and groups, beside their forms in the admin."""

import dataclasses
from itertools import groupby
from uuid import UUID

from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.parts import parts_of
from breakglass.models import ApprovalStep, Grant, GroupPermit, Permit, Request, Scenario
from breakglass.transitions.previews import without
from core import slots

_MOST = 100


@dataclasses.dataclass(frozen=True)
class May:
    """Something that somebody may do in a scenario, through a group, and until when."""

    label: str
    permit: GroupPermit


def _in_words(permits: list[GroupPermit]) -> list[tuple[Scenario, list[May]]]:
    """Return what permits allow, by scenario; whom no step asks may look, and decides nothing."""
    scenarios = {row.content_object_id for row in permits}
    steps = ApprovalStep.objects.filter(scenario__in=scenarios)
    asked = set(steps.values_list("scenario", "group"))
    return [
        (scenario, [May(_label(row, asked), row) for row in rows])
        for scenario, rows in groupby(permits, lambda row: row.content_object)
    ]


def _label(row: GroupPermit, asked: set[tuple[UUID, int]]) -> str:
    permit = Permit(row.permission.codename)
    if permit == Permit.APPROVE and (row.content_object_id, row.group_id) not in asked:
        return _("May look at cases, as no step asks it to decide")
    return str(permit.label)


def _permits(**chosen: object) -> list[GroupPermit]:
    rows = GroupPermit.objects.filter(content_object__archived_at=None, **chosen)
    rows = rows.select_related("group", "permission", "content_object")
    return list(rows.order_by("content_object__name", "permission", "group__name")[:_MOST])


@slots.person_panels.provide()
def person(_request: HttpRequest, who: User) -> list[slots.Panel]:
    """Say what a person may do, and what switching them off would do."""
    now = timezone.now()
    mine = list(who.groups_at(now))
    grants = Grant.objects.live(now).filter(holder=who).select_related("request", "scenario")
    context = {
        "who": who,
        "parts": who.parts(now),
        "ending": list(
            who.memberships.exclude(until=None).select_related("group").order_by("until")
        ),
        "may": _in_words(_permits(group__in=mine)),
        "now": now,
        "grants": list(grants[:_MOST]),
        "requests": list(
            Request.objects.open().cases().filter(requester=who).select_related("scenario")[:_MOST]
        ),
        "lost": without(who, at=now) if who.is_active else [],
    }
    return [slots.Panel(template="admin/breakglass/person_panel.html", context=context)]


@slots.group_panels.provide()
def group(_request: HttpRequest, which: Group) -> list[slots.Panel]:
    """Say who is in a group, what it may do where, and where it is asked."""
    now = timezone.now()
    steps = ApprovalStep.objects.filter(group=which, scenario__archived_at=None)
    context = {
        "group": which,
        "members": list(which.memberships.select_related("user").order_by("user__name")[:_MOST]),
        "parts": parts_of(which),
        "may": _in_words(_permits(group=which)),
        "steps": list(steps.select_related("scenario").order_by("scenario__name", "position")),
        "now": now,
    }
    return [slots.Panel(template="admin/breakglass/group_panel.html", context=context)]
