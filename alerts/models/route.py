"""Who else is told of what: rows that add to the built-in table, and never take from it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Part
from alerts.models.channel import Channel
from alerts.models.schedule import Schedule
from breakglass.models import Scenario
from core import refs


class RouteQuerySet(models.QuerySet["Route"]):
    def in_use(self) -> RouteQuerySet:
        """Routes by which people are told, those that were set aside among them."""
        return self.filter(enabled=True)

    def working(self) -> RouteQuerySet:
        """Routes in use without those that were set aside; the urgent ones first."""
        return self.in_use().filter(set_aside_at=None).order_by("-urgent", "name")

    def telling(self, kind: str) -> RouteQuerySet:
        """Routes for one kind of event."""
        return self.filter(events__contains=[kind])

    def of_scenario(self, scenario: Scenario) -> RouteQuerySet:
        """Routes that add to one scenario: those for it, and those for all."""
        return self.filter(Q(scenarios=scenario) | Q(scenarios=None))

    def whole(self) -> RouteQuerySet:
        """Routes with all that they add; the queries do not grow with their number."""
        return self.prefetch_related("scenarios", "places", "steps", *_audience(""),
                                     *_audience("steps__"))  # fmt: skip


def _audience(prefix: str) -> list[str]:
    tables = ("turns__person", "covers__person", "shifts__person")
    return [f"{prefix}teams", *(f"{prefix}schedules__{table}" for table in tables)]


class Audience(models.Model):
    """People by parts, groups (`teams`), and who is on call at the moment."""

    parts = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    teams = models.ManyToManyField(Group, related_name="+", blank=True)
    schedules = models.ManyToManyField(Schedule, related_name="+", blank=True)

    class Meta:
        abstract = True


class Route(Audience):
    """An addition to the built-in routes: of which events, when, and who is told.

    Without `scenarios` it is for all of them. One that cannot be applied is set aside until
    somebody saves it again: the built-in routes go on without it.
    """

    class Drills(models.TextChoices):
        ALSO = "also", _("Drills as well")
        NONE = "none", _("No drills")
        ONLY = "only", _("Only drills")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    enabled = models.BooleanField(
        _("in use"), default=True, help_text=_("Without it nobody is told by it any more.")
    )
    events = ArrayField(models.CharField(max_length=60), default=list)
    scenarios = models.ManyToManyField(Scenario, related_name="routes", blank=True)
    only_broken = models.BooleanField(_("only where the glass was broken"), default=False)
    only_off_hours = models.BooleanField(_("only outside working hours"), default=False)
    drills = models.CharField(max_length=4, choices=Drills, default=Drills.ALSO)
    places = models.ManyToManyField(Channel, related_name="routes", blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    set_aside_at = models.DateTimeField(_("set aside"), null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    objects = models.Manager.from_queryset(RouteQuerySet)()

    class Meta:
        verbose_name, verbose_name_plural = _("route"), _("routes")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="route_drills_known", condition=Q(drills__in=["also", "none", "only"])
            ),
            models.CheckConstraint(name="route_is_of_some_event", condition=Q(events__len__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:alerts_route_change", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this route."""
        return refs.make("route", self.pk)

    def names(self) -> list[str]:
        """Name whom it tells first."""
        parts = [str(Part(each).label) for each in self.parts if each in Part.values]
        rows = (*self.teams.all(), *self.schedules.all(), *self.places.all())
        return [*parts, *map(str, rows)]

    def set_aside(self, error: str, *, at: datetime) -> bool:
        """Leave it out from now on; return whether nobody else has done so already."""
        rows = Route.objects.filter(pk=self.pk, set_aside_at=None)
        return bool(rows.update(set_aside_at=at, last_error=error[:500]))


class RouteStep(Audience):
    """Who is told by a route where nobody has read it, after those that the house tells anyway."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    after_minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["route", "position"], name="route_step_once"),
            models.CheckConstraint(name="route_step_one_of_two", condition=Q(position__in=[0, 1])),
            models.CheckConstraint(
                name="route_step_within_two_hours", condition=Q(after_minutes__range=(1, 120))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route}, {self.position + 1}"
