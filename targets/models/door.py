"""The doors that are opened on targets, and how far their logs are read."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core import refs
from targets.models.target import Installation, Target


def _usable(at: datetime) -> Q:
    return Q(state=Door.State.OPEN, starts_at__lte=at, until__gt=at)


class DoorQuerySet(models.QuerySet["Door"]):
    def for_grant(self, grant: UUID) -> DoorQuerySet:
        """The doors of one grant, by the name of their target."""
        return self.filter(grant=grant).select_related("target").order_by("target__name")

    def live(self) -> DoorQuerySet:
        """Doors that explain a principal of ours on a target: all but the closed ones."""
        return self.exclude(state=Door.State.CLOSED)

    def usable(self, at: datetime) -> DoorQuerySet:
        """Doors through which somebody may go at `at`. The clock decides, not the sweep."""
        return self.filter(_usable(at))

    def standing(self, at: datetime, *, late: datetime) -> dict[str, int]:
        """How many are `usable` at `at`, and how many should be closed since `late` and are not
        (`stuck`), in one query over what is not closed.
        """
        closing = Q(state__in=Door.TO_CLOSE, closing_at__lte=late)
        return self.live().aggregate(
            usable=Count("pk", filter=_usable(at)),
            stuck=Count("pk", filter=Q(until__lte=late) | closing),
        )

    def due(self, at: datetime) -> DoorQuerySet:
        """Doors whose time is over and which are not proved closed."""
        return self.live().filter(until__lte=at)

    def unsettled(self, at: datetime) -> DoorQuerySet:
        """Doors whose target is not yet as they say, and which may be tried (again) at `at`."""
        opening = Q(state__in=Door.TO_OPEN, starts_at__lte=at, until__gt=at)
        stale = Q(state=Door.State.OPEN, until__gt=at) & ~Q(until_on_target=F("until"))
        shutting = Q(state__in=Door.TO_CLOSE)
        return self.filter(opening | stale | shutting, next_attempt_at__lte=at)

    def uncollected(self) -> DoorQuerySet:
        """Doors that let somebody in and whose last actions may still be in the target's log."""
        return self.filter(opened_at__isnull=False, collected_at=None)

    def take_lease(self, door: Door, *, seconds: float) -> UUID | None:
        """Claim the sole right to act on the door's target for some seconds, by the database's
        clock; None when another process has it. A lease ends by itself when its holder dies.
        """
        lease, free = uuid.uuid4(), Q(lease_until=None) | Q(lease_until__lte=Now())
        until = Now() + timedelta(seconds=seconds)
        taken = self.filter(free, pk=door.pk).update(lease=lease, lease_until=until)
        return lease if taken else None

    def renew_lease(self, lease: UUID, *, seconds: float) -> bool:
        """Keep a lease for some more seconds; False when another process has it by now."""
        until = Now() + timedelta(seconds=seconds)
        return self.filter(lease=lease).update(lease_until=until) == 1

    def drop_lease(self, lease: UUID) -> None:
        """Give back what `take_lease` claimed."""
        self.filter(lease=lease).update(lease=None, lease_until=None)


class Door(models.Model):
    """One grant's opening on one target."""

    class State(models.TextChoices):
        OPENING = "opening", _("Opening")
        OPEN = "open", _("Open")
        OPEN_FAILED = "open_failed", _("Cannot be opened")
        CLOSING = "closing", _("Closing")
        CLOSE_FAILED = "close_failed", _("Cannot be closed")
        CLOSED = "closed", _("Closed")

    TO_OPEN = (State.OPENING, State.OPEN_FAILED)
    TO_CLOSE = (State.CLOSING, State.CLOSE_FAILED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.UUIDField(db_index=True)
    holder = models.CharField(max_length=80)
    case = models.CharField(max_length=80)
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="doors")
    read_only = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.OPENING)
    handle = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    until = models.DateTimeField()
    until_on_target = models.DateTimeField(null=True)  # the `until` that the target was told
    credentials_issued_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closing_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)  # when a login was last seen to be refused
    collected_at = models.DateTimeField(null=True)  # when the log was read past its end
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(DoorQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["until"], name="door_live", condition=~Q(state="closed")),
            models.Index(fields=["created_at"], name="door_made_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="door_state_known",
                condition=Q(state__in=["opening", "open", "open_failed"])
                | Q(state__in=["closing", "close_failed", "closed"]),
            ),
            models.CheckConstraint(
                name="door_ends_after_start", condition=Q(until__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="door_opened_when_open",
                condition=~Q(state="open") | Q(opened_at__isnull=False),
            ),
            models.CheckConstraint(
                name="door_closing_at_set_exactly_when_shut",
                condition=Q(state__in=["opening", "open", "open_failed"], closing_at=None)
                | Q(state__in=["closing", "close_failed", "closed"], closing_at__isnull=False),
            ),
            models.CheckConstraint(
                name="door_closed_exactly_with_proof",
                condition=Q(state="closed", closed_at__isnull=False, verified_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None, verified_at=None)),
            ),
            models.UniqueConstraint(name="door_one_per_grant", fields=["grant", "target"]),
            models.UniqueConstraint(name="door_handle_once", fields=["target", "handle"]),
        ]

    def __str__(self) -> str:
        return f"{self.target} ({self.get_state_display().lower()})"

    @property
    def ref(self) -> str:
        """How the ledger names this door."""
        return refs.make("door", self.pk)

    @property
    def grant_ref(self) -> str:
        """How the ledger names the grant this door belongs to."""
        return refs.make("grant", self.grant)

    @property
    def mark(self) -> str:
        """What stands on the principal at the target, so that we know our own again."""
        return f"breakglass:{Installation.mark()}:door:{self.pk.hex}"


class LogPosition(models.Model):
    """How far the log of a target has been read; moves together with the entries made of it."""

    target = models.OneToOneField(
        Target, on_delete=models.CASCADE, primary_key=True, related_name="log_position"
    )
    file = models.CharField(max_length=255)
    offset = models.PositiveBigIntegerField(default=0)
    modified_at = models.DateTimeField()  # of the file, by the target's clock
    running = models.JSONField(default=dict)  # statements whose end has not been read yet
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.file}@{self.offset}"


def handle_of(door: UUID) -> str:
    """Return the name of a door's principal at its target: a pure function, so that a crash can
    never lose what was created.
    """
    return f"bg_{door.hex[:16]}"
