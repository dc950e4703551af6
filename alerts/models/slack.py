"""What is kept of Slack: where each card is, which calls were taken, and which were refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models import User
from alerts.models.channel import Channel


class SlackCardQuerySet(models.QuerySet["SlackCard"]):
    def at(self, room: str, ts: str) -> SlackCardQuerySet:
        """The card that stands at this place, as Slack names it."""
        return self.filter(room=room, ts=ts)


class SlackCard(models.Model):
    """The one message that shows a case to a reader, and is redrawn as the case moves.

    `room` and `ts` are what Slack calls it by. A person's room is their conversation with us,
    which only Slack knows before the first message.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="cards")
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="slack_cards", null=True
    )
    case = models.CharField(max_length=80)
    room = models.CharField(max_length=40)
    ts = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    objects = models.Manager.from_queryset(SlackCardQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["room", "ts"], name="slack_card_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "recipient", "case"], name="slack_card_once_for_a_person"
            ),
            models.UniqueConstraint(
                fields=["channel", "case"],
                name="slack_card_once_for_a_room",
                condition=Q(recipient=None),
            ),
            models.CheckConstraint(
                name="slack_card_is_somewhere",
                condition=~Q(case="") & ~Q(room="") & ~Q(ts=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} in {self.channel}"


class SlackCallQuerySet(models.QuerySet["SlackCall"]):
    def past(self, at: datetime) -> SlackCallQuerySet:
        """Calls so old that their signature is refused for its age alone."""
        return self.filter(heard_at__lt=at - SlackCall.KEPT)


class SlackCall(models.Model):
    """A call that was taken, by the hash of its signature: nobody can play it again."""

    KEPT = timedelta(hours=1)  # a signature is good for five minutes, by either clock

    digest = models.CharField(max_length=64, primary_key=True)
    heard_at = models.DateTimeField(db_index=True)
    objects = models.Manager.from_queryset(SlackCallQuerySet)()

    def __str__(self) -> str:
        return self.digest


class SlackRefusal(models.Model):
    """One kind of call that was refused lately: the record hears of it once a minute.

    `more` counts those that came since, so that a flood is one entry a minute with its number.
    """

    about = models.CharField(max_length=80, primary_key=True)
    recorded_at = models.DateTimeField(db_index=True)
    more = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.about
