"""An alert that is to be read: until somebody says so, more and more people are told."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import refs


class SilenceQuerySet(models.QuerySet["Silence"]):
    def due(self, at: datetime) -> SilenceQuerySet:
        """Alerts whose next audience is to be told by now."""
        return self.filter(state=Silence.State.WAITING, next_at__lte=at).order_by("next_at")

    def unseen(self) -> SilenceQuerySet:
        """Alerts that nobody has read, although everybody who might was told."""
        return self.filter(state=Silence.State.UNSEEN).order_by("-entry_seq")


class Silence(models.Model):
    """One event that its readers were asked to say they have read, and how far nobody has.

    `stage` counts the audiences that were told after the first one. It ends as `seen` when
    somebody of any of them says so or acts on the case, and as `unseen` after the last one: that
    is a finding, which a late reader still ends.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Nobody yet")
        SEEN = "seen", _("Read")
        UNSEEN = "unseen", _("Read by nobody")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry_seq = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    case = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField()
    stage = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    next_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    objects = models.Manager.from_queryset(SilenceQuerySet)()

    class Meta:
        ordering = ["-entry_seq"]
        indexes = [
            models.Index(fields=["next_at"], name="silence_due", condition=Q(state="waiting")),
            models.Index(fields=["state"], name="silence_unseen", condition=Q(state="unseen")),
        ]
        constraints = [
            models.CheckConstraint(
                name="silence_state_known", condition=Q(state__in=["waiting", "seen", "unseen"])
            ),
            models.CheckConstraint(
                name="silence_goes_on_exactly_while_it_waits",
                condition=Q(state="waiting", next_at__isnull=False)
                | (~Q(state="waiting") & Q(next_at=None)),
            ),
            models.CheckConstraint(
                name="silence_seen_at_set_exactly_when_seen",
                condition=Q(state="seen", seen_at__isnull=False)
                | (~Q(state="seen") & Q(seen_at=None, seen_by=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.entry_seq})"

    @property
    def ref(self) -> str:
        """How the ledger names this silence."""
        return refs.make("silence", self.pk)
