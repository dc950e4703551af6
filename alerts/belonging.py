"""What a change of somebody's groups means to them: what they are in now, and may do by it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.models import User
from audit.events import ConfigChanged, Event
from breakglass.models import GroupPermit, Permit
from core import zones
from core.speech import shown
from core.templatetags.ui import listed

_LINE = re.compile(r"(.+?)(?:, until (\d{4}-\d\d-\d\d \d\d:\d\d) UTC)?")


def differs(event: Event) -> bool:
    """Whether an event tells of a person who came into groups or left some."""
    return isinstance(event, ConfigChanged) and event.action == "changed" and any(_sides(event))


def joined(event: Event) -> str:
    """Return the groups that the person is in since then, each until when."""
    return listed(_named(name, until) for name, until in _sides(event)[1].items())


def left(event: Event) -> str:
    """Return the groups that the person is no longer in."""
    before, after = _sides(event)
    return listed(name for name in before if name not in after)


def facts(person: User, at: datetime) -> list[tuple[str, str]]:
    """Return what a person may do at `at` by all their groups, as lines of a table."""
    rows = person.memberships.standing(at).select_related("group").order_by("group__name")
    groups = [_named(row.group.name, row.until) for row in rows]
    parts = [str(part.label) for part in person.parts(at)]
    found = [(_("Groups"), ", ".join(groups)), (_("Parts"), ", ".join(parts))]
    permits = (
        GroupPermit.objects.standing(at)
        .filter(group__in=person.groups_at(at), content_object__archived_at=None)
        .select_related("content_object", "permission")
        .order_by("content_object__name", "permission__codename")
    )
    for scenario, held in groupby(permits, lambda row: row.content_object):
        labels = dict.fromkeys(str(Permit(row.permission.codename).label) for row in held)
        found.append((str(scenario), ", ".join(labels)))
    return [(label, value) for label, value in found if value]


def _sides(event: Event) -> tuple[dict[str, datetime | None], dict[str, datetime | None]]:
    """Return the groups before and after, each with its end: the record has a line for each."""
    before, after = getattr(event, "changes", {}).get("groups", ("", ""))
    return _read(before.split("\n")), _read(after.split("\n"))


def _read(lines: Iterable[str]) -> dict[str, datetime | None]:
    found = [match.groups() for line in lines if (match := _LINE.fullmatch(line))]
    return {
        name: datetime.strptime(until, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) if until else None
        for name, until in found
    }


def _named(group: str, until: datetime | None) -> str:
    if until is None:
        return group
    end = shown(zones.last_day(until))
    return _("%(group)s until %(end)s") % {"group": group, "end": end}
