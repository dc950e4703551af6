"""Waivers: why an access could not wait for what was overdue."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, Q

from accounts.models import User
from breakglass.models.request import Request
from breakglass.models.scenario import Scenario

LATELY = timedelta(days=90)


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def lately(self, person: User, scenario: Scenario, at: datetime) -> tuple[int, int]:
        """Return how many the person had in the last 90 days, and how many the scenario had."""
        recent = self.filter(waived_at__gt=at - LATELY, waived_at__lte=at)
        found = recent.aggregate(
            person=Count("pk", filter=Q(request__requester=person)),
            scenario=Count("pk", filter=Q(request__scenario=scenario)),
        )
        return found["person"], found["scenario"]


class Waiver(models.Model):
    """Somebody asked for access although something was overdue, and said why.

    It counts against the person who has the access and against the scenario.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="waiver")
    reason = models.TextField()
    owed = models.JSONField(default=list)  # references of what was overdue
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="waivers")
    waived_at = models.DateTimeField()
    objects = models.Manager.from_queryset(WaiverQuerySet)()

    class Meta:
        ordering = ["-waived_at"]
        indexes = [models.Index(fields=["-waived_at"], name="waiver_newest")]
        constraints = [
            models.CheckConstraint(name="waiver_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="waiver_is_of_something", condition=~Q(owed=[])),
        ]

    def __str__(self) -> str:
        return f"Waiver of {self.request}"
