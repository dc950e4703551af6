"""What configured routes add to the built-in ones: of which events, and who is told."""

import dataclasses
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.models import Part, User
from alerts.models import Channel, Route, RouteStep, Schedule
from alerts.route_events import RouteSetAside
from alerts.routes import ROUTES, Later
from alerts.stories import Story
from audit import log
from breakglass.models import Request, Scenario
from breakglass.rules import in_hours

T = TypeVar("T")
logger = logging.getLogger(__name__)
# The words of these speak to one person, or they are about messages to that person.
_PERSONAL = frozenset(
    {
        "request.filed", "question.asked", "question.answered", "config.changed",
        "route.set_aside", "review.assigned", "finding.assigned", "finding.nearly_due",
        "obligation.handed_on",
    }
)  # fmt: skip
KINDS = tuple(kind for kind in ROUTES if kind not in _PERSONAL)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Occasion:
    """What the conditions of routes look at."""

    kind: str
    at: datetime
    scenario: UUID | None
    broken: bool
    drill: bool
    off_hours: bool

    @classmethod
    def of(
        cls, kind: str, at: datetime, request: Request | None, scenario: UUID | None = None
    ) -> "Occasion":
        """Return the occasion of an event; what belongs to no case has the usual office hours."""
        if request is None:
            return cls(kind=kind, at=at, scenario=scenario, broken=False, drill=False,
                       off_hours=not _at_work(at))  # fmt: skip
        return cls(
            kind=kind,
            at=at,
            scenario=request.scenario_id,
            broken=request.original.urgency == Request.Urgency.BREAK_GLASS,
            drill=request.rules.drill,
            off_hours=not request.rules.in_working_hours(at),
        )


def _at_work(at: datetime) -> bool:
    """Whether it is what scenarios have as working hours from the start, in the house's zone."""
    usual, local = Scenario(), at.astimezone(timezone.get_default_timezone())
    return in_hours(local, usual.working_days, usual.working_from, usual.working_until)


def occasion_of(story: Story) -> Occasion:
    """Return the occasion of a story."""
    frozen = story.freeze.scenario_id if story.freeze else None
    return Occasion.of(story.entry.kind, story.at, story.request, frozen)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Whom:
    """People by parts, groups, and who is on call."""

    parts: tuple[Part, ...] = ()
    groups: tuple[Group, ...] = ()
    schedules: tuple[Schedule, ...] = ()

    @classmethod
    def of(cls, row: Route | RouteStep) -> "Whom":
        """Return whom a row names. Raises ValueError for a part that there is not."""
        return cls(
            parts=tuple(map(Part, row.parts)),
            groups=tuple(row.teams.all()),
            schedules=tuple(each for each in row.schedules.all() if each.enabled),
        )

    def standing(self, at: datetime) -> list[User]:
        """Return who is told at any hour, as things stand at `at`."""
        found = [person for part in self.parts for person in User.objects.playing(part, at)]
        if self.groups:
            found += User.objects.active().in_groups([each.pk for each in self.groups], at)
        return [*dict.fromkeys(found)]

    def on_call(self, at: datetime) -> list[User]:
        """Return who of the schedules is on call at `at`."""
        found = (person for each in self.schedules for person in each.on_call(at))
        return [*dict.fromkeys(found)]

    def people(self, at: datetime) -> list[User]:
        """Return all of them."""
        return [*dict.fromkeys([*self.standing(at), *self.on_call(at)])]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Addition:
    """A route as it is applied, or as somebody is about to save it."""

    events: tuple[str, ...]
    scenarios: frozenset[UUID]
    only_broken: bool
    only_off_hours: bool
    drills: str
    urgent: bool
    whom: Whom
    places: tuple[Channel, ...]
    steps: tuple[tuple[timedelta, Whom], ...] = ()

    @classmethod
    def of(cls, route: Route) -> "Addition":
        """Return what a row adds. Raises ValueError for what it cannot mean."""
        return cls(
            events=tuple(route.events),
            scenarios=frozenset(each.pk for each in route.scenarios.all()),
            only_broken=route.only_broken,
            only_off_hours=route.only_off_hours,
            drills=Route.Drills(route.drills),
            urgent=route.urgent,
            whom=Whom.of(route),
            places=tuple(each for each in route.places.all() if each.enabled),
            steps=tuple(
                (timedelta(minutes=step.after_minutes), Whom.of(step)) for step in route.steps.all()
            ),
        )

    def fits(self, occasion: Occasion) -> bool:
        """Whether it tells anybody of an occasion."""
        return (
            occasion.kind in self.events
            and (not self.scenarios or occasion.scenario in self.scenarios)
            and (occasion.broken or not self.only_broken)
            and (occasion.off_hours or not self.only_off_hours)
            and self.drills in (Route.Drills.ALSO, "only" if occasion.drill else "none")
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Extra:
    """Who is told of one story by one route; nobody here is told by an earlier one."""

    people: list[User]
    places: list[Channel]
    urgent: bool
    steps: tuple[tuple[timedelta, Whom], ...]


def extras(story: Story, told: set[User], *, at: datetime) -> list[Extra]:
    """Return whom configured routes add to those who are `told` already, the urgent first.

    One that cannot be applied is set aside, and neither the built-in routes nor the others
    notice.
    """
    told, reached, found = {*told}, set[Channel](), list[Extra]()
    readable = story.root is None  # that an alert is unread is not itself to be read
    knowing = {story.actor} if story.actor else set()

    def one(addition: Addition) -> Extra:
        people = [each for each in addition.whom.people(story.at) if each not in told | knowing]
        places = [each for each in addition.places if each not in reached]
        steps = addition.steps if addition.urgent and readable else ()
        return Extra(people=people, places=places, urgent=addition.urgent, steps=steps)

    for extra in _each(story, one, at=at):
        told.update(extra.people)
        reached.update(extra.places)
        found.append(extra)
    return found


def later(story: Story, *, at: datetime) -> tuple[Later, ...]:
    """Return who is told after the built-in steps, where nobody has read a story.

    The first steps of all routes count as one, and so do the second; each is as early as the
    earliest of them.
    """
    found = [*_each(story, lambda addition: addition.steps if addition.urgent else (), at=at)]
    stages = [[steps[number] for steps in found if len(steps) > number] for number in range(2)]
    return tuple(
        Later(after=min(after for after, _ in stage), to=(), people=_people(stage))
        for stage in stages
        if stage
    )


def _people(stage: list[tuple[timedelta, Whom]]) -> Callable[[datetime], list[User]]:
    return lambda at: [*dict.fromkeys(who for _, whom in stage for who in whom.people(at))]


def _each(story: Story, ask: Callable[[Addition], T], *, at: datetime) -> Iterator[T]:
    """Yield what each route that fits a story answers; a broken one is set aside."""
    kind = story.entry.kind
    if kind not in KINDS:
        return
    for route in Route.objects.working().telling(kind).whole():
        try:
            with transaction.atomic():
                addition = Addition.of(route)
                answer = ask(addition) if addition.fits(occasion_of(story)) else None
        except Exception as error:
            logger.exception("The route %s cannot be applied; it is set aside.", route)
            _set_aside(route, f"{type(error).__name__}: {error}", at=at)
        else:
            if answer is not None:
                yield answer


def _set_aside(route: Route, error: str, *, at: datetime) -> None:
    with transaction.atomic():
        if route.set_aside(error, at=at):
            event = RouteSetAside(name=route.name, error=error[:500])
            log.record(event, actor=log.SYSTEM, subject=route.ref, at=at)
