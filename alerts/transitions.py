"""What happens to messages, verb by verb. Nothing else changes their state.

Handing over is not in here: `deliver` does it between `claim` and `sent` or `failed`, outside any
transaction. If we crash there, the claim runs out and the message is sent again: perhaps twice,
never not at all.
"""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from accounts.models import User
from alerts import events, policy
from alerts.models import Channel, Delivery
from alerts.models.delivery import DeliveryQuerySet
from alerts.silence_transitions import seen
from audit import log
from core import doorbell
from core.errors import NotAllowed, WrongState
from core.speech import phrase

# Longer than one attempt can last with the time-outs of settings.
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 12  # over about an hour and a half
JOINED, MOST_JOINED = 8, 100  # messages for one reader that come as one, and the most of them
PATIENCE = 3  # failures of a channel in a row, before it rests and others stand in
_LONGEST_PAUSE = 900.0
_random = random.SystemRandom()
_SAME = (
    "entry_seq", "kind", "subject", "case", "recipient_id", "audience", "urgent", "drill",
)  # fmt: skip


def pause(attempts: int) -> timedelta:
    """Return how long to wait after that many attempts: seconds first, then up to 15 minutes."""
    seconds = min(2.0 * 3 ** (attempts - 1), _LONGEST_PAUSE)
    return timedelta(seconds=seconds * _random.uniform(0.8, 1.2))


def claim(channel: Channel, *, at: datetime, joins: bool = True) -> list[Delivery]:
    """Return messages for one reader to hand over as one, held for `LEASE` by whoever calls.

    Usually that is one. Where `JOINED` wait for the same reader, or they were held back to come
    together, all of them are; none comes before an earlier one of its case.
    """
    with transaction.atomic():
        due = Delivery.objects.due(at).filter(channel=channel).in_turn()
        free = due.select_related("recipient", "channel")
        free = free.select_for_update(skip_locked=True, no_key=True, of=("self",))
        first = free.first()
        if first is None:
            return []
        batch = _joined(first, at=at) if joins else [first]
        for each in batch:
            each.attempts += 1
            each.next_attempt_at = at + LEASE
            each.save(update_fields=["attempts", "next_attempt_at"])
    return batch


def _joined(first: Delivery, *, at: datetime) -> list[Delivery]:
    """Return what is handed over with a message: itself alone, but for floods and what was held."""
    waiting = Delivery.objects.due_on(first.channel).filter(recipient=first.recipient)
    if not first.together and waiting.count() < JOINED:
        return [first]
    others = Delivery.objects.due(at).joinable_with(first, at=at).order_by("entry_seq", "pk")
    free = others.select_related("recipient", "channel")
    found = list(free.select_for_update(skip_locked=True, no_key=True, of=("self",))[:MOST_JOINED])
    return found if first.together or len(found) >= JOINED else [first]


def sent(*deliveries: Delivery, at: datetime) -> None:
    """Write down that the channel has taken over what it was given, all of one message at once.

    Clocks of two machines differ; a message that was sent must never be sent again for that.
    """
    keys = [delivery.pk for delivery in deliveries]
    Delivery.objects.filter(pk__in=keys, state__in=Delivery.WAITING).update(
        state=Delivery.State.SENT,
        sent_at=Greatest(F("created_at"), Value(at)),
        next_attempt_at=None,
        last_error="",
    )


def postponed(delivery: Delivery, *, until: datetime) -> None:
    """Try again when the service has said that it takes messages: this was no failed attempt."""
    Delivery.objects.filter(pk=delivery.pk, state__in=Delivery.WAITING).update(
        attempts=F("attempts") - 1, next_attempt_at=until
    )


@log.transition
def failed(delivery: Delivery, *, error: str, final: bool, at: datetime) -> Delivery:
    """Write down that an attempt failed: it is tried again later, or given up."""
    tried, delivery = delivery.attempts, _lock(delivery)
    if delivery.state not in Delivery.WAITING or delivery.attempts != tried:
        return delivery  # somebody else has taken it up since
    delivery.last_error = error[:500]
    if final or tried >= MOST_ATTEMPTS:
        delivery.state, delivery.next_attempt_at = Delivery.State.DEAD, None
    else:
        delivery.state, delivery.next_attempt_at = Delivery.State.RETRYING, at + pause(tried)
    delivery.save(update_fields=["state", "next_attempt_at", "last_error"])
    if delivery.urgent and (tried > 1 or delivery.state == Delivery.State.DEAD):
        fall_back(Delivery.objects.of_reader(delivery).filter(case=delivery.case), at=at)
    if delivery.state == Delivery.State.DEAD:
        event = events.DeliveryDead(
            about=delivery.kind,
            recipient=delivery.recipient.ref if delivery.recipient else delivery.channel.ref,
            channel=delivery.channel.name,
            attempts=delivery.attempts,
            error=delivery.last_error,
        )
        log.record(event, actor=log.SYSTEM, subject=delivery.ref, at=at, case=delivery.case)
    return delivery


@log.transition
def retry(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Send a message that was given up, from the first attempt on.

    Raises WrongState when it was not given up, NotAllowed for anybody but those who look after it.
    """
    delivery = _lock(delivery)
    if why := policy.why_not_retry(by=by):
        raise NotAllowed(why, actor=by.ref, subject=delivery.ref, at=at, case=delivery.case)
    if delivery.state != Delivery.State.DEAD:
        raise WrongState(phrase("This message is not given up, so there is nothing to send again."))
    delivery.state, delivery.attempts = Delivery.State.RETRYING, 0
    delivery.next_attempt_at = at
    delivery.save(update_fields=["state", "attempts", "next_attempt_at"])
    event = events.DeliveryRetried(about=delivery.kind)
    log.record(event, actor=by.ref, subject=delivery.ref, at=at, case=delivery.case)
    doorbell.ring("alerts.tasks.deliver")
    return delivery


@log.transition
def acknowledge(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Write down that the recipient has read it, in whatever way it reached them.

    Raises WrongState when they said so before, NotAllowed for anybody else.
    """
    delivery = _lock(delivery)
    if why := policy.why_not_acknowledge(delivery, by=by):
        raise NotAllowed(why, actor=by.ref, subject=delivery.ref, at=at, case=delivery.case)
    if delivery.acknowledged_at:
        raise WrongState(phrase("You said that you have read it already."))
    delivery.acknowledged_at, delivery.acknowledged_by = max(at, delivery.created_at), by
    delivery.save(update_fields=["acknowledged_at", "acknowledged_by"])
    event = events.DeliveryAcknowledged(about=delivery.kind, entry=delivery.entry_seq)
    log.record(event, actor=by.ref, subject=delivery.ref, at=at, case=delivery.case)
    seen(delivery.root or delivery.entry_seq, by=by, at=delivery.acknowledged_at)
    return delivery


@log.transition
def acknowledge_case(case: str, *, by: User, at: datetime) -> list[Delivery]:
    """Write down that a person has read all that they were told of a case and were to read.

    Raises WrongState when nothing of it waits for them.
    """
    rows = Delivery.objects.of_case(case).filter(recipient=by).unread()
    if not (waiting := list(rows)):
        raise WrongState(phrase("Nothing here waits for you to say that you have read it."))
    return [acknowledge(each, by=by, at=at) for each in waiting]


def fall_back(deliveries: DeliveryQuerySet, *, at: datetime) -> None:
    """Send what is urgent among messages that wait or were given up by another channel as well.

    Once for each event and reader: a message that has been sent there already is not repeated.
    """
    held_up = deliveries.exclude(state=Delivery.State.SENT).filter(urgent=True)
    Delivery.objects.bulk_create(
        [
            Delivery(
                **{name: getattr(each, name) for name in _SAME},
                channel=other,
                instead_of=each,
                created_at=at,
                next_attempt_at=at,
            )
            for each in held_up.select_related("channel__falls_back_to")
            if (other := policy.stand_in(each))
        ],
        ignore_conflicts=True,
    )


def _lock(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("recipient", "channel").get(pk=delivery.pk)
