"""Who is on call in the demo, and who is told by a route of its own."""

from datetime import datetime, time, timedelta

from accounts.models import User
from alerts.models import Schedule

_TURNS = ("responder", "noor", "approver2")


def make_schedule(people: dict[str, User], *, now: datetime) -> Schedule:
    """Let the responders take turns since three weeks ago."""
    schedule = Schedule.objects.create(
        name="First responders",
        kind=Schedule.Kind.ROTATION,
        time_zone="Europe/Berlin",
        hands_over_on=0,
        hands_over_at=time(9),
        begins_on=(now - timedelta(weeks=3)).date(),
    )
    schedule.take_turns([people[mailbox] for mailbox in _TURNS])
    return schedule
