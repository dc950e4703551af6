"""Legal holds: what must neither be pruned nor erased, whatever its age, until two people lift it.

`audit.models` imports this module, so that Django finds its table.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import refs


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self) -> HoldQuerySet:
        """Holds that two people have not lifted."""
        return self.filter(lifted_at=None)

    def over(self) -> HoldQuerySet:
        """Holds that were lifted, the newest first."""
        return self.exclude(lifted_at=None).order_by("-lifted_at")

    def entries(self, prefix: str = "") -> Q:
        """Return what finds the entries under these holds, by columns that begin with `prefix`."""
        found = Q(pk__in=[])
        for kind, ref in self.values_list("kind", "ref"):
            if kind == Hold.Kind.EVERYTHING:
                return ~found
            columns = ("case", "subject") if kind == Hold.Kind.CASE else ("actor", "subject")
            for column in columns:
                found |= Q(**{f"{prefix}{column}": ref})
        return found


class Hold(models.Model):
    """The entries of a case, by and about a person, or all there are stay until this is lifted.

    People are references, as everywhere in this room. Whoever proposes to lift it, another does.
    """

    class Kind(models.TextChoices):
        CASE = "case", _("A case")
        PERSON = "person", _("A person")
        EVERYTHING = "everything", _("Everything")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    ref = models.CharField(max_length=80, blank=True)  # of the case or the person
    reason = models.TextField()
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=80)
    lift_reason = models.TextField(blank=True)
    lift_proposed_at = models.DateTimeField(null=True)
    lift_proposed_by = models.CharField(max_length=80, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=80, blank=True)
    objects = models.Manager.from_queryset(HoldQuerySet)()

    class Meta:
        db_table = "audit_hold"
        ordering = ["-placed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="hold_names_what_it_holds",
                condition=Q(kind="everything", ref="")
                | (Q(kind__in=["case", "person"]) & ~Q(ref="")),
            ),
            models.CheckConstraint(
                name="hold_lift_is_proposed_with_a_reason",
                condition=Q(lift_proposed_at=None, lift_proposed_by="", lift_reason="")
                | Q(lift_proposed_at__isnull=False) & ~Q(lift_proposed_by="") & ~Q(lift_reason=""),
            ),
            models.CheckConstraint(
                name="hold_lifted_by_two",
                condition=Q(lifted_at=None, lifted_by="")
                | Q(lifted_at__isnull=False, lift_proposed_at__isnull=False)
                & ~Q(lifted_by="")
                & ~Q(lifted_by=F("lift_proposed_by")),
            ),
            models.UniqueConstraint(
                fields=["kind", "ref"], name="hold_once", condition=Q(lifted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}".strip()

    @property
    def own_ref(self) -> str:
        """How the record names this hold."""
        return refs.make("hold", self.pk)

    @property
    def case(self) -> str:
        """The case it is part of, as the record names it; empty for other holds."""
        return self.ref if self.kind == Hold.Kind.CASE else ""
