"""Grants with their doors, fetched with two queries however many there are."""

import dataclasses

from django.db.models import QuerySet

from breakglass.models import Grant
from targets.models import Door


@dataclasses.dataclass(frozen=True)
class Opened:
    """One grant and its doors."""

    grant: Grant
    doors: list[Door]

    @property
    def names(self) -> list[str]:
        """The names of what it opens."""
        return [door.target.name for door in self.doors] or [
            target.name for target in self.grant.targets.all()
        ]


def opened(grants: QuerySet[Grant]) -> list[Opened]:
    """Return these grants with their doors."""
    rows = list(
        grants.select_related(
            "request__requester", "request__scenario", "request__version", "holder", "scenario"
        ).prefetch_related("targets")
    )
    doors: dict[object, list[Door]] = {grant.pk: [] for grant in rows}
    found = Door.objects.filter(grant__in=list(doors)).select_related("target")
    for door in found.order_by("target__name"):
        doors[door.grant].append(door)
    return [Opened(grant, doors[grant.pk]) for grant in rows]
