"""What was made of each action and of each case, beside the entries that say what was done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JudgedActionQuerySet(models.QuerySet["JudgedAction"]):
    def of_case(self, case: str) -> JudgedActionQuerySet:
        """The actions of one case, as the ledger names it."""
        return self.filter(case=case)

    def gravest_first(self) -> JudgedActionQuerySet:
        """In the order in which a reviewer reads them."""
        return self.order_by("-severity", "entry_seq")


class JudgedAction(models.Model):
    """One action: its facts, and how it stands to what was said.

    Made from the entry and made again when a reader of actions changes (`version`); the entry is
    the authority. Its facts go when the words of the entry are erased.
    """

    class Standing(models.TextChoices):
        OUTSIDE = "outside", _("Out of scope")
        UNEXPLAINED = "unexplained", _("Unexplained")
        UNJUDGED = "unjudged", _("Cannot be judged")
        EXPLAINED = "explained", _("Explained")
        NEUTRAL = "neutral", _("Neutral")

    # These a reviewer has to look at.
    ODD = (Standing.OUTSIDE, Standing.UNEXPLAINED, Standing.UNJUDGED)

    entry_seq = models.PositiveBigIntegerField(primary_key=True)
    case = models.CharField(max_length=80, blank=True)
    verb = models.CharField(max_length=60, blank=True, default="")  # in a word, as its entry says
    standing = models.CharField(max_length=11, choices=Standing)
    severity = models.PositiveSmallIntegerField(default=0)  # 0 nothing, 1 low … 4 critical
    facts = models.JSONField(null=True)
    findings = models.JSONField(default=list)  # [{code, tier, severity, text, verb, object}]
    version = models.PositiveSmallIntegerField()
    objects = models.Manager.from_queryset(JudgedActionQuerySet)()

    class Meta:
        ordering = ["entry_seq"]
        indexes = [
            models.Index(
                fields=["case", "standing", "-severity", "entry_seq"], name="judged_in_case"
            ),
            models.Index(fields=["version"], name="judged_by_version"),
        ]
        constraints = [
            models.CheckConstraint(
                name="judged_standing_known",
                condition=Q(
                    standing__in=["outside", "unexplained", "unjudged", "explained", "neutral"]
                ),
            ),
            models.CheckConstraint(
                name="judged_severity_known", condition=Q(severity__gte=0, severity__lte=4)
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.entry_seq}: {self.get_standing_display()}"


class JudgedCase(models.Model):
    """How all actions of a case together stand to what was said: orders the queue of reviews."""

    case = models.CharField(max_length=80, primary_key=True)
    score = models.FloatField()  # of 0 to 1, higher is more suspicious
    flagged = models.BooleanField()
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="judged_score_is_a_share", condition=Q(score__gte=0, score__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.score:.2f}"
