"""What a model that others run thinks of a case, apart from what rules found."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from judgement.model import model


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def due(self, at: datetime) -> OpinionQuerySet:
        """Those that are to be asked for, the ones tried least often first."""
        return self.filter(state=Opinion.State.WAITING, due_at__lte=at).order_by("tries", "due_at")

    def newest_of(self, tier: int) -> Opinion | None:
        """The one that was asked for last, which tells how the model is."""
        return self.filter(tier=tier, asked_at__isnull=False).order_by("-asked_at").first()


class Opinion(models.Model):
    """One model's opinion on one case: asked for, given, or given up.

    What was given stays while it is asked for anew: it may be raised, and is never lowered.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        GIVEN = "given", _("Given")
        NONE = "none", _("Nothing to ask")
        GIVEN_UP = "given_up", _("Given up")

    class Tier(models.IntegerChoices):
        EMBEDDING = 3, _("a model that compares texts")
        CHAT = 4, _("a model of language")

    case = models.CharField(max_length=80)
    tier = models.PositiveSmallIntegerField(choices=Tier)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    model = models.CharField(max_length=120)  # what it was asked as
    version = models.CharField(max_length=120, blank=True)  # what it says that it is
    score = models.FloatField(null=True)  # of 0 to 1, higher is more suspicious
    text = models.TextField(blank=True)
    entry_seq = models.PositiveBigIntegerField(null=True)  # the action that it is about
    given_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)  # our own sentence: what went wrong last
    objects = models.Manager.from_queryset(OpinionQuerySet)()

    class Meta:
        ordering = ["case", "tier"]
        indexes = [
            models.Index(
                fields=["tier", "tries", "due_at"],
                name="opinion_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["tier", "-asked_at"], name="opinion_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "tier"], name="opinion_one_of_each_model"),
            models.CheckConstraint(
                name="opinion_score_is_a_share",
                condition=Q(score=None) | Q(score__gte=0, score__lte=1),
            ),
            models.CheckConstraint(
                name="opinion_given_with_score",
                condition=~Q(state="given") | Q(score__isnull=False, given_at__isnull=False),
            ),
            models.CheckConstraint(
                name="opinion_state_known",
                condition=Q(state__in=["waiting", "given", "none", "given_up"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} on {self.case}: {self.get_state_display()}"

    @property
    def doubts(self) -> bool:
        """Whether it is grave enough to bring a review forward."""
        return self.score is not None and self.score >= model().flag_at
