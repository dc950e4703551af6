"""Proposed changes: what weakens a control waits here for a second administrator."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import refs


class ProposedChangeQuerySet(models.QuerySet["ProposedChange"]):
    def waiting(self) -> ProposedChangeQuerySet:
        """Changes that nobody has decided on."""
        return self.filter(state=ProposedChange.State.WAITING)

    def of(self, kind: str, key: str) -> ProposedChangeQuerySet:
        """Changes of one thing."""
        return self.filter(kind=kind, key=key)

    def lapsed_by(self, at: datetime) -> ProposedChangeQuerySet:
        """Waiting changes whose time is over at `at`."""
        return self.waiting().filter(lapse_at__lte=at)

    def told(self) -> ProposedChangeQuerySet:
        """Changes with the people that a page names."""
        return self.select_related("proposed_by", "decided_by")


class ProposedChange(models.Model):
    """The full settings that one administrator wants for one thing, and another decides on.

    `before` is what was set when it was proposed (nothing: a new thing), `version` the scenario's
    version that it was made against. `hidden` holds a sealed password or the hash of one until it
    is decided. `proposed_by` is None for the operator of the server, who has no account; so is
    `decided_by` where the operator accepted it alone.
    """

    class Kind(models.TextChoices):
        SCENARIO = "scenario", _("Scenario")
        PERSON = "person", _("Person")
        GROUP = "group", _("Group")
        TARGET = "target", _("Target")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=32)  # the id: hex digits, of a group a number
    name = models.CharField(max_length=254)
    before = models.JSONField()
    after = models.JSONField()
    hidden = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(null=True)
    weakenings = models.JSONField()  # sentences, in English as the record has them
    reason = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    lapse_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    answer = models.TextField(blank=True)
    objects = models.Manager.from_queryset(ProposedChangeQuerySet)()

    class Meta:
        ordering = ["-proposed_at"]
        indexes = [
            models.Index(fields=["lapse_at"], name="change_waiting", condition=Q(state="waiting")),
            models.Index(fields=["kind", "key", "-proposed_at"], name="change_of_thing"),
        ]
        constraints = [
            models.CheckConstraint(
                name="change_kind_known",
                condition=Q(kind__in=["scenario", "person", "group", "target"]),
            ),
            models.CheckConstraint(
                name="change_state_known",
                condition=Q(state__in=["waiting", "accepted", "declined", "withdrawn", "lapsed"]),
            ),
            models.CheckConstraint(
                name="change_decided_at_set_exactly_when_over",
                condition=Q(state="waiting", decided_at=None, decided_by=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="change_decided_by_another",
                condition=Q(state__in=["waiting", "withdrawn"])
                | Q(state__in=["accepted", "lapsed"], decided_by=None)
                | Q(state__in=["accepted", "declined"], decided_by__isnull=False)
                & (Q(proposed_by=None) | ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="change_keeps_secrets_only_while_it_waits",
                condition=Q(state="waiting") | Q(hidden={}),
            ),
            models.CheckConstraint(
                name="change_times_in_order",
                condition=Q(lapse_at__gt=F("proposed_at"))
                & (Q(decided_at=None) | Q(decided_at__gte=F("proposed_at"))),
            ),
            models.UniqueConstraint(
                fields=["kind", "key", "proposed_by"],
                name="change_one_waiting_per_thing_and_proposer",
                condition=Q(state="waiting"),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"Change of {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("change", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this change."""
        return refs.make("change", self.pk)

    @property
    def subject(self) -> str:
        """How the ledger names what is to be changed."""
        return f"{'user' if self.kind == self.Kind.PERSON else self.kind}:{self.key}"

    @property
    def new(self) -> bool:
        """Whether it makes something that is not there yet."""
        return not self.before
