"""Who is on call: a weekly rotation of our own, or a calendar that another program keeps."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import User, validate_time_zone
from alerts import rota
from core import refs
from targets import vault


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def in_use(self) -> ScheduleQuerySet:
        """Schedules by which people are told."""
        return self.filter(enabled=True)

    def calendars(self) -> ScheduleQuerySet:
        """Schedules that are read from a calendar."""
        return self.filter(kind=Schedule.Kind.CALENDAR)

    def failing(self) -> ScheduleQuerySet:
        """Schedules in use whose calendar could not be read when it was last tried."""
        return self.in_use().calendars().exclude(last_error="")

    def whole(self) -> ScheduleQuerySet:
        """Schedules with everything that says who is on call, in four queries."""
        return self.prefetch_related("turns__person", "covers__person", "shifts__person")


class Schedule(models.Model):
    """Who is on call at which time.

    A rotation goes through its people week by week. A calendar is fetched from an address, which
    is a secret and sealed for its row, or comes as a file; `calendar` keeps its last good text,
    `shifts` what that says about these weeks.
    """

    class Kind(models.TextChoices):
        ROTATION = "rotation", _("Weekly rotation")
        CALENDAR = "calendar", _("Calendar")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="UTC", validators=[validate_time_zone]
    )
    enabled = models.BooleanField(
        _("in use"), default=True, help_text=_("Without it no route tells anybody by it.")
    )
    hands_over_on = models.PositiveSmallIntegerField(
        _("hands over on"), choices=list(WEEKDAYS.items()), default=0
    )
    hands_over_at = models.TimeField(_("at"), default=time(9))
    begins_on = models.DateField(_("first week begins on"), null=True)
    secret = models.BinaryField(editable=False, blank=True, default=b"")
    secret_set_at = models.DateTimeField(null=True, editable=False)
    file_name = models.CharField(max_length=100, blank=True, editable=False)
    calendar = models.TextField(blank=True, editable=False)
    read_at = models.DateTimeField(_("last read"), null=True, editable=False)
    tried_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)
    objects = models.Manager.from_queryset(ScheduleQuerySet)()

    class Meta:
        verbose_name, verbose_name_plural = _("on-call schedule"), _("on-call schedules")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="schedule_kind_known", condition=Q(kind__in=["rotation", "calendar"])
            ),
            models.CheckConstraint(
                name="schedule_hands_over_on_a_day_of_the_week",
                condition=Q(hands_over_on__range=(0, 6)),
            ),
            models.CheckConstraint(
                name="schedule_rotation_begins_someday",
                condition=Q(kind="calendar") | Q(begins_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:alerts_schedule_change", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this schedule."""
        return refs.make("schedule", self.pk)

    @property
    def secret_place(self) -> str:
        """What its address is sealed for."""
        return f"alerts_schedule/{self.pk.hex}/secret"

    def seal(self, url: str, *, at: datetime) -> None:
        """Put the address of the calendar into this object, encrypted; the caller saves."""
        self.secret, self.secret_set_at = vault.seal(url, place=self.secret_place), at

    def url(self) -> str:
        """Return the address. Raises VaultError when it cannot be opened."""
        return vault.unseal(self.secret, place=self.secret_place) if self.secret else ""

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.time_zone)

    def rota(self) -> rota.Rota:
        """Return it as it stands, in as many queries as it has tables; see `whole`."""
        covers = [each.shift for each in sorted(self.covers.all(), key=lambda each: each.pk)]
        if self.kind == self.Kind.CALENDAR or self.begins_on is None:
            return rota.Rota(shifts=[each.shift for each in self.shifts.all()], covers=covers)
        weekly = rota.Weekly(
            people=[turn.person for turn in self.turns.all()],
            begins=self.begins_on,
            on=self.hands_over_on,
            at=self.hands_over_at,
            zone=self.zone,
        )
        return rota.Rota(weekly=weekly, covers=covers)

    def on_call(self, at: datetime) -> list[User]:
        """Return who is on call at `at`."""
        return self.rota().on_call(at)

    def take_turns(self, people: Sequence[User]) -> None:
        """Let these people take turns, in this order."""
        self.turns.all().delete()
        Turn.objects.bulk_create(
            Turn(schedule=self, position=number, person=person)
            for number, person in enumerate(people)
        )


class Turn(models.Model):
    """Somebody's place in a rotation."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="turns")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "position"], name="turn_once_at_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}. {self.person}"


class Stretch(models.Model):
    """A time of a schedule in which somebody is on call."""

    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def shift(self) -> rota.Shift:
        """It as the rota reckons with it."""
        return rota.Shift(starts=self.starts, ends=self.ends, person=self.who, named=self.called)

    @property
    def who(self) -> User | None:
        """Who is on call."""
        raise NotImplementedError

    @property
    def called(self) -> str:
        """How they are called where they are nobody here."""
        return ""


class Cover(Stretch):
    """Somebody stands in for whoever would be on call; of several the one made last counts."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="covers")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="covers", verbose_name=_("who")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("stand-in"), _("stand-ins")
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(name="cover_ends_later", condition=Q(ends__gt=F("starts")))
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.schedule}"

    @property
    def who(self) -> User:
        return self.person


class CalendarShift(Stretch):
    """What a calendar says about these weeks: made anew each time that it is read."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="shifts")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    named = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(name="shift_ends_later", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(
                name="shift_is_somebodys", condition=Q(person__isnull=False) | ~Q(named="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.named}, {self.schedule}"

    @property
    def who(self) -> User | None:
        return self.person

    @property
    def called(self) -> str:
        return self.named
