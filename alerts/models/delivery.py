"""One event, one recipient, one channel: what became of it, and whether it was read."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Part, User
from alerts.models.channel import MAIL, Channel
from audit.events import title_of
from core import refs

# Who looks after all messages; anybody else sees their own.
OVERSEERS = (Part.RESPONDER, Part.COMPLIANCE, Part.AUDITOR, Part.ADMINISTRATOR)

ASKED_TO_DECIDE = ("change.proposed", "erasure.proposed")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> DeliveryQuerySet:
        """Messages to hand over at `at`, the urgent ones first."""
        rows = self.filter(state__in=Delivery.WAITING, next_attempt_at__lte=at)
        return rows.order_by("-urgent", "entry_seq", "pk")

    def in_turn(self) -> DeliveryQuerySet:
        """Without those that an earlier message of their case to the same reader still precedes.

        What is held back to come together with others holds up none.
        """
        earlier = Delivery.objects.filter(
            Q(recipient=OuterRef("recipient")) | Q(recipient=None),
            state__in=Delivery.WAITING,
            case=OuterRef("case"),
            channel=OuterRef("channel"),
            entry_seq__lt=OuterRef("entry_seq"),
            together=False,
        )
        return self.exclude(~Q(case=""), Exists(earlier))

    def of_reader(self, other: Delivery) -> DeliveryQuerySet:
        """Messages to the reader of another one, on the same channel."""
        return self.filter(recipient=other.recipient, channel=other.channel)

    def read_of(self, entry: int) -> DeliveryQuerySet:
        """Messages about an entry, or about its being unread, whose readers have read them."""
        rows = self.about(entry).filter(acknowledged_at__isnull=False)
        return rows.order_by("acknowledged_at")

    def about(self, entry: int) -> DeliveryQuerySet:
        """Messages to people about an entry, or about its being unread."""
        return self.filter(Q(entry_seq=entry) | Q(root=entry), recipient__isnull=False)

    def joinable_with(self, first: Delivery, *, at: datetime) -> DeliveryQuerySet:
        """Messages that may come as one with `first`, none of them before its turn."""
        mine = self.of_reader(first)
        waits = Delivery.objects.of_reader(first).filter(state__in=Delivery.WAITING)
        later = waits.filter(next_attempt_at__gt=at, together=False).exclude(case="")
        mine = mine.exclude(case__in=later.values("case"))
        return mine.filter(together=True) if first.together else mine

    def due_on(self, channel: Channel) -> DeliveryQuerySet:
        """Messages that wait for a channel."""
        return self.filter(channel=channel, state__in=Delivery.WAITING)

    def unread(self) -> DeliveryQuerySet:
        """Messages whose recipients still have to say that they have read them.

        Home, the badge and the list count the same. Whoever is asked to decide (on a change, an
        erasure) has that decision waiting instead.
        """
        return self.filter(receipt=True, acknowledged_at=None).exclude(kind__in=ASKED_TO_DECIDE)

    def standing(self, *, late: datetime, since: datetime) -> dict[str, int]:
        """How many are `waiting`, how many of these since before `late`, and how many were given
        up (`dead`) after `since`, in one query over what was not sent.
        """
        waits, dead = Q(state__in=Delivery.WAITING), Q(state=Delivery.State.DEAD)
        return self.exclude(state=Delivery.State.SENT).aggregate(
            waiting=Count("pk", filter=waits),
            late=Count("pk", filter=waits & Q(created_at__lt=late)),
            dead=Count("pk", filter=dead & Q(created_at__gt=since)),
        )

    def receipt_of(self, other: Delivery) -> Delivery | None:
        """Return the message by which its reader says that they have read it, on any channel."""
        if other.receipt or other.recipient is None:
            return other if other.receipt else None
        rows = self.filter(entry_seq=other.entry_seq, recipient=other.recipient, receipt=True)
        return rows.first()

    def waiting_with(self, other: Delivery, *, reader: User) -> DeliveryQuerySet:
        """What `reader` has not said they have read, of a message and those before in its case."""
        mine = self.filter(recipient=reader, receipt=True, acknowledged_at=None)
        if not other.case:
            return mine.filter(entry_seq=other.entry_seq)
        return mine.filter(case=other.case, entry_seq__lte=other.entry_seq).order_by("entry_seq")

    def of_case(self, case: str) -> DeliveryQuerySet:
        """The messages of one case, oldest first."""
        return self.filter(case=case).order_by("entry_seq", "pk")

    def visible_to(self, user: User) -> DeliveryQuerySet:
        """All messages for those who look after them, for anybody else their own."""
        if set(OVERSEERS) & set(user.parts()):
            return self
        return self.filter(recipient=user)


class Delivery(models.Model):
    """One event, one recipient, one channel.

    `attempts` counts what was begun, also what broke off with the process that began it.
    `next_attempt_at` is when it is tried (again); while it is being tried, when another process
    may take it for lost.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        RETRYING = "retrying", _("Tried again")
        DEAD = "dead", _("Undelivered")

    class Audience(models.TextChoices):
        ASKED = "asked", _("you are asked to decide")
        REQUESTER = "requester", _("this is your access")
        FROZEN = "frozen", _("you are frozen")
        APPROVER = "approver", _("you were asked to decide")
        ASKER = "asker", _("you asked a question")
        RESPONDER = "responder", _("you are a responder")
        COMPLIANCE = "compliance", _("you are a compliance officer")
        ALERTED = "alerted", _("your group is alerted in this scenario")
        REVIEWER = "reviewer", _("you review cases of this scenario")
        AUDITOR = "auditor", _("you are an auditor")
        ADMINISTRATOR = "administrator", _("you are an administrator")
        ROUTED = "routed", _("a route of this installation says so")
        PROPOSER = "proposer", _("you proposed this change")
        UNREAD = "unread", _("nobody has said that they read it")
        MEMBER = "member", _("your groups were changed")
        SUBSTITUTE = "substitute", _("you stand in for somebody, or somebody for you")
        ASSIGNED = "assigned", _("it is yours to do")
        JUDGE = "judge", _("you judged this case before")

    WAITING = (State.QUEUED, State.RETRYING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry_seq = models.BigIntegerField()
    root = models.BigIntegerField(null=True)  # the entry that nobody has read, where this says so
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    case = models.CharField(max_length=80, blank=True)
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="deliveries", null=True
    )
    audience = models.CharField(max_length=16, choices=Audience)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="deliveries", default=MAIL
    )
    instead_of = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    urgent = models.BooleanField(default=False)
    receipt = models.BooleanField(default=False)
    drill = models.BooleanField(default=False)
    together = models.BooleanField(default=False)  # with others that were held back
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    objects = models.Manager.from_queryset(DeliveryQuerySet)()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-entry_seq", "-id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="delivery_waiting",
                condition=Q(state__in=["queued", "retrying"]),
            ),
            models.Index(
                fields=["state", "-entry_seq", "-id"],
                name="delivery_not_sent",
                condition=~Q(state="sent"),
            ),
            models.Index(
                fields=["recipient", "channel", "entry_seq"],
                name="delivery_in_turn",
                condition=Q(state__in=["queued", "retrying"]),
            ),
            models.Index(fields=["recipient", "-entry_seq", "-id"], name="delivery_of_recipient"),
            models.Index(fields=["-entry_seq", "-id"], name="delivery_newest"),
            models.Index(fields=["case", "entry_seq"], name="delivery_of_case"),
            models.Index(fields=["subject"], name="delivery_asked", condition=Q(audience="asked")),
            models.Index(
                fields=["recipient"],
                name="delivery_unread",
                condition=Q(receipt=True, acknowledged_at=None),
            ),
            models.Index(fields=["kind", "-created_at"], name="delivery_of_kind"),
            models.Index(
                fields=["root"], name="delivery_of_silence", condition=Q(root__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry_seq", "recipient", "channel"], name="delivery_once"
            ),
            models.CheckConstraint(
                name="delivery_state_known",
                condition=Q(state__in=["queued", "sent", "retrying", "dead"]),
            ),
            models.UniqueConstraint(
                fields=["entry_seq", "channel"],
                name="delivery_once_to_a_place",
                condition=Q(recipient=None),
            ),
            models.CheckConstraint(
                name="delivery_of_a_place_is_read_by_nobody_named",
                condition=Q(recipient__isnull=False) | Q(receipt=False),
            ),
            models.CheckConstraint(
                name="delivery_sent_at_set_exactly_when_sent",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="delivery_tried_again_exactly_while_it_waits",
                condition=Q(state__in=["queued", "retrying"], next_attempt_at__isnull=False)
                | (~Q(state__in=["queued", "retrying"]) & Q(next_attempt_at=None)),
            ),
            models.CheckConstraint(
                name="delivery_acknowledged_by_somebody",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_times_in_order",
                condition=(Q(sent_at=None) | Q(sent_at__gte=F("created_at")))
                & (Q(acknowledged_at=None) | Q(acknowledged_at__gte=F("created_at"))),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(what)s, to %(person)s") % {
            "what": title_of(self.kind),
            "person": self.reader,
        }

    def get_absolute_url(self) -> str:
        return reverse("alert", args=[self.pk])

    @property
    def reader(self) -> User | Channel:
        """Who reads it: a person, or whoever is at the place that the channel leads to."""
        return self.recipient or self.channel

    @property
    def ref(self) -> str:
        """How the ledger names this delivery."""
        return refs.make("delivery", self.pk)
