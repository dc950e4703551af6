"""What runs by itself."""

from celery import shared_task
from django.utils import timezone

from reviews import (
    ahead,
    following,
    judging,
    monthly,
    opinions,
    pairs,
    reminders,
    tallying,
    unusual,
)
from reviews import detect as detection
from reviews.assignment_transitions import assign
from reviews.campaigns import schedule
from reviews.models import Review
from reviews.nights import report as nightly

_AT_A_TIME = 500


@shared_task(ignore_result=True, expires=60)
def detect() -> None:
    """Open the findings that new entries of the record call for. Running twice is harmless."""
    detection.run(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def judge() -> None:
    """Judge what was done since the last run. Running twice is harmless."""
    judging.run(at=timezone.now())
    judging.renew()


@shared_task(ignore_result=True, expires=15)
def ask_models() -> None:
    """Ask for the second opinions that are due, if the settings name a model. Twice is harmless."""
    opinions.run(timezone.now)


@shared_task(ignore_result=True, expires=60)
def compare() -> None:
    """Compare the uses that are over with those before them. Running twice is harmless."""
    unusual.run(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def take_up_again() -> None:
    """Look once more at what could not be looked at."""
    detection.take_up_again(at=timezone.now())
    judging.take_up_again(at=timezone.now())
    following.take_up_again(at=timezone.now())
    unusual.take_up_again(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def tidy() -> None:
    """Give reviews to whose turn it is, where it is nobody's or no longer theirs; remind of what
    is due. Running twice is harmless.
    """
    now = timezone.now()
    for review in Review.objects.untaken().order_by("due_at")[:_AT_A_TIME]:
        assign(review, at=now)
    for row in reminders.due(now):
        reminders.remind(row, at=now)


@shared_task(ignore_result=True, expires=60)
def follow() -> None:
    """Do what follows from new entries of the record. Running twice is harmless."""
    following.run(at=timezone.now())


@shared_task(ignore_result=True, expires=600)
def look_after_campaigns() -> None:
    """Begin the campaigns of periods that are over, and remind of deadlines. Twice is harmless."""
    now = timezone.now()
    schedule.run(at=now)
    schedule.remind(at=now)


@shared_task(ignore_result=True, expires=600)
def look_at_pairs() -> None:
    """Tell of pairs who approve for each other more than is explained. Twice is harmless."""
    pairs.run(at=timezone.now())


@shared_task(ignore_result=True, expires=600)
def look_at_night() -> None:
    """Report once a night on what shows over weeks only. Running twice is harmless."""
    nightly.run(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def tally() -> None:
    """Count anew for the dashboard what has changed."""
    tallying.run(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def add_up_teams() -> None:
    """Add up for the dashboard what teams did in spans at rest. Running twice is harmless."""
    ahead.run(at=timezone.now())


@shared_task(ignore_result=True, expires=600)
def report() -> None:
    """Report on the last month on the first working day of this one. Running twice is harmless."""
    monthly.run(at=timezone.now())
