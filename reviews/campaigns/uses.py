"""When each right was last used: a few questions for many items, asked of what people did."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from accounts.models import Membership, Part
from accounts.parts import parts_of
from breakglass.models import Decision, GroupPermit, Permit, Request
from reviews.models import CampaignItem, Review

When = dict[tuple[Any, ...], datetime]


class Uses:
    """The last uses of the rights that some items of a campaign are about."""

    def __init__(self, items: Iterable[CampaignItem], *, at: datetime) -> None:
        rights = [item for item in items if item.group_id]
        self._parts: dict[Any, list[Part]] = {
            row.pk: parts_of(row) for row in {item.group for item in rights} if row
        }
        groups = {item.group_id for item in rights}
        self._members = _members(groups, at)
        self._permits = _permits(groups, at)
        people = {item.person_id for item in rights if item.person_id}
        people |= {
            person
            for item in rights
            if not item.person_id
            for person in self._members[item.group_id]
        }
        self._asked = _last(Request, "submitted_at", ("requester", "scenario"), people)
        self._reviewed = _last(Review, "started_at", ("reviewer", "grant__scenario"), people)
        self._decided = _last(Decision, "decided_at", ("by", "group", "request__scenario"), people)

    def of(self, item: CampaignItem) -> datetime | None:
        """Return when the right of an item was last used; None for never."""
        if item.scenario_id:
            people: Iterable[UUID] = self._members[item.group_id]
            rights = [(item.permit, item.scenario_id)]
        elif item.person_id:
            people, rights = [item.person_id], self._permits[item.group_id]
        else:
            return None
        found = [
            self._last(permit, scenario, person, item.group_id)
            for permit, scenario in rights
            for person in people
        ]
        if item.person and self._parts.get(item.group_id):
            found.append(item.person.last_login)
        return max((each for each in found if each), default=None)

    def gives(self, item: CampaignItem) -> tuple[list[Part], list[tuple[str, Any]]]:
        """Return what the group of an item gives: parts of the house, and permits in scenarios."""
        return self._parts.get(item.group_id, []), sorted(self._permits[item.group_id], key=str)

    def _last(
        self, permit: str, scenario: UUID, person: UUID, group: int | None
    ) -> datetime | None:
        if permit == Permit.REQUEST:
            return self._asked.get((person, scenario))
        if permit == Permit.APPROVE:
            return self._decided.get((person, group, scenario))
        return self._reviewed.get((person, scenario)) if permit == Permit.REVIEW else None


def _members(groups: Iterable[Any], at: datetime) -> dict[Any, list[UUID]]:
    found: dict[Any, list[UUID]] = defaultdict(list)
    rows = Membership.objects.standing(at).filter(group__in=groups)
    for group, person in rows.values_list("group", "user"):
        found[group].append(person)
    return found


def _permits(groups: Iterable[Any], at: datetime) -> dict[Any, list[tuple[str, UUID]]]:
    found: dict[Any, list[tuple[str, UUID]]] = defaultdict(list)
    rows = GroupPermit.objects.standing(at).filter(
        group__in=groups, content_object__archived_at=None
    )
    for group, permit, scenario in rows.values_list(
        "group", "permission__codename", "content_object"
    ):
        found[group].append((permit, scenario))
    return found


def _last(model: Any, field: str, by: tuple[str, ...], people: set[UUID]) -> When:
    rows = model.objects.filter(**{f"{by[0]}__in": people, f"{field}__isnull": False})
    found = rows.order_by().values_list(*by).annotate(last=Max(field))
    return {tuple(key): last for *key, last in found}
