"""The time zones that this machine knows, and days in the one of the installation."""

import functools
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


@functools.cache
def known() -> frozenset[str]:
    """Return their names, such as Europe/Berlin; a new one needs a new process.

    Python looks through some 600 files at each question, which takes 40 ms and more.
    """
    return frozenset(zoneinfo.available_timezones())


def today(at: datetime | None = None) -> date:
    """Return the day at `at`, or now, in the zone of the installation."""
    return timezone.localdate(at, timezone.get_default_timezone())


def day_begin(day: date) -> datetime:
    """Return the instant at which a day begins in the zone of the installation."""
    return day_end(day - timedelta(days=1))


def day_end(day: date) -> datetime:
    """Return the instant at which a day is over in the zone of the installation."""
    zone = timezone.get_default_timezone()
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def last_day(until: datetime) -> date:
    """Return the last day, in the zone of the installation, of what ends at `until`."""
    return today(until - timedelta(microseconds=1))


def ends_day(at: datetime) -> bool:
    """Whether a day of the installation is over at `at`, to the second."""
    return day_begin(today(at)) == at
