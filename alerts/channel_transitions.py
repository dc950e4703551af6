"""What happens to channels, verb by verb: they fail, rest, work again, and are tested."""

from datetime import datetime, timedelta

from accounts.models import User
from alerts import channel_events as events
from alerts.models import Channel, Delivery
from alerts.transitions import PATIENCE, fall_back
from audit import log

_FIRST_REST, _LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
_OFTEN = timedelta(minutes=1)  # how often it is written down that a channel works


def works(channel: Channel, *, at: datetime) -> None:
    """Write down that a channel has taken something over."""
    if channel.failures or channel.last_ok_at is None or at - channel.last_ok_at > _OFTEN:
        _works_again(channel, at=at)


@log.transition
def _works_again(channel: Channel, *, at: datetime) -> None:
    found = _lock(channel)
    if found.failures >= PATIENCE:
        event = events.ChannelWorks(name=found.name, failures=found.failures)
        log.record(event, actor=log.SYSTEM, subject=found.ref, at=at)
    found.failures, found.rests_until, found.last_ok_at, found.last_error = 0, None, at, ""
    found.save(update_fields=["failures", "rests_until", "last_ok_at", "last_error"])
    channel.failures, channel.last_ok_at = 0, at


def rests(channel: Channel, *, until: datetime) -> None:
    """Leave a channel alone for as long as its service has asked for; that is no failure."""
    Channel.objects.filter(pk=channel.pk).update(rests_until=until)


@log.transition
def failed(channel: Channel, *, error: str, at: datetime) -> Channel:
    """Write down that the channel itself failed.

    After `PATIENCE` times in a row it rests, longer each time, and what is urgent goes by the
    channels that stand in for it.
    """
    channel = _lock(channel)
    channel.failures += 1
    channel.last_failed_at, channel.last_error = at, error[:500]
    over = channel.failures - PATIENCE
    if over >= 0:
        channel.rests_until = at + min(_FIRST_REST * 2 ** min(over, 10), _LONGEST_REST)
        fall_back(Delivery.objects.due_on(channel), at=at)
    channel.save(update_fields=["failures", "last_failed_at", "last_error", "rests_until"])
    if over == 0:
        event = events.ChannelFails(name=channel.name, error=channel.last_error)
        log.record(event, actor=log.SYSTEM, subject=channel.ref, at=at)
    return channel


@log.transition
def tested(channel: Channel, *, by: User, at: datetime) -> None:
    """Write down that a test message of `by` was taken over by the channel."""
    event = events.ChannelTested(channel=channel.name)
    log.record(event, actor=by.ref, subject=channel.ref, at=at)


def _lock(channel: Channel) -> Channel:
    return Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
