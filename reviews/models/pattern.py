"""What the nightly reports saw: what shows over weeks only, and what people made of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models import Scenario
from core import refs, zones
from reviews.models.finding import Finding
from targets.models import Target


class NightReport(models.Model):
    """A night whose report is made: whoever makes the row writes it, so it is once."""

    night = models.DateField(primary_key=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.night:%Y-%m-%d}"


class HeldSince(models.Model):
    """Since when a membership, or what a group may ask for, has stood without interruption."""

    subject = models.CharField(max_length=160, primary_key=True)  # both ends, as the ledger does
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} since {self.since:%Y-%m-%d}"


class PatternQuerySet(models.QuerySet["Pattern"]):
    def standing(self) -> PatternQuerySet:
        """Patterns that the latest night saw."""
        return self.filter(gone_at=None)

    def open(self, at: datetime) -> PatternQuerySet:
        """Those of which nobody has said that they are no concern, or that grew twice as large."""
        return self.standing().exclude(_is_aside(at))

    def aside(self, at: datetime) -> PatternQuerySet:
        """Those that are no concern for now."""
        return self.standing().filter(_is_aside(at))

    def told(self) -> PatternQuerySet:
        """Fetch with each pattern what a list shows of it."""
        return self.select_related("person", "scenario", "target", "group", "aside_by", "finding")


def _is_aside(at: datetime) -> Q:
    grown = Q(number__gte=F("aside_number") * Pattern.GROWN)
    return Q(aside_until__gt=at) & ~grown


class Pattern(models.Model):
    """Something that comes up again and again, or never; the same row each night that sees it.

    `template` is its sentence, in which facts are filled in. `number` is what grows with it.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Repeated use")
        SCENARIO = "scenario", _("Routine emergencies")
        APPROVER = "approver", _("Approvers")
        ELIGIBILITY = "eligibility", _("Unused eligibilities")
        UNUSED = "unused", _("Untried scenarios")

    GROWN = 2  # times as large as when it was no concern, it comes back

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(max_length=160)
    template = models.TextField()
    facts = models.JSONField(default=dict)
    number = models.PositiveIntegerField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", null=True)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+", null=True)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+", null=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", null=True)
    cases = ArrayField(models.PositiveBigIntegerField(), default=list)
    people = ArrayField(models.UUIDField(), default=list)
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+", null=True)
    aside_at = models.DateTimeField(null=True)
    aside_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    aside_until = models.DateTimeField(null=True)
    aside_number = models.PositiveIntegerField(null=True)
    reason = models.TextField(blank=True)  # why it is no concern
    objects = models.Manager.from_queryset(PatternQuerySet)()

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="pattern_once"),
            models.CheckConstraint(
                name="pattern_kind_known",
                condition=Q(kind__in=["person", "scenario", "approver", "eligibility", "unused"]),
            ),
            models.CheckConstraint(
                name="pattern_times_in_order", condition=Q(seen_at__gte=F("first_seen_at"))
            ),
            models.CheckConstraint(
                name="pattern_no_concern_exactly_with_a_reason",
                condition=Q(aside_at=None, aside_by=None, aside_until=None, aside_number=None,
                            reason="")
                | (Q(aside_at__isnull=False, aside_by__isnull=False, aside_number__isnull=False,
                     aside_until__gt=F("aside_at")) & ~Q(reason="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.key}"

    def get_absolute_url(self) -> str:
        return f"{reverse('reports')}#p-{self.pk}"

    @property
    def ref(self) -> str:
        """How the ledger names this pattern."""
        return refs.make("pattern", self.pk)

    @property
    def aside_day(self) -> date | None:
        """The last day on which it is no concern, in the zone of the installation."""
        return zones.last_day(self.aside_until) if self.aside_until else None

    def is_aside(self, at: datetime) -> bool:
        """Whether somebody said that it is no concern, and it has not grown since."""
        if self.aside_until is None or self.aside_number is None or self.aside_until <= at:
            return False
        return self.number < self.aside_number * self.GROWN
