"""What was made of each action and of each case, beside the entries that say what was done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breakglass.models import Request
from core import refs

_HIGH = 3  # as the severity of an action


class JudgedActionQuerySet(models.QuerySet["JudgedAction"]):
    def of_case(self, case: str) -> JudgedActionQuerySet:
        """The actions of one case, as the ledger names it."""
        return self.filter(case=case)

    def unspoken_of(self, case: Request) -> JudgedActionQuerySet:
        """Those of a case that ask for a word and have none: no finding, and no question.

        They are out of scope, or grave and unexplained.
        """
        weighty = Q(standing=JudgedAction.Standing.OUTSIDE) | Q(
            standing=JudgedAction.Standing.UNEXPLAINED, severity__gte=_HIGH
        )
        rows = self.of_case(refs.make("request", case.pk)).filter(weighty)
        found = case.findings.exclude(entry_seq=None).values_list("entry_seq")
        asked = case.questions.exclude(entry_seq=None).values_list("entry_seq")
        return rows.exclude(Q(entry_seq__in=found) | Q(entry_seq__in=asked))

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
        # By its scenario, or by a rule that no scenario lifts: somebody looks at it all the same.
        ANNOUNCED = "announced", _("Announced, but outside of the scenario")
        EXPLAINED = "explained", _("Explained")
        NEUTRAL = "neutral", _("Neutral")

    # These a reviewer has to look at.
    ODD = (Standing.OUTSIDE, Standing.UNEXPLAINED, Standing.UNJUDGED, Standing.ANNOUNCED)

    entry_seq = models.PositiveBigIntegerField(primary_key=True)
    case = models.CharField(max_length=80, blank=True)
    verb = models.CharField(max_length=60, blank=True, default="")  # in a word, as its entry says
    standing = models.CharField(max_length=11, choices=Standing)
    severity = models.PositiveSmallIntegerField(default=0)  # 0 nothing, 1 low … 4 critical
    facts = models.JSONField(null=True)
    findings = models.JSONField(default=list)  # [{code, tier, severity, text, verb, object, …}]
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
                    standing__in=[
                        "outside",
                        "unexplained",
                        "unjudged",
                        "announced",
                        "explained",
                        "neutral",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="judged_severity_known", condition=Q(severity__gte=0, severity__lte=4)
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.entry_seq}: {self.get_standing_display()}"


class Gravity(models.IntegerChoices):
    """Where a case stands among those that wait for review: the gravest first.

    What cannot be judged stands above what is explained: it is never taken for harmless.
    """

    EXPLAINED = 0, _("Explained")
    SLIGHT = 1, _("Mostly explained")
    UNJUDGED = 2, _("Cannot be judged")
    DOUBTFUL = 3, _("Doubtful")
    UNEXPLAINED = 4, _("Unexplained")
    GRAVE = 5, _("Grave")

    @property
    def startles(self) -> bool:
        """Whether somebody who looks at all cases should look at this one."""
        return self >= Gravity.UNEXPLAINED

    @property
    def meaning(self) -> str:
        """What the word says, in a sentence that stands where it does."""
        return str(_MEANINGS[self])


_MEANINGS = {
    Gravity.GRAVE: _(
        "Something was done outside of the scenario, or against a rule that holds in every one,"
        " and it weighs heavily by itself."
    ),
    Gravity.UNEXPLAINED: _(
        "Something was done for which neither request nor scenario accounts, and it weighs, by"
        " itself or together with the rest."
    ),
    Gravity.DOUBTFUL: _(
        "No single action stands out, and together they fit badly what was said, or a model has"
        " doubts."
    ),
    Gravity.UNJUDGED: _(
        "Nothing can be compared: too little was said, or it could not be read or seen what was"
        " done. That is not harmless."
    ),
    Gravity.SLIGHT: _(
        "What is not explained weighs little, or was announced, but is outside of the scenario."
    ),
    Gravity.EXPLAINED: _("What was said accounts for all that was done, as far as it was seen."),
}


class JudgedCase(models.Model):
    """How all actions of a case together stand to what was said.

    `Review.gravity` repeats what follows from it, so that an index can order what waits.
    """

    case = models.CharField(max_length=80, primary_key=True)
    score = models.FloatField(default=0)  # of 0 to 1, higher is more suspicious
    flagged = models.BooleanField(default=False)
    worded = models.BooleanField(default=True)  # False: there were no words to judge by
    actions = models.PositiveIntegerField(default=0)
    telling = models.PositiveIntegerField(default=0)  # of them change or disclose something
    odd = models.PositiveIntegerField(default=0)  # out of scope, or not explained
    announced = models.PositiveIntegerField(default=0, db_default=0)  # but out of scope
    grave = models.PositiveIntegerField(default=0)  # out of scope, and of high severity
    unjudged = models.PositiveIntegerField(default=0)  # cannot be judged
    severity = models.PositiveSmallIntegerField(default=0)  # of the gravest odd one
    doubted = models.BooleanField(default=False)  # by a model of others, and by it alone
    stale = models.BooleanField(default=False)  # something has come since it was judged
    judged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="judged_to_do", condition=Q(stale=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="judged_score_is_a_share", condition=Q(score__gte=0, score__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_gravity_display()}"

    def get_gravity_display(self) -> str:
        """Say in a word where it stands."""
        return str(self.gravity.label)

    @property
    def gravity(self) -> Gravity:
        """Where the review of this case stands among those that wait.

        The score of all together, or an opinion, counts where no single action says enough.
        """
        if self.judged_at is None:
            return Gravity.UNJUDGED
        if self.grave:
            return Gravity.GRAVE
        if self.odd and (self.flagged or self.severity >= _HIGH):
            return Gravity.UNEXPLAINED
        if (self.flagged and self.worded) or self.doubted:
            return Gravity.DOUBTFUL
        if self.unjudged or not self.worded or not self.actions:
            return Gravity.UNJUDGED
        return Gravity.SLIGHT if self.odd or self.announced else Gravity.EXPLAINED
