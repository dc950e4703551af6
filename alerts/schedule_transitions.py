"""What happens to on-call schedules, verb by verb: calendars are read, somebody stands in."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from alerts import calendars
from alerts.feeds import fetch
from alerts.models import CalendarShift, Cover, Schedule
from audit.config import changing
from core.errors import BadInput, DomainError
from core.speech import phrase
from targets.vault import VaultError

logger = logging.getLogger(__name__)
BEFORE, AFTER = timedelta(days=31), timedelta(days=60)  # what is kept of a calendar around now
LONGEST_COVER = timedelta(days=92)


def checked(text: str, schedule: Schedule, *, at: datetime) -> list[calendars.Found]:
    """Return what a calendar says about these weeks. Raises BadInput with a sentence."""
    return calendars.read(text, zone=schedule.zone, start=at - BEFORE, end=at + AFTER)


def keep(schedule: Schedule, text: str, *, at: datetime) -> None:
    """Keep a calendar that can be read as the last good one. Raises BadInput for any other."""
    shifts = calendars.shifts(checked(text, schedule, at=at), User.objects.active())
    with transaction.atomic():
        Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
        schedule.shifts.all().delete()
        CalendarShift.objects.bulk_create(
            CalendarShift(
                schedule=schedule,
                starts=shift.starts,
                ends=shift.ends,
                person=shift.person,
                named=shift.named,
            )
            for shift in shifts
        )
        Schedule.objects.filter(pk=schedule.pk).update(
            calendar=text, read_at=at, tried_at=at, last_error=""
        )


def read_again(schedule: Schedule, *, at: datetime, trust: bool | str = True) -> None:
    """Fetch the calendar of a schedule once more; where that fails, the last good one counts on.

    That one is read again all the same: time goes on, and people come and go.
    """
    why = ""
    try:
        url = schedule.url()
        keep(schedule, fetch(url, trust=trust) if url else schedule.calendar, at=at)
    except (DomainError, VaultError) as error:
        why = str(error)
    except Exception as error:
        logger.exception("The calendar of %s cannot be read.", schedule)
        why = type(error).__name__
    if why:
        logger.warning("The calendar of %s: %s", schedule, why)
        _keep_the_last(schedule, at=at)
        Schedule.objects.filter(pk=schedule.pk).update(tried_at=at, last_error=why[:500])


def _keep_the_last(schedule: Schedule, *, at: datetime) -> None:
    if schedule.calendar:
        read_at = schedule.read_at
        try:
            keep(schedule, schedule.calendar, at=at)
        except BadInput as error:
            logger.warning("The last calendar of %s: %s", schedule, error)
        Schedule.objects.filter(pk=schedule.pk).update(read_at=read_at)


def stand_in(
    schedule: Schedule, person: User, *, starts: datetime, ends: datetime, by: User, reason: str
) -> Cover:
    """Let somebody be on call instead of whoever would be. Raises BadInput."""
    if ends <= starts:
        raise BadInput(phrase("It ends before it begins."), field="ends")
    if ends - starts > LONGEST_COVER:
        raise BadInput(
            phrase("Longer than three months is no exception: change the schedule."), field="ends"
        )
    with changing(actor=by.ref, reason=reason):
        return Cover.objects.create(schedule=schedule, person=person, starts=starts, ends=ends)


def stand_in_no_more(cover: Cover, *, by: User) -> None:
    """Take back that somebody stands in."""
    with changing(actor=by.ref):
        cover.delete()
