"""What is wrong with a route, each as one sentence beside its field."""

from collections.abc import Iterator
from datetime import datetime

from accounts.models import User
from alerts.models import Route, Schedule
from alerts.routing import Addition, Whom
from alerts.schedule_remarks import Remark
from core.speech import phrase

# What belongs to no case, and so to no scenario. A freeze may be one of a scenario.
_OF_NO_CASE = ("audit", "campaign", "channel", "change", "config", "erasure", "hold", "delivery")


def of_route(route: Route, at: datetime) -> list[Remark]:
    """Return what is wrong with a route as it is saved."""
    if route.set_aside_at:
        said = phrase("It could not be applied and was set aside; nobody is told by it. Save it"
                      " again once this is put right: %(why)s", why=route.last_error)  # fmt: skip
        return [Remark(sentence=said, severe=True)]
    off = [
        Remark(sentence=phrase("%(channel)s is not in use.", channel=place), field="places")
        for place in route.places.all()
        if not place.enabled
    ] + [
        Remark(sentence=phrase("%(schedule)s is not in use.", schedule=each), field="schedules")
        for each in route.schedules.all()
        if not each.enabled
    ]
    return [*off, *of_addition(Addition.of(route), at)]


def of_addition(addition: Addition, at: datetime) -> list[Remark]:
    """Return what is wrong with a route that is saved or about to be."""
    found = [*_of_whom(addition.whom, "", at), *_of_conditions(addition)]
    for number, (_after, whom) in enumerate(addition.steps):
        found += _of_whom(whom, f"step{number}_", at)
    if not (addition.places or addition.whom.people(at) or addition.steps):
        found.append(Remark(sentence=phrase("At the moment nobody is told by it."), field="parts",
                            severe=True))  # fmt: skip
    return found


def everything(at: datetime) -> list[tuple[Route, list[Remark]]]:
    """Return what is wrong with each route in use."""
    return [(route, of_route(route, at)) for route in Route.objects.in_use().whole()]


def _of_whom(whom: Whom, prefix: str, at: datetime) -> Iterator[Remark]:
    for part in whom.parts:
        if not User.objects.playing(part, at).exists():
            said = phrase("Nobody plays the part %(part)s now.", part=part.label)
            yield Remark(sentence=said, field=f"{prefix}parts")
    for group in whom.groups:
        if not User.objects.active().in_groups([group.pk], at).exists():
            said = phrase("Nobody is in %(group)s now.", group=group)
            yield Remark(sentence=said, field=f"{prefix}teams")
    for schedule in whom.schedules:
        yield from _of_schedule(schedule, prefix, at)


def _of_schedule(schedule: Schedule, prefix: str, at: datetime) -> Iterator[Remark]:
    if not schedule.on_call(at):
        said = phrase("Nobody is on call in %(schedule)s now.", schedule=schedule)
        yield Remark(sentence=said, field=f"{prefix}schedules")


def _of_conditions(addition: Addition) -> Iterator[Remark]:
    homeless = [kind for kind in addition.events if kind.partition(".")[0] in _OF_NO_CASE]
    if not homeless or not (addition.scenarios or addition.only_broken):
        return
    field = "scenarios" if addition.scenarios else "only_broken"
    if len(homeless) == len(addition.events):
        said = phrase("None of these events belongs to a scenario: nobody is ever told.")
        yield Remark(sentence=said, field=field, severe=True)
    else:
        said = phrase("Some of these events belong to no scenario; of those nobody is told.")
        yield Remark(sentence=said, field=field)
