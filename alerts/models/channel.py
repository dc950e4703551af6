"""By what people are told: the channels of an installation, and where each person is on them."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import refs
from targets import vault

# Mail is there without being set up: its server is a setting of the installation.
MAIL = uuid.UUID("6d61696c-0000-4000-8000-000000000000")


class ChannelQuerySet(models.QuerySet["Channel"]):
    def in_use(self) -> ChannelQuerySet:
        """Channels that messages are made for."""
        return self.filter(enabled=True)

    def personal(self) -> ChannelQuerySet:
        """Channels on which each person has an address of their own."""
        return self.filter(personal=True)

    def failing(self) -> ChannelQuerySet:
        """Channels in use that failed so often that they rest."""
        return self.in_use().exclude(rests_until=None).filter(failures__gt=0)

    def awake(self, at: datetime) -> ChannelQuerySet:
        """Channels that are tried at `at`; the others rest after failing again and again."""
        return self.filter(Q(rests_until=None) | Q(rests_until__lte=at))


class Channel(models.Model):
    """A way out of the house: mail, Slack, a webhook, or anything that Apprise speaks.

    A *personal* channel reaches each person at their own address (`Contact`), any other is one
    place: a room of a chat, an endpoint. What is secret about it is sealed for its row.

    `failures` counts how often in a row the channel itself failed; after some it rests until
    `rests_until`, and urgent messages go by the channel that it `falls_back_to`.
    """

    class Kind(models.TextChoices):
        MAIL = "mail", _("Mail")
        SLACK = "slack", "Slack"
        WEBHOOK = "webhook", _("Webhook")
        APPRISE = "apprise", "Apprise"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    personal = models.BooleanField(
        _("reaches each person"),
        default=False,
        help_text=_("Each person has an address of their own there. Otherwise it is one place."),
    )
    place = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("Where it leads, as people may read it: a room, the name of a service."),
    )
    enabled = models.BooleanField(
        _("in use"), default=True, help_text=_("Without it nothing is sent there any more.")
    )
    quotes = models.BooleanField(
        _("tells what people wrote"),
        default=True,
        help_text=_("Without it reasons, plans and answers are read in Breakglass only."),
    )
    secret = models.BinaryField(editable=False, blank=True, default=b"")
    secret_set_at = models.DateTimeField(null=True, editable=False)
    falls_back_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="stands_in_for",
        null=True,
        blank=True,
        verbose_name=_("falls back to"),
        help_text=_("Where urgent messages go when this channel fails. People get mail anyway."),
    )
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, editable=False)
    last_failed_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    objects = models.Manager.from_queryset(ChannelQuerySet)()

    class Meta:
        verbose_name, verbose_name_plural = _("channel"), _("channels")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="channel_kind_known",
                condition=Q(kind__in=["mail", "slack", "webhook", "apprise"]),
            ),
            models.CheckConstraint(
                name="channel_mail_is_one", condition=Q(kind="mail", pk=MAIL) | ~Q(kind="mail")
            ),
            models.CheckConstraint(
                name="channel_webhook_is_a_place", condition=~Q(kind="webhook") | Q(personal=False)
            ),
            models.CheckConstraint(
                name="channel_falls_back_to_another",
                condition=Q(falls_back_to=None) | ~Q(falls_back_to=models.F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("admin:alerts_channel_change", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this channel."""
        return refs.make("channel", self.pk)

    @property
    def secret_place(self) -> str:
        """What its secrets are sealed for."""
        return f"alerts_channel/{self.pk.hex}/secret"

    def seal(self, secret: dict[str, Any], *, at: datetime) -> None:
        """Put what is secret about the channel into this object, encrypted; the caller saves."""
        self.secret = vault.seal(json.dumps(secret), place=self.secret_place)
        self.secret_set_at = at

    def unsealed(self) -> dict[str, Any]:
        """Return what is secret about it. Raises VaultError when it cannot be opened."""
        if not self.secret:
            return {}
        found: dict[str, Any] = json.loads(vault.unseal(self.secret, place=self.secret_place))
        return found


class ContactQuerySet(models.QuerySet["Contact"]):
    def taking(self, *, urgent: bool) -> ContactQuerySet:
        """Contacts in use that messages of this urgency go to."""
        rows = self.filter(channel__enabled=True).select_related("channel")
        return rows if urgent else rows.filter(takes=Contact.Takes.ALL)


class Contact(models.Model):
    """Where a person is reached on one personal channel, and with what.

    Without a row for mail a person gets all of their mails, at the address they sign in with.
    """

    class Takes(models.TextChoices):
        ALL = "all", _("Everything")
        URGENT = "urgent", _("Only what is urgent")

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contacts")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="contacts")
    address = models.CharField(max_length=200, blank=True)
    takes = models.CharField(max_length=6, choices=Takes, default=Takes.ALL)
    added_at = models.DateTimeField()
    objects = models.Manager.from_queryset(ContactQuerySet)()

    class Meta:
        ordering = ["channel__name"]
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], name="contact_once"),
            models.CheckConstraint(
                name="contact_takes_known", condition=Q(takes__in=["all", "urgent"])
            ),
            models.CheckConstraint(
                name="contact_has_an_address", condition=~Q(address="") | Q(channel=MAIL)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.channel}"


class Quiet(models.Model):
    """When somebody is not told of what is not urgent: at night, or but once a day.

    What is held back comes as one message, at the end of the quiet hours or at `daily_at`, in the
    person's own time zone. What is urgent comes at once, always.
    """

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="quiet")
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    daily_at = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_begin_and_end",
                condition=Q(starts=None, ends=None) | Q(starts__isnull=False, ends__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    def until(self, at: datetime) -> datetime:
        """Return when something that is not urgent and happened at `at` may be told."""
        zone = ZoneInfo(self.person.time_zone)
        if self.daily_at:
            return _next(self.daily_at, at, zone)
        if self.starts is None or self.ends is None or self.starts == self.ends:
            return at
        now, night = at.astimezone(zone).time(), self.starts > self.ends
        inside = now >= self.starts or now < self.ends if night else self.starts <= now < self.ends
        return _next(self.ends, at, zone) if inside else at


def _next(clock: time, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the next time after `at` when the clock of a zone shows `clock`."""
    day = at.astimezone(zone).date()
    today = datetime.combine(day, clock, tzinfo=zone)
    return today if today > at else datetime.combine(day + timedelta(days=1), clock, tzinfo=zone)
