"""Scenarios: emergencies defined before they happen, and every version of their rules."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.managers import GroupObjectPermissionManager
from guardian.models import GroupObjectPermissionBase

from accounts.models import User
from breakglass.rules import Rules
from core import refs
from core.speech import english
from targets.models import Target


class Permit(models.TextChoices):
    """What a group may do within one scenario."""

    REQUEST = "request_scenario", _("May request access")
    APPROVE = "approve_scenario", _("May decide on requests")
    REVIEW = "review_scenario", _("May review what was done")
    VIEW = "view_case", _("May look at cases")


def working_week() -> list[int]:
    """Return Monday to Friday."""
    return [0, 1, 2, 3, 4]


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def in_use(self) -> ScenarioQuerySet:
        """Scenarios that can be asked for: published and not archived."""
        return self.filter(archived_at=None, versions__isnull=False).distinct()

    def permitting(self, user: User, permit: Permit, at: datetime) -> ScenarioQuerySet:
        """Scenarios in which one of the person's groups holds `permit` at `at`."""
        return self.filter(pk__in=GroupPermit.objects.held_by(user, permit, at=at))


class Scenario(models.Model):
    """A defined emergency. What counts is its newest version; this row is where it is edited."""

    class Severity(models.TextChoices):
        LOW = "low", _("Low")
        HIGH = "high", _("High")
        CRITICAL = "critical", _("Critical")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    use_when = models.TextField(_("use when"), blank=True)
    not_for = models.TextField(_("not for"), blank=True)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.HIGH)
    drill = models.BooleanField(_("this is an exercise"), default=False)
    targets = models.ManyToManyField(Target, related_name="scenarios", blank=True)
    expected_verbs = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    expected_objects = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    break_glass = models.BooleanField(_("may start before approval"), default=False)
    ratify_within = models.PositiveIntegerField(_("ratify within (minutes)"), default=60)
    answer_within = models.PositiveIntegerField(_("lapses unanswered after (minutes)"), default=240)
    chat_decides = models.BooleanField(
        _("may be decided from a chat"), default=True, db_default=True
    )
    default_minutes = models.PositiveIntegerField(default=30)
    max_minutes = models.PositiveIntegerField(default=60)
    max_concurrent = models.PositiveIntegerField(_("open at once per person"), default=1)
    reference_required = models.BooleanField(_("needs a ticket or incident"), default=True)
    reference_pattern = models.CharField(max_length=200, blank=True)
    reference_hint = models.CharField(max_length=100, blank=True, default="INC-20481")
    intent_required = models.BooleanField(_("needs a plan"), default=False)
    min_justification = models.PositiveIntegerField(_("shortest reason (characters)"), default=20)
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=working_week, blank=True)
    working_from = models.TimeField(default=dt.time(8))
    working_until = models.TimeField(default=dt.time(18))
    time_zone = models.CharField(max_length=50, default="UTC")
    review_within_hours = models.PositiveIntegerField(_("review within (hours)"), default=72)
    strict_review = models.BooleanField(_("two people review"), default=False)
    stop_on_breach = models.BooleanField(
        _("ends at once when a hard rule is broken"), default=False, db_default=False
    )
    alert_groups = models.ManyToManyField(Group, related_name="+", blank=True)
    retention_class = models.CharField(max_length=40, default="standard")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    objects = models.Manager.from_queryset(ScenarioQuerySet)()

    class Meta:
        ordering = ["name"]
        permissions = [(permit.value, permit.label) for permit in Permit]
        constraints = [
            models.CheckConstraint(
                name="scenario_severity_known",
                condition=Q(severity__in=["low", "high", "critical"]),
            ),
            models.CheckConstraint(
                name="scenario_minutes_in_order",
                condition=Q(default_minutes__gt=0, max_minutes__gte=F("default_minutes")),
            ),
            models.CheckConstraint(
                name="scenario_deadlines_positive",
                condition=Q(
                    ratify_within__gt=0,
                    answer_within__gt=0,
                    review_within_hours__gt=0,
                    max_concurrent__gt=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scenario", args=[self.slug])

    @property
    def ref(self) -> str:
        """How the ledger names this scenario."""
        return refs.make("scenario", self.pk)

    @property
    def current(self) -> ScenarioVersion | None:
        """The version that new requests pin; None before the first publication."""
        return self.versions.order_by("-number").first()


class ApprovalStep(models.Model):
    """One group that is asked, in order, as `rules.Step` explains."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    quorum = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    escalate_after = models.PositiveIntegerField(
        _("ask the next step too after (minutes)"), null=True, blank=True
    )
    stands_in = models.BooleanField(_("answers for the step before"), default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            # Deferrable, so that two steps can change places.
            models.UniqueConstraint(
                fields=["scenario", "position"],
                name="step_position_once",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(name="step_quorum_positive", condition=Q(quorum__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.quorum} of {self.group}"


class ScenarioVersion(models.Model):
    """The rules as they stood after one saved change. Never altered: the database refuses."""

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.rules.name} v{self.number}"

    @functools.cached_property
    def rules(self) -> Rules:
        """What this version says."""
        return Rules.from_body(self.body)


class GroupPermitQuerySet(models.QuerySet["GroupPermit"]):
    def standing(self, at: datetime) -> GroupPermitQuerySet:
        """Permits that have not ended at `at`."""
        return self.filter(Q(until=None) | Q(until__gt=at))

    def of(self, *permits: Permit) -> GroupPermitQuerySet:
        """Permits of these kinds."""
        return self.filter(permission__codename__in=[permit.value for permit in permits])

    def held_by(self, user: User, *permits: Permit, at: datetime) -> Collection[Any]:
        """The ids of the scenarios in which a group of `user` holds any of `permits` at `at`.

        For who is settled they are fetched already; else they are part of the query that asks.
        """
        if user.is_settled:
            return scenarios_of(user, *permits, at=at)
        held = self.of(*permits).standing(at).filter(group__in=user.groups_at(at))
        scenarios: Collection[Any] = held.values("content_object")
        return scenarios


GroupPermitManager = GroupObjectPermissionManager.from_queryset(GroupPermitQuerySet)


class GroupPermit(GroupObjectPermissionBase):
    """A group's permission in one scenario: guardian's row, with an optional end."""

    content_object = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="permits")
    until = models.DateTimeField(null=True, blank=True)
    objects: ClassVar[GroupPermitManager] = GroupPermitManager()

    def __str__(self) -> str:
        permit = english(Permit(self.permission.codename).label).lower()
        return f"{self.group} {permit} in {self.content_object}"


def permits_of(person: User, at: datetime) -> set[tuple[str, uuid.UUID, int]]:
    """Return what the person's groups may do at `at`: permit, scenario and group of each."""
    memory = vars(person) if person.is_settled else {}
    if "_permits" not in memory:
        memory["_permits"] = _permits_of(person)
    return {
        (permit, scenario, group)
        for permit, scenario, group, *ends in memory["_permits"]
        if all(end is None or end > at for end in ends)
    }


def _permits_of(person: User) -> list[tuple[Any, ...]]:
    """Return the permits of all the person's groups, each with its end and the membership's."""
    rows = GroupPermit.objects.filter(group__memberships__user=person)
    ends = "until", "group__memberships__until"
    return list(rows.values_list("permission__codename", "content_object", "group", *ends))


def scenarios_of(person: User, *permits: Permit, at: datetime) -> set[uuid.UUID]:
    """Return the ids of the scenarios in which a group of the person holds any of `permits`."""
    return {scenario for permit, scenario, _group in permits_of(person, at) if permit in permits}
