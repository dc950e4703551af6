"""What has to be answered for, brought up by a reviewer or by the record."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Part, User
from breakglass.models import Permit, Request, Scenario
from core import refs
from judgement.sigma.naming import Named, named, titles

SEES_ALL = (Part.COMPLIANCE, Part.AUDITOR)
_STEP = timedelta(days=36_525)  # a century: no deadline outweighs how grave a finding is


class FindingQuerySet(models.QuerySet["Finding"]):
    def open(self) -> FindingQuerySet:
        """Findings that nobody has resolved."""
        return self.filter(state=Finding.State.OPEN)

    def unanswered(self) -> FindingQuerySet:
        """Open findings of high severity that nobody answers for, the oldest first."""
        grave = self.open().filter(severity=Finding.Severity.HIGH, owner=None)
        return grave.order_by("opened_at", "pk")

    def visible_to(self, user: User, at: datetime) -> FindingQuerySet:
        """Findings that the person may read: those of their scenarios, all by their part, and
        those that they answer for.
        """
        if any(part in SEES_ALL for part in user.parts(at)):
            return self
        reviewed = Scenario.objects.permitting(user, Permit.REVIEW, at).values("pk")
        return self.filter(Q(case__scenario__in=reviewed) | Q(owner=user))

    def with_turn(self) -> FindingQuerySet:
        """Add `turn`, by which open findings are ordered: the gravest first, then by deadline.

        One without a deadline, which nobody answers for yet, stands by when it was opened.
        """
        steps = [(Finding.Severity.HIGH, 2 * _STEP), (Finding.Severity.MEDIUM, _STEP)]
        earlier = Case(
            *(When(severity=severity, then=Value(length)) for severity, length in steps),
            default=Value(timedelta(0)),
            output_field=DurationField(),
        )
        moment = Coalesce("due_at", "opened_at")
        return self.annotate(turn=ExpressionWrapper(moment - earlier, output_field=DateTimeField()))

    def told(self) -> FindingQuerySet:
        """Fetch with each finding what a list or a page shows of it."""
        return self.select_related(
            "case__scenario", "case__requester", "opened_by", "owner", "resolved_by"
        )


class Finding(models.Model):
    """Something that has to be answered for: a breach, a gap, or more than was declared."""

    class Kind(models.TextChoices):
        RATIFICATION_REFUSED = "ratification_refused", _("Ratification refused")
        RATIFICATION_OVERDUE = "ratification_overdue", _("Ratification overdue")
        DOOR_CLOSE_FAILED = "door_close_failed", _("Door did not close")
        REFUSED_REPEATEDLY = "refused_repeatedly", _("Refused again and again")
        RECORD_ALTERED = "record_altered", _("Record tampered with")
        HARD_RULE = "hard_rule", _("Hard rule broken")
        KNOWN_BAD = "known_bad", _("Known to be bad")
        GHOST_USE = "ghost_use", _("Used without an access")
        UNUSUAL = "unusual", _("Unusual")
        OUTSIDE_PLAN = "outside_plan", _("More than was declared")
        OTHER = "other", _("Something else")

    class Severity(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        EXPLAINED = "explained", _("Explained")
        REMEDIATED = "remediated", _("Remediated")
        ACCEPTED = "accepted", _("Accepted as a risk")
        ESCALATED = "escalated", _("Escalated")
        FALSE_POSITIVE = "false_positive", _("False alarm")

    BY_HAND = (Kind.OUTSIDE_PLAN, Kind.OTHER)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    severity = models.CharField(max_length=6, choices=Severity)
    subject = models.CharField(max_length=80)  # whom or what it is about, as the ledger names it
    case = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="findings", null=True)
    text = models.TextField()
    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    # Of the entry that brought it up, or of the action that a reviewer made it of.
    entry_seq = models.PositiveBigIntegerField(null=True)
    # Who answers for it and until when, where somebody said so.
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="owned_findings", null=True
    )
    due_at = models.DateTimeField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0)  # 1 before the deadline, 2 at it
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    resolution = models.TextField(blank=True)
    objects = models.Manager.from_queryset(FindingQuerySet)()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["-opened_at", "-id"], name="finding_open", condition=Q(state="open")
            ),
            models.Index(fields=["-opened_at", "-id"], name="finding_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="finding_kind_known",
                condition=Q(
                    kind__in=[
                        "ratification_refused",
                        "ratification_overdue",
                        "door_close_failed",
                        "refused_repeatedly",
                        "record_altered",
                        "hard_rule",
                        "known_bad",
                        "ghost_use",
                        "unusual",
                        "outside_plan",
                        "other",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="finding_severity_known", condition=Q(severity__in=["low", "medium", "high"])
            ),
            models.CheckConstraint(
                name="finding_state_known",
                condition=Q(
                    state__in=[
                        "open",
                        "explained",
                        "remediated",
                        "accepted",
                        "escalated",
                        "false_positive",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="finding_resolved_exactly_when_not_open",
                condition=Q(state="open", resolved_at=None, resolved_by=None, resolution="")
                | (
                    ~Q(state="open")
                    & Q(resolved_at__isnull=False, resolved_by__isnull=False)
                    & ~Q(resolution="")
                ),
            ),
            models.CheckConstraint(
                name="finding_by_a_person_or_from_the_record",
                condition=Q(opened_by__isnull=False) | Q(entry_seq__isnull=False),
            ),
            models.CheckConstraint(
                name="finding_has_an_owner_exactly_with_a_deadline",
                condition=Q(owner=None, due_at=None)
                | Q(owner__isnull=False, due_at__gt=F("opened_at")),
            ),
            models.CheckConstraint(
                name="finding_times_in_order",
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("opened_at")),
            ),
            # Reading the record twice makes no second finding of the same entry.
            models.UniqueConstraint(fields=["kind", "entry_seq"], name="finding_once_per_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.pk])

    @property
    def words(self) -> str:
        """What it says, with the rules of detection by their titles."""
        return titles(self.text)

    @property
    def rules(self) -> list[Named]:
        """The rules of detection that brought it up."""
        return named(self.text)

    @property
    def ref(self) -> str:
        """How the ledger names this finding."""
        return refs.make("finding", self.pk)

    def is_overdue(self, at: datetime) -> bool:
        """Whether it has a deadline that has passed, and nobody has resolved it."""
        return self.state == Finding.State.OPEN and self.due_at is not None and self.due_at <= at

    @property
    def case_ref(self) -> str:
        """How the ledger names the case, or nothing."""
        return refs.make("request", self.case_id) if self.case_id else ""
