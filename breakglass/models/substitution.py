"""Substitutions: who decides in somebody's place while they are away."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from breakglass.models.scenario import GroupPermit, Permit
from core import refs, zones

LONGEST = timedelta(days=60)


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    def unended(self) -> SubstitutionQuerySet:
        """Substitutions that nobody has ended early."""
        return self.filter(ended_at=None)

    def ahead(self, at: datetime) -> SubstitutionQuerySet:
        """Substitutions that stand at `at` or will stand later."""
        return self.unended().filter(until__gt=at)

    def standing(self, at: datetime) -> SubstitutionQuerySet:
        """Substitutions that count at `at`: the clock says so, and both may sign in."""
        return self.filter(
            Q(ended_at=None) | Q(ended_at__gt=at),
            since__lte=at,
            until__gt=at,
            person__is_active=True,
            substitute__is_active=True,
        )

    def told(self) -> SubstitutionQuerySet:
        """Substitutions with the people that a page names."""
        return self.select_related("person", "substitute", "ended_by")


class Substitution(models.Model):
    """`person` has said that `substitute` decides in their place from `since` until `until`.

    The clock ends it, somebody may end it early; the row stays to say so. It lends what `person`
    may decide by their own groups at that moment, never what they decide for somebody else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="substitutions")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in_by")
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    objects = models.Manager.from_queryset(SubstitutionQuerySet)()

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                name="substitution_never_of_oneself", condition=~Q(person=F("substitute"))
            ),
            models.CheckConstraint(
                name="substitution_times_in_order",
                condition=Q(since__gte=F("made_at"), until__gt=F("since")),
            ),
            models.CheckConstraint(
                name="substitution_at_most_60_days",
                condition=Q(until__lte=F("since") + LONGEST),
            ),
            models.CheckConstraint(
                name="substitution_ended_by_somebody_and_early",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__gte=F("made_at"), ended_at__lt=F("until"), ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.person}"

    @property
    def ref(self) -> str:
        """How the ledger names this substitution."""
        return refs.make("substitution", self.pk)

    @property
    def last_day(self) -> date:
        """The last day on which it counts, in the zone of the installation."""
        return zones.last_day(self.until)

    def stands(self, at: datetime) -> bool:
        """Whether it counts at `at`, of a row of people who may sign in."""
        return self.since <= at < min(self.until, self.ended_at or self.until)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lent:
    """What a substitute may decide in the place of `person`: for `group` in `scenario`."""

    person: uuid.UUID
    scenario: uuid.UUID
    group: int
    since: datetime
    ends: tuple[datetime | None, ...]

    def stands(self, at: datetime) -> bool:
        """Whether the substitution, the membership and the permit all stand at `at`."""
        return self.since <= at and all(end is None or end > at for end in self.ends)


def lent_to(substitute: User, at: datetime) -> list[Lent]:
    """Return what others may decide at `at`, and `substitute` in their place.

    For who is settled it is fetched once.
    """
    if not substitute.is_active:
        return []
    memory = vars(substitute) if substitute.is_settled else {}
    if "_lent" not in memory:
        memory["_lent"] = _lent_to(substitute)
    return [each for each in memory["_lent"] if each.stands(at)]


def _lent_to(substitute: User) -> list[Lent]:
    member = "group__memberships__user"
    by = f"{member}__substitutions"
    rows = GroupPermit.objects.of(Permit.APPROVE).filter(
        **{f"{by}__substitute": substitute, f"{member}__is_active": True}
    )
    ends = "until", "group__memberships__until", f"{by}__until", f"{by}__ended_at"
    found = rows.values_list(member, "content_object", "group", f"{by}__since", *ends)
    return [
        Lent(person=person, scenario=scenario, group=group, since=since, ends=tuple(times))
        for person, scenario, group, since, *times in found.order_by(f"{member}__name", member)
    ]
