"""Who is on call in the demo, and who is told by a route of its own."""

from datetime import datetime, time, timedelta

from django.contrib.auth.models import Group

from accounts.models import User
from alerts.models import Route, RouteStep, Schedule

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


def make_route(schedule: Schedule) -> Route:
    """Tell whoever is on call of what happens at night, and the leads where nobody reads it."""
    route = Route.objects.create(
        name="At night",
        events=["breakglass.activated", "door.close_failed"],
        only_off_hours=True,
        drills=Route.Drills.NONE,
        urgent=True,
    )
    route.schedules.add(schedule)
    route.teams.add(Group.objects.get(name="Management"))
    step = RouteStep.objects.create(route=route, position=0, after_minutes=15)
    step.teams.add(Group.objects.get(name="Operations leads"))
    return route
