"""Freezes: the panic switch."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from breakglass.models.scenario import Scenario
from core import refs
from core.speech import phrase

if TYPE_CHECKING:
    from breakglass.models.grant import Grant


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def standing(self) -> FreezeQuerySet:
        """Freezes that two people have not lifted."""
        return self.filter(lifted_at=None)

    def keeping_out(self, person: User) -> FreezeQuerySet:
        """Standing freezes that keep `person` out of every scenario."""
        return self.standing().filter(Q(kind=Freeze.Kind.ALL) | Q(person=person))

    def holding(self, person: User, scenario: Scenario) -> FreezeQuerySet:
        """Standing freezes that keep `person` out of `scenario`."""
        return self.standing().filter(
            Q(kind=Freeze.Kind.ALL) | Q(person=person) | Q(scenario=scenario)
        )


class Freeze(models.Model):
    """No access for a person, in a scenario, or for anybody, until two people lift it."""

    class Kind(models.TextChoices):
        PERSON = "person", _("One person")
        SCENARIO = "scenario", _("One scenario")
        ALL = "all", _("Everything")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="freezes", null=True)
    scenario = models.ForeignKey(
        Scenario, on_delete=models.PROTECT, related_name="freezes", null=True
    )
    reason = models.TextField()
    imposed_at = models.DateTimeField()
    imposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lift_proposed_at = models.DateTimeField(null=True)
    lift_proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True
    )
    # Empty also where a lift was proposed before a reason was asked for.
    lift_reason = models.TextField(blank=True, db_default="")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    objects = models.Manager.from_queryset(FreezeQuerySet)()

    class Meta:
        ordering = ["-imposed_at"]
        constraints = [
            models.CheckConstraint(
                name="freeze_names_what_it_freezes",
                condition=Q(kind="person", person__isnull=False, scenario=None)
                | Q(kind="scenario", person=None, scenario__isnull=False)
                | Q(kind="all", person=None, scenario=None),
            ),
            models.CheckConstraint(
                name="freeze_lifted_by_two",
                condition=Q(lifted_at=None, lifted_by=None)
                | (
                    Q(lifted_at__isnull=False, lift_proposed_by__isnull=False)
                    & Q(lifted_by__isnull=False)
                    & ~Q(lifted_by=models.F("lift_proposed_by"))
                ),
            ),
            models.UniqueConstraint(
                fields=["kind", "person", "scenario"],
                name="freeze_once",
                condition=Q(lifted_at=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what}"

    @property
    def ref(self) -> str:
        """How the ledger names this freeze."""
        return refs.make("freeze", self.pk)

    @property
    def what(self) -> str:
        """Name what is frozen: a person, a scenario, or the sentence part for all there is."""
        return str(self.person or self.scenario or "") or phrase("everything")

    def stops(self, grant: Grant) -> bool:
        """Whether this freeze ends `grant`."""
        return (
            self.kind == Freeze.Kind.ALL
            or self.person_id == grant.holder_id
            or (self.scenario_id is not None and self.scenario_id == grant.scenario_id)
        )
