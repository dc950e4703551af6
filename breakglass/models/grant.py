"""Grants: the time-boxed authority that opens doors."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass import events
from breakglass.models.request import Request
from breakglass.models.scenario import Scenario
from core import refs
from targets.models import Door, Target


class GrantQuerySet(models.QuerySet["Grant"]):
    def standing(self) -> GrantQuerySet:
        """Grants that nobody and nothing has written off, whatever the clock says."""
        return self.filter(status__in=Grant.STANDING)

    def live(self, at: datetime) -> GrantQuerySet:
        """Grants that open a door at `at`. The clock decides, not the sweeper."""
        return self.standing().filter(starts_at__lte=at, ends_at__gt=at)

    def overdue(self, at: datetime) -> GrantQuerySet:
        """Grants that the clock has ended and the sweeper has not."""
        return self.standing().filter(ends_at__lte=at)

    def due_to_start(self, at: datetime) -> GrantQuerySet:
        """Scheduled grants whose start has come."""
        return self.filter(status=Grant.Status.SCHEDULED, starts_at__lte=at, ends_at__gt=at)


class Grant(models.Model):
    """Permission for one person to use the targets of one request until a fixed moment."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        ACTIVE = "active", _("Active")
        EXPIRED = "expired", _("Expired")
        RELINQUISHED = "relinquished", _("Ended by its holder")
        REVOKED = "revoked", _("Revoked")

    STANDING = (Status.SCHEDULED, Status.ACTIVE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="grant")
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="grants")
    targets = models.ManyToManyField(Target, related_name="grants")
    read_only = models.BooleanField(default=False)
    break_glass = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=Status)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    end_reason = models.TextField(blank=True)
    objects = models.Manager.from_queryset(GrantQuerySet)()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [
            models.Index(
                fields=["ends_at"],
                name="grant_standing",
                condition=Q(status__in=["scheduled", "active"]),
            ),
            models.Index(fields=["holder", "-starts_at"], name="grant_of_holder"),
            models.Index(fields=["starts_at"], name="grant_starts_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="grant_status_known",
                condition=Q(
                    status__in=["scheduled", "active", "expired", "relinquished", "revoked"]
                ),
            ),
            models.CheckConstraint(
                name="grant_ended_at_set_exactly_when_over",
                condition=Q(status__in=["scheduled", "active"], ended_at=None)
                | (~Q(status__in=["scheduled", "active"]) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="grant_activated_at_set_when_active",
                condition=~Q(status="active") | Q(activated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_not_activated_while_scheduled",
                condition=~Q(status="scheduled") | Q(activated_at=None),
            ),
            models.CheckConstraint(
                name="grant_times_in_order", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"Grant of case {self.request.case}"

    def get_absolute_url(self) -> str:
        return self.request.get_absolute_url()

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        # Django's own takes all choices to pieces for each row of a list.
        return str(self.Status(self.status).label)

    @property
    def ref(self) -> str:
        """How the ledger names this grant."""
        return refs.make("grant", self.pk)

    @property
    def why_ended(self) -> str:
        """Why it was ended, as its reader is told."""
        return events.why_ended(self.end_reason)

    @property
    def case_ref(self) -> str:
        """How the ledger names the case."""
        return refs.make("request", self.request_id)

    def doors(self) -> models.QuerySet[Door]:
        """The doors of this grant, one for each target."""
        return Door.objects.for_grant(self.pk).select_related("target")

    def is_live(self, at: datetime) -> bool:
        """Whether this grant opens a door at `at`, by its row as it was read."""
        return self.status in Grant.STANDING and self.starts_at <= at < self.ends_at
