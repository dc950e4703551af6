"""Every night each channel is probed, and everybody looked for who would have to be reached.

`SelfTest` holds that a night was tested: whoever makes its row tests, so it is done once, whatever
the number of workers. Where that one dies another takes it up after `LONGEST`.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from alerts import channel_transitions
from alerts.channels import Trouble, line_to
from alerts.models import Channel, SelfTest
from alerts.obstacles import obstacles
from alerts.self_test_transitions import end, keep

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]

NIGHT = time(3, 30, tzinfo=UTC)  # after the verification of the record, which begins at two
LONGEST = timedelta(minutes=10)


def go_on(clock: Clock) -> None:
    """Test where this night was not tested yet; else keep what was found up to date."""
    if test := _begun(clock()):
        channels = list(Channel.objects.in_use())
        for channel in channels:
            probe(channel, at=clock())
        at = clock()
        end(test, obstacles(at), channels=len(channels), at=at)
    elif last := SelfTest.objects.exclude(ended_at=None).first():
        keep(last, obstacles(clock()))


def _begun(at: datetime) -> SelfTest | None:
    """Return the test of this night where it is ours to make."""
    night = datetime.combine(at.astimezone(UTC).date(), NIGHT)
    night -= timedelta(days=night > at)
    test, new = SelfTest.objects.get_or_create(night=night.date(), defaults={"begun_at": at})
    broken_off = SelfTest.objects.filter(pk=test.pk, ended_at=None, begun_at__lt=at - LONGEST)
    return test if new or broken_off.update(begun_at=at) else None


def probe(channel: Channel, *, at: datetime) -> None:
    """Find out whether a channel would take messages; what comes of it is kept with it."""
    line = line_to(channel)
    try:
        line.probe(at=at)
    except Exception as error:
        logger.exception("The channel %s does not work.", channel)
        trouble = error if isinstance(error, Trouble) else Trouble(type(error).__name__)
        if trouble.again_in:
            channel_transitions.rests(channel, until=at + trouble.again_in)
        else:
            channel_transitions.failed(channel, error=trouble.error, at=at)
    else:
        if line.proves:
            channel_transitions.works(channel, at=at)
    finally:
        line.close()
