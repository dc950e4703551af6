"""The beats of this room. Each asks the database what is due; running twice is harmless."""

from celery import shared_task
from django.utils import timezone

from alerts import deliver as post
from alerts import relay as record
from alerts import schedule_transitions, self_test, silence_transitions
from alerts.models import Schedule, Silence
from alerts.slack import calls

_MOST = 100  # in one beat; the next goes on


@shared_task(ignore_result=True, expires=60)
def relay() -> None:
    """Make messages of what is new in the record, and ring for their delivery."""
    record.run(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def take_up_again() -> None:
    """Try once more to tell what could not be told."""
    record.take_up_again(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def deliver() -> None:
    """Hand over the messages that are due."""
    post.run_side_by_side(timezone.now)


@shared_task(ignore_result=True, expires=60)
def go_on() -> None:
    """Tell more people of what nobody has read."""
    for silence in Silence.objects.due(timezone.now())[:_MOST]:
        silence_transitions.go_on(silence, at=timezone.now())


@shared_task(ignore_result=True, expires=300)
def test_itself() -> None:
    """Test each night whether alerts would arrive, and keep up to date what was found."""
    self_test.go_on(timezone.now)


@shared_task(ignore_result=True, expires=60)
def forget_calls() -> None:
    """Remove what is kept of old calls of Slack."""
    calls.forget(at=timezone.now())


@shared_task(ignore_result=True, expires=3600)
def read_calendars() -> None:
    """Read once more who is on call where another program keeps it."""
    for schedule in Schedule.objects.in_use().calendars():
        schedule_transitions.read_again(schedule, at=timezone.now())
