"""What there is to look at: the cases of a period, the rights of people, the findings left open."""

import dataclasses
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from accounts.models import Membership, Part, groups_playing
from breakglass.models import GroupPermit, Permit, Scenario
from core import zones
from reviews.campaigns import sampling
from reviews.campaigns.sampling import Size
from reviews.models import Campaign, CampaignItem, Finding, Obligation, Review

Kind = Campaign.Kind
CERTIFIED = (Permit.REQUEST, Permit.APPROVE, Permit.REVIEW)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope:
    """What a campaign is to look at. Without `scenarios` it is all of them."""

    kind: Kind
    first: date
    last: date
    scenarios: Collection[Scenario] = ()
    size: Size = Size()  # noqa: RUF009 - it cannot be changed
    by_scenario: bool = False

    @property
    def since(self) -> datetime:
        """When its first day begins."""
        return zones.day_begin(self.first)

    @property
    def until(self) -> datetime:
        """When its last day is over."""
        return zones.day_end(self.last)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """What there was to choose from, as lines and their digest, and the items made of it."""

    lines: list[str]
    items: list[CampaignItem]

    @property
    def digest(self) -> str:
        """The SHA-256 of the lines."""
        return sampling.digest(self.lines)


def find(scope: Scope, *, seed: str, at: datetime) -> Found:
    """Return what a campaign that begins at `at` looks at, in its order; nothing is saved."""
    if scope.kind == Kind.CASES:
        return _sample(scope, seed)
    items = _rights(scope, at) if scope.kind == Kind.RIGHTS else _left_open(scope)
    for position, item in enumerate(items, start=1):
        item.position = position
    return Found(lines=sorted(item.subject for item in items), items=items)


def cases(scope: Scope) -> dict[int, str]:
    """Return the cases whose use ended in the period, by number, each with its scenario's slug."""
    rows = Review.objects.filter(owed_at__gte=scope.since, owed_at__lt=scope.until)
    if scope.scenarios:
        rows = rows.filter(grant__scenario__in=scope.scenarios)
    numbered = rows.order_by("grant__request__case")
    return dict(numbered.values_list("grant__request__case", "grant__scenario__slug"))


def _sample(scope: Scope, seed: str) -> Found:
    population = cases(scope)
    drawn = sampling.draw(population, seed=seed, size=scope.size, by_scenario=scope.by_scenario)
    reviews = Review.objects.filter(grant__request__case__in=drawn)
    found = {review.grant.request.case: review for review in reviews.told()}
    items = [
        CampaignItem(position=position, subject=str(case), review=found[case])
        for position, case in enumerate(drawn, start=1)
    ]
    return Found(lines=[str(case) for case in population], items=items)


def _rights(scope: Scope, at: datetime) -> list[CampaignItem]:
    permits = GroupPermit.objects.of(*CERTIFIED).standing(at)
    permits = permits.filter(content_object__in=scope.scenarios or Scenario.objects.in_use())
    rows = permits.select_related("content_object", "group", "permission").order_by(
        "content_object__name", "permission__codename", "group__name"
    )
    return [*map(_permit_item, rows), *map(_member_item, _members(scope, permits, at))]


def _members(scope: Scope, permits: QuerySet[GroupPermit], at: datetime) -> QuerySet[Membership]:
    """Return who is in a group with a right: in the scenarios, or, without those, in the house."""
    groups = Group.objects.filter(pk__in=permits.values("group"))
    if not scope.scenarios:
        for part in Part:
            groups |= Group.objects.filter(pk__in=groups_playing(part).values("pk"))
    rows = Membership.objects.standing(at).filter(user__is_active=True, group__in=groups)
    return rows.select_related("user", "group").order_by("group__name", "user__name", "user__pk")


def _permit_item(row: Any) -> CampaignItem:
    permit = row.permission.codename
    return CampaignItem(
        subject=f"{row.content_object.ref} {permit} group:{row.group_id}",
        scenario=row.content_object,
        permit=permit,
        group=row.group,
    )


def _member_item(row: Membership) -> CampaignItem:
    return CampaignItem(
        subject=f"{row.user.ref} group:{row.group_id}", person=row.user, group=row.group
    )


def _left_open(scope: Scope) -> list[CampaignItem]:
    """Return findings and obligations that opened before the period was over."""
    findings = Finding.objects.open().filter(opened_at__lt=scope.until)
    obligations = Obligation.objects.open().filter(opened_at__lt=scope.until)
    if scope.scenarios:
        findings = findings.filter(case__scenario__in=scope.scenarios)
        obligations = obligations.filter(case__scenario__in=scope.scenarios)
    return [
        *(CampaignItem(subject=row.ref, finding=row) for row in findings.order_by("opened_at")),
        *(CampaignItem(subject=row.ref, obligation=row) for row in obligations.order_by("due_at")),
    ]
