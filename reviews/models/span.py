"""What the dashboard adds up, so that it never reads the cases themselves: spans and their cells.

Everything here is worked out from the cases and can be made anew at any time: `reviews.tallying`
keeps it right, and nobody else writes it. People, scenarios and targets stand here by their ids
alone; `EVERY` is all of them together.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

EVERY = UUID(int=0)


class SpanQuerySet(models.QuerySet["Span"]):
    def counted(self) -> SpanQuerySet:
        """Spans of which there are figures, if perhaps not the newest."""
        return self.filter(counted_at__isnull=False)

    def fresh(self, at: datetime) -> SpanQuerySet:
        """Spans whose figures are those that counting again would give at `at`."""
        return self.counted().exclude(_stale(at))

    def to_count(self, at: datetime) -> SpanQuerySet:
        """Spans that are to be counted (again)."""
        return self.filter(Q(counted_at=None) | _stale(at))


def _stale(at: datetime) -> Q:
    return Q(stale=True) | Q(turns_at__isnull=False, turns_at__lte=at)


class Span(models.Model):
    """A day, week or month in one time zone: the cases that were asked for in it are counted."""

    class Grain(models.TextChoices):
        DAY = "day", "Day"
        WEEK = "week", "Week"
        MONTH = "month", "Month"

    zone = models.CharField(max_length=50)
    grain = models.CharField(max_length=5, choices=Grain)
    first = models.DateField()  # its first day
    counted_at = models.DateTimeField(null=True)
    stale = models.BooleanField(default=True)  # something happened to one of its cases since
    turns_at = models.DateTimeField(null=True)  # when its next review becomes overdue by itself
    objects = models.Manager.from_queryset(SpanQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "grain", "first"], name="span_once"),
            models.CheckConstraint(
                name="span_grain_known", condition=Q(grain__in=["day", "week", "month"])
            ),
        ]
        indexes = [
            models.Index(fields=["first"], name="span_stale", condition=Q(stale=True)),
            models.Index(fields=["turns_at"], name="span_turns"),
        ]

    def __str__(self) -> str:
        return f"{self.grain} from {self.first} in {self.zone}"


class Added(models.Model):
    """What happened in some cases.

    `marks` and `counts` belong together: how many uses, decisions or accesses fell into each bin.
    """

    scenario = models.UUIDField()
    target = models.UUIDField()
    cases = models.IntegerField()
    uses = models.IntegerField()
    glass = models.IntegerField()
    ratified = models.IntegerField()
    silent = models.IntegerField()
    unratified = models.IntegerField()
    punctual = models.IntegerField()
    late = models.IntegerField()
    overdue = models.IntegerField()
    waiting = models.IntegerField()
    misuse = models.IntegerField()
    decided = models.IntegerField()
    opened = models.IntegerField()
    third = models.IntegerField()
    waived = models.IntegerField(db_default=0)
    startling = models.IntegerField(db_default=0)
    found = models.IntegerField()
    unresolved = models.IntegerField()
    decision_seconds = models.FloatField()  # of all together
    access_seconds = models.FloatField()
    slowest_decision = ArrayField(models.FloatField(), null=True)  # seconds, number of the case
    slowest_access = ArrayField(models.FloatField(), null=True)
    marks = ArrayField(models.SmallIntegerField())
    counts = ArrayField(models.IntegerField())
    kinds = models.JSONField(null=True)  # findings by kind

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.cases} cases"


class Cell(Added):
    """The cases of a span: of one scenario, one person or all, one target or all."""

    # Both indexes below begin with it.
    span = models.ForeignKey(Span, models.CASCADE, related_name="cells", db_index=False)
    person = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["span", "person", "target", "scenario"], name="cell_once"
            )
        ]
        indexes = [models.Index(fields=["span", "target", "person"], name="cell_of_target")]


class Crew(models.Model):
    """Who was in a team, and where it might ask, when its cells of a span were added up."""

    span = models.ForeignKey(Span, models.CASCADE, related_name="crews", db_index=False)
    team = models.IntegerField()
    key = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["span", "team"], name="crew_once")]

    def __str__(self) -> str:
        return f"team {self.team} in {self.span}"


class CrewCell(Added):
    """The cases of a crew in a span: of one scenario, one target or all."""

    crew = models.ForeignKey(Crew, models.CASCADE, related_name="cells", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crew", "target", "scenario"], name="crew_cell_once")
        ]


class Answers(models.Model):
    """How one person answered the cases of a span in one scenario."""

    span = models.ForeignKey(Span, on_delete=models.CASCADE, related_name="answers")
    scenario = models.UUIDField()
    approver = models.UUIDField()
    answers = models.IntegerField()
    quick = models.IntegerField()  # a yes that came sooner than anybody reads
    noes = models.IntegerField()
    seconds = models.FloatField()  # from the question to the answer, of all together

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["span", "scenario", "approver"], name="answers_once")
        ]

    def __str__(self) -> str:
        return f"{self.answers} answers"
