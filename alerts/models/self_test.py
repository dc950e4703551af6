"""The self-test of the alerts: one row for each night."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SelfTest(models.Model):
    """One night's test, and what still stands in the way of alerts.

    `about` are the things that something is wrong with, as the record names them, and `tone` how
    bad the worst of it is. Both are brought up to date through the day.
    """

    night = models.DateField(primary_key=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    about = models.JSONField(default=list)
    tone = models.CharField(max_length=6, default="ok")

    class Meta:
        ordering = ["-night"]
        constraints = [
            models.CheckConstraint(
                name="self_test_ends_after_it_begins",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")),
            ),
            models.CheckConstraint(
                name="self_test_tone_known", condition=Q(tone__in=["ok", "wait", "danger"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night}"
