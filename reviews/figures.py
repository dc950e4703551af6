"""The figures of the dashboard: aggregates by scenario, a few queries however much there is."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, F, Q

from breakglass.models import Request, Scenario
from reviews.models import Finding, Review


class Median(Aggregate):
    """The middle value, as PostgreSQL computes it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened in one scenario, or in all (`name` is empty then)."""

    slug: str
    name: str
    uses: int = 0
    glass: int = 0
    decided: int = 0
    decision_time: timedelta | None = None
    overdue: int = 0
    findings: int = 0

    @property
    def share(self) -> int | None:
        """The percentage of uses that began by breaking the glass."""
        return round(100 * self.glass / self.uses) if self.uses else None


def by_scenario(*, days: int, at: datetime) -> tuple[Figures, list[Figures]]:
    """Return the figures of everything, and of each scenario that has any, by name.

    Uses and decisions are those of the last `days`; what is overdue or open is so now.
    """
    found: dict[UUID | None, dict[str, Any]] = {}
    for rows in (_uses(days, at), _decisions(days, at), _overdue(at), _findings()):
        for row in rows:
            found.setdefault(row.pop("of"), {}).update(row)
    scenarios = Scenario.objects.filter(pk__in=[key for key in found if key])
    each = [
        Figures(slug=scenario.slug, name=scenario.name, **found[scenario.pk])
        for scenario in scenarios.only("pk", "slug", "name")
    ]
    loose = found.get(None, {}).get("findings", 0)  # findings that belong to no case
    return _total(each, loose=loose, days=days, at=at), each


def _uses(days: int, at: datetime) -> Any:
    since = at - timedelta(days=days)
    return (
        Review.objects.filter(owed_at__gte=since)
        .order_by()
        .values(of=F("grant__scenario"))
        .annotate(uses=Count("pk"), glass=Count("pk", filter=Q(grant__break_glass=True)))
    )


def _decided(days: int, at: datetime) -> Any:
    """Requests that approvers answered before anything started."""
    return Request.objects.filter(
        state__in=[Request.State.APPROVED, Request.State.DENIED],
        decided_at__gte=at - timedelta(days=days),
    ).order_by()


def _decisions(days: int, at: datetime) -> Any:
    return (
        _decided(days, at)
        .values(of=F("scenario"))
        .annotate(decided=Count("pk"), decision_time=Median(F("decided_at") - F("submitted_at")))
    )


def _overdue(at: datetime) -> Any:
    rows = Review.objects.overdue(at).order_by().values(of=F("grant__scenario"))
    return rows.annotate(overdue=Count("pk"))


def _findings() -> Any:
    rows = Finding.objects.open().order_by().values(of=F("case__scenario"))
    return rows.annotate(findings=Count("pk"))


def _total(each: list[Figures], *, loose: int, days: int, at: datetime) -> Figures:
    whole = _decided(days, at).aggregate(median=Median(F("decided_at") - F("submitted_at")))
    return Figures(
        slug="",
        name="",
        uses=sum(row.uses for row in each),
        glass=sum(row.glass for row in each),
        decided=sum(row.decided for row in each),
        decision_time=whole["median"],
        overdue=sum(row.overdue for row in each),
        findings=sum(row.findings for row in each) + loose,
    )
