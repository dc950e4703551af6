"""Periods of campaigns, and which of them the schedule begins."""

from datetime import date, datetime, timedelta

from django.conf import settings

from core import zones
from reviews.models import Campaign

Kind, Rhythm = Campaign.Kind, Campaign.Rhythm
# How long a campaign has, from its beginning to its deadline.
TIME = {
    Rhythm.MONTHLY: timedelta(days=14),
    Rhythm.QUARTERLY: timedelta(days=30),
    Rhythm.ONCE: timedelta(days=14),
}
SOON = timedelta(days=3)  # this long before the deadline people are reminded
_MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3}


def last_period(rhythm: Campaign.Rhythm, *, at: datetime) -> tuple[date, date]:
    """Return the first and the last day of the month or quarter that was over last at `at`."""
    today, months = zones.today(at), _MONTHS[rhythm]
    month = today.month - (today.month - 1) % months  # in which the running period began
    last = today.replace(month=month, day=1) - timedelta(days=1)
    return last.replace(month=last.month - months + 1, day=1), last


def scheduled() -> list[tuple[Campaign.Kind, Campaign.Rhythm]]:
    """Return what this installation begins by itself, and how often."""
    return [
        (kind, Rhythm(settings.CAMPAIGNS[kind.value]))
        for kind in Kind
        if settings.CAMPAIGNS[kind.value] != "never"
    ]
