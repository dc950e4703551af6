"""Obligations: what has to be done before a case can close."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models import Permit, Request, Scenario
from core import refs
from reviews.models.finding import SEES_ALL


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def open(self) -> ObligationQuerySet:
        """Obligations that are neither done nor waived."""
        return self.filter(state=Obligation.State.OPEN)

    def overdue(self, at: datetime) -> ObligationQuerySet:
        """Open obligations whose deadline has passed."""
        return self.open().filter(due_at__lte=at)

    def visible_to(self, user: User, at: datetime) -> ObligationQuerySet:
        """Obligations that the person may read: their own, those of their cases, those of the
        scenarios in which they review, or all by their part.
        """
        if any(part in SEES_ALL for part in user.parts(at)):
            return self
        reviewed = Scenario.objects.permitting(user, Permit.REVIEW, at).values("pk")
        mine = Q(owner=user) | Q(case__requester=user)
        return self.filter(mine | Q(case__scenario__in=reviewed))

    def told(self) -> ObligationQuerySet:
        """Fetch with each obligation what a list or a page shows of it."""
        return self.select_related("case__scenario", "case__requester", "owner", "done_by")


class Obligation(models.Model):
    """A task that must be done before the case can close: rotate the secret, remove the key.

    The verdict does not wait for it, the seal of the case does. `evidence` says how it was done,
    or why it need not be done.
    """

    class Kind(models.TextChoices):
        ROTATE_SECRET = "rotate_secret", _("Rotate the secret")
        REMOVE_KEY = "remove_key", _("Remove the key")
        RESTORE_SETTING = "restore_setting", _("Restore the setting")
        CLEAR_UP = "clear_up", _("Clear up what was left behind")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        WAIVED = "waived", _("Waived")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="obligations")
    kind = models.CharField(max_length=16, choices=Kind)
    text = models.TextField()
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="obligations", null=True
    )  # nobody yet, where the record itself brought it up and nobody is there to do it
    due_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    entry_seq = models.PositiveBigIntegerField(null=True)  # of the entry that brought it up
    reminded = models.PositiveSmallIntegerField(default=0)  # 1 before the deadline, 2 at it
    evidence = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    objects = models.Manager.from_queryset(ObligationQuerySet)()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="obligation_open", condition=Q(state="open")
            ),
            models.Index(fields=["-opened_at", "-id"], name="obligation_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="obligation_kind_known",
                condition=Q(
                    kind__in=[
                        "rotate_secret", "remove_key", "restore_setting", "clear_up", "other",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="obligation_state_known",
                condition=Q(state__in=["open", "done", "waived"]),
            ),
            models.CheckConstraint(
                name="obligation_done_exactly_when_not_open",
                condition=Q(state="open", done_at=None, done_by=None, evidence="")
                | (
                    ~Q(state="open")
                    & Q(done_at__isnull=False, done_by__isnull=False)
                    & ~Q(evidence="")
                ),
            ),
            models.CheckConstraint(
                name="obligation_by_a_person_or_from_the_record",
                condition=Q(opened_by__isnull=False) | Q(entry_seq__isnull=False),
            ),
            models.CheckConstraint(
                name="obligation_opened_by_a_person_has_an_owner",
                condition=Q(opened_by=None) | Q(owner__isnull=False),
            ),
            models.CheckConstraint(
                name="obligation_times_in_order",
                condition=Q(due_at__gt=F("opened_at"))
                & (Q(done_at=None) | Q(done_at__gte=F("opened_at"))),
            ),
            # Nobody waives what they have to do themselves.
            models.CheckConstraint(
                name="obligation_never_waived_by_its_owner",
                condition=~Q(state="waived") | Q(owner=None) | ~Q(done_by=F("owner")),
            ),
            # Reading the record twice owes nothing twice.
            models.UniqueConstraint(
                fields=["kind", "entry_seq"], name="obligation_once_per_entry"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("obligation", args=[self.pk])

    @property
    def from_record(self) -> bool:
        """Whether nobody asked for it: the record itself brought it up."""
        return self.opened_by_id is None

    @property
    def ref(self) -> str:
        """How the ledger names this obligation."""
        return refs.make("obligation", self.pk)

    @property
    def case_ref(self) -> str:
        """How the ledger names the case."""
        return refs.make("request", self.case_id)

    def is_overdue(self, at: datetime) -> bool:
        """Whether the deadline has passed and it is neither done nor waived."""
        return self.state == Obligation.State.OPEN and self.due_at <= at
