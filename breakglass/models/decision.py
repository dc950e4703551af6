"""Decisions: what people said about requests, for themselves or in somebody's place."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models.request import Request
from core.words import standing_in
from targets.models import Target

# From when somebody could answer, by request, step and time of the answer, and when it was asked: a
# later step is asked when the one before it is done. Reports and figures count from here alike.
ASKED_AT = """coalesce((SELECT max(before.decided_at) FROM breakglass_decision before
    WHERE before.request_id = {} AND before.step < {} AND before.decided_at <= {}
    AND (before.kind IN ('approve', 'ratify') OR before.answer = 'accepted')), {})"""


class _AskedAt(Func):
    output_field = models.DateTimeField()

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, Any]:  # type: ignore[override]  # takes no other templates
        """Return the definition with the columns of the query that it stands in."""
        found = [compiler.compile(each) for each in self.get_source_expressions()]
        params = [param for _sql, params in found for param in params]
        return ASKED_AT.format(*(sql for sql, _params in found)), params


class DecisionQuerySet(models.QuerySet["Decision"]):
    def counting(self) -> DecisionQuerySet:
        """Decisions that count towards a quorum: a yes, or an offer that was accepted."""
        return self.filter(Q(kind__in=Decision.YES) | Q(answer=Decision.Answer.ACCEPTED))

    def timed(self) -> DecisionQuerySet:
        """Add `asked_at`: from when whoever decided could do so."""
        columns = "request_id", "step", "decided_at", "request__submitted_at"
        return self.annotate(asked_at=_AskedAt(*columns))

    def quick(self, length: timedelta, *, asked: F) -> DecisionQuerySet:
        """Decisions with a yes sooner than `length` after whoever gave it could (`timed`).

        `asked` is the column that says when the request was. A step is asked after it: what was
        answered so soon after either was quick, and of most the steps before are not looked for.
        """
        before = Decision.objects.counting().filter(
            request=OuterRef("request"),
            step__lt=OuterRef("step"),
            decided_at__lte=OuterRef("decided_at"),
            decided_at__gt=OuterRef("decided_at") - length,
        )
        soon = Q(decided_at__lt=asked + length)
        return self.filter(soon | Exists(before), kind__in=Decision.YES)

    def of(self, person: User) -> DecisionQuerySet:
        """Decisions that the person made, or somebody in their place."""
        return self.filter(Q(by=person) | Q(instead_of=person))


class Decision(models.Model):
    """What one person said about one request, for themselves or `instead_of` somebody."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Approved")
        DENY = "deny", _("Denied")
        COUNTER = "counter", _("Offered less")
        RATIFY = "ratify", _("Ratified")
        REFUSE = "refuse", _("Refused")

    class Answer(models.TextChoices):
        NONE = "", _("Not answered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    YES = (Kind.APPROVE, Kind.RATIFY)

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    instead_of = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="decisions_by_others", null=True
    )
    kind = models.CharField(max_length=8, choices=Kind)
    step = models.PositiveSmallIntegerField()
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(null=True)
    targets = models.ManyToManyField(Target, related_name="+")
    read_only = models.BooleanField(default=False)
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(DecisionQuerySet)()

    class Meta:
        ordering = ["decided_at"]
        indexes = [models.Index(fields=["decided_at"], name="decision_made_at")]
        constraints = [
            models.CheckConstraint(
                name="decision_kind_known",
                condition=Q(kind__in=["approve", "deny", "counter", "ratify", "refuse"]),
            ),
            models.CheckConstraint(
                name="decision_counter_has_terms",
                condition=Q(kind="counter", minutes__isnull=False, minutes__gt=0)
                | (~Q(kind="counter") & Q(minutes=None, answer="")),
            ),
            models.CheckConstraint(
                name="decision_answered_at_set_exactly_when_answered",
                condition=Q(answer="", answered_at=None)
                | (Q(answer__in=["accepted", "declined"]) & Q(answered_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["request", "by"],
                name="decision_once_per_person",
                condition=~Q(kind="counter"),
            ),
            # Somebody and whoever stands in for them count once, together.
            models.UniqueConstraint(
                "request",
                Coalesce("instead_of", "by"),
                name="decision_once_with_substitutes",
                condition=~Q(kind="counter"),
            ),
            models.CheckConstraint(
                name="decision_never_instead_of_oneself",
                condition=Q(instead_of=None) | ~Q(instead_of=F("by")),
            ),
            models.UniqueConstraint(
                fields=["request"],
                name="decision_one_open_counter",
                condition=Q(kind="counter", answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by}"

    @property
    def voice(self) -> str:
        """Who said it, and in whose place: fetch both with it."""
        return standing_in(self.by, self.instead_of) if self.instead_of else str(self.by)

    @property
    def counts_for(self) -> uuid.UUID:
        """The id of the person whose answer this is towards a quorum."""
        return self.instead_of_id or self.by_id

    @property
    def counts(self) -> bool:
        """Whether this counts towards a quorum."""
        return self.kind in Decision.YES or self.answer == Decision.Answer.ACCEPTED
