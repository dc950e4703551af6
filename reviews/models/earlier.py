"""Verdicts that stood until their review was reopened."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from reviews.models.review import Review


class EarlierVerdict(models.Model):
    """A verdict that is looked at anew: what it said, whose it was, and why it was reopened.

    It is never changed. What comes of the new look stands in the review itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="earlier")
    verdict = models.CharField(max_length=24, choices=Review.Verdict)
    comment = models.TextField(blank=True)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="earlier_verdicts")
    second_reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="earlier_confirmations", null=True
    )
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    reopened_at = models.DateTimeField()
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reopenings")
    reason = models.TextField()

    class Meta:
        ordering = ["-reopened_at"]
        constraints = [
            models.CheckConstraint(
                name="earlier_verdict_known",
                condition=Q(
                    verdict__in=[
                        "justified",
                        "drill",
                        "justified_with_findings",
                        "misuse",
                        "inconclusive",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="earlier_second_is_another_person",
                condition=Q(second_reviewer=None) | ~Q(second_reviewer=F("reviewer")),
            ),
            models.CheckConstraint(
                name="earlier_closed_before_reopened",
                condition=Q(reopened_at__gte=F("closed_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}, reopened {self.reopened_at:%Y-%m-%d}"
