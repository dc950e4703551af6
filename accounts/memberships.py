"""Puts people into groups, with or without an end, and takes them out again.

Each change is one of the person, and stands in the record with the end before and after.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.contrib.auth.models import Group

from accounts.models import Membership, User
from audit import config

_Change = tuple[str, str]  # how a membership was and is, in the words of the record


def set_members(group: Group, wanted: Mapping[User, datetime | None]) -> None:
    """Let exactly the people of `wanted` be in `group`, each until the moment that it names."""
    for person, until in wanted.items():
        set_membership(person, group, until)
    gone = Membership.objects.filter(group=group).exclude(user__in=wanted)
    for row in gone.select_related("user", "group").order_by("user__name"):
        row.delete()
        config.note(row.user, "groups", _line(row), "")


def set_groups(person: User, wanted: Mapping[Group, datetime | None]) -> None:
    """Let `person` be in exactly the groups of `wanted`, in each until the moment that it names."""
    changes = [_set(person, group, until) for group, until in wanted.items()]
    gone = Membership.objects.filter(user=person).exclude(group__in=wanted)
    for row in gone.select_related("user", "group").order_by("group__name"):
        row.delete()
        changes.append((_line(row), ""))
    _note(person, changes)


def set_membership(person: User, group: Group, until: datetime | None) -> None:
    """Let `person` be in `group` until that moment, or for good. Call inside a transaction."""
    _note(person, [_set(person, group, until)])


def take_out(person: User, group: Group) -> None:
    """Let `person` be in `group` no more. Call inside a transaction."""
    row = Membership.objects.select_for_update().filter(user=person, group=group).first()
    if row is not None:
        row.delete()
        _note(person, [(_line(row), "")])


def _set(person: User, group: Group, until: datetime | None) -> _Change:
    """Return how it was and is in words, twice nothing where it stays."""
    row = Membership.objects.select_for_update().filter(user=person, group=group).first()
    if row is None:
        row = Membership.objects.create(user=person, group=group, until=until)
        return "", _line(row)
    if row.until == until:
        return "", ""
    before, row.until = _line(row), until
    row.save(update_fields=["until"])
    return before, _line(row)


def _note(person: User, changes: list[_Change]) -> None:
    """Keep all that changed at once as one change, a line for each group: they get one mail."""
    before = "\n".join(was for was, _ in changes if was)
    after = "\n".join(now for _, now in changes if now)
    if before or after:
        config.note(person, "groups", before, after)


def _line(row: Membership) -> str:
    """Return what the record says: an exact instant, for it is read in any zone."""
    if row.until is None:
        return row.group.name
    return f"{row.group.name}, until {row.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
