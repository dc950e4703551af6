"""The tables of the replay: how far it is, and where other tables say something else than entries.

`audit.models` imports this module, so that Django finds it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, Window

from core.words import duration_words, seconds_words


class ReplayQuerySet(models.QuerySet["Replay"]):
    def open(self) -> ReplayQuerySet:
        """The replay that is not over; there is one at most."""
        return self.filter(ended_at=None)

    def over(self) -> ReplayQuerySet:
        """Replays that came to an end, the newest first."""
        return self.exclude(ended_at=None).order_by("-ended_at")


class Replay(models.Model):
    """One comparison of the tables with the record; `place` is where it goes on."""

    by = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    place: models.JSONField[Any, Any] = models.JSONField(default=list)
    compared = models.BigIntegerField(default=0)
    found = models.IntegerField(default=0)  # differences that were not known before
    moved_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)  # of work, without what it waited
    ended_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(ReplayQuerySet)()

    class Meta:
        db_table = "audit_replay"
        indexes = [models.Index(fields=["-ended_at"], name="replay_newest")]
        constraints = [
            models.UniqueConstraint(
                models.ExpressionWrapper(Q(ended_at=None), models.BooleanField()),
                name="replay_one_is_open",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="replay_ends_after_it_was_asked_for",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("asked_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compared:,} compared, {self.found:,} differ"

    @property
    def took(self) -> str:
        """How long it worked, in words."""
        if self.seconds < 10:
            return seconds_words(self.seconds)
        return duration_words(timedelta(seconds=self.seconds))


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def open(self) -> DifferenceQuerySet:
        """Differences that nobody has explained, the oldest first."""
        return self.filter(resolved_at=None).order_by("found_at", "pk")

    def oldest(self) -> tuple[Difference | None, int]:
        """The oldest open one, and how many there are."""
        first = self.open().annotate(number=Window(Count("pk"))).first()
        return first, getattr(first, "number", 0)


class Difference(models.Model):
    """A table says something else of a thing than the record does; `what` says which."""

    subject = models.CharField(max_length=80)
    case = models.CharField(max_length=80, blank=True)
    what = models.CharField(max_length=500)
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    objects = models.Manager.from_queryset(DifferenceQuerySet)()

    class Meta:
        db_table = "audit_difference"
        indexes = [
            models.Index(fields=["found_at"], name="difference_open", condition=Q(resolved_at=None))
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "what"], name="difference_once"),
            models.CheckConstraint(
                name="difference_resolved_by_somebody_with_a_note",
                condition=Q(resolved_at=None, resolved_by="", note="")
                | Q(resolved_at__isnull=False) & ~Q(resolved_by="") & ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"
