"""What configured routes add, and that nothing they do takes from the built-in ones."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Part
from alerts import relay, routing, silence_transitions
from alerts.models import Channel, Delivery, Route, RouteStep, Schedule, Silence
from alerts.routing import KINDS, Addition, Occasion, Whom
from audit.events import known
from audit.models import Entry
from audit.reading import event_of
from breakglass import transitions
from tests.alerts.make import SOON, catch_up, make_cast, told
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user, voice

pytestmark = pytest.mark.django_db
BROKEN = "breakglass.activated"


def make_route(name: str = "Night watch", **fields: Any) -> Route:
    """Return a route for broken glass that nobody is told by yet."""
    values: dict[str, Any] = {"events": [BROKEN], **fields}
    return Route.objects.create(name=name, **values)


def make_place(name: str = "Room", **fields: Any) -> Channel:
    """Return a place that messages lead to, without being sent."""
    return Channel.objects.create(name=name, kind="webhook", **fields)


def make_rotation(*names: str) -> Schedule:
    """Return a schedule by which the first of these is on call at noon."""
    schedule = Schedule.objects.create(
        name="First line", kind="rotation", begins_on=date(2026, 11, 2), hands_over_at=time(9)
    )
    schedule.take_turns([make_user(name) for name in names])
    return schedule


def added(kind: str = BROKEN) -> set[str]:
    return {name for name, audience in told(kind).items() if audience == "routed"}


class TestAdding:
    def test_people_of_parts_groups_and_schedules_and_places_are_told_once(self) -> None:
        route = make_route(parts=[Part.AUDITOR], urgent=True)
        route.teams.add(make_group("Board", make_user("nina"), make_user("off", is_active=False)))
        route.schedules.add(make_rotation("nora", "nick"))
        route.places.add(make_place(), make_place("Closed", enabled=False))
        again = make_route("Again", parts=[Part.AUDITOR])
        again.places.set(Channel.objects.filter(name="Room"))
        make_broken_glass(make_cast())
        catch_up()
        assert added() == {"otto", "nina", "nora", "Room"}
        rows = Delivery.objects.filter(kind=BROKEN, audience="routed")
        assert rows.count() == 4
        assert {row.receipt for row in rows.exclude(recipient=None)} == {True}
        assert not rows.get(recipient=None).receipt

    def test_whoever_is_told_anyway_is_told_as_that_and_whoever_did_it_not_at_all(self) -> None:
        route = make_route(parts=[Part.RESPONDER])
        make_broken_glass(make_cast())
        route.teams.add(make_group("Platform engineers"))  # Ada, who broke it, and Eve
        catch_up()
        assert added() == {"eve"}
        assert told(BROKEN)["rob"] == "responder"
        assert "ada" not in told(BROKEN)

    def test_nobody_is_added_where_the_built_in_route_says_nothing(self) -> None:
        make_route(events=["decision.approved"]).places.add(make_place())
        transitions.approve(make_request(make_cast()), voice=voice("bob"), at=SOON)
        catch_up(SOON + timedelta(seconds=1))
        assert told("decision.approved") == {}

    def test_telling_twice_changes_nothing(self) -> None:
        make_route().places.add(make_place())
        make_broken_glass(make_cast())
        catch_up()
        before = Delivery.objects.count()
        for entry in Entry.objects.filter(kind=BROKEN):
            relay.tell(entry, at=SOON)
        assert Delivery.objects.count() == before

    def test_what_speaks_to_one_person_is_not_offered(self) -> None:
        assert set(KINDS) <= set(known())
        assert "config.changed" not in KINDS


class TestConditions:
    NIGHT = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)

    def occasion(self, **fields: Any) -> Occasion:
        values: dict[str, Any] = {"kind": BROKEN, "at": NOON, "scenario": None, "broken": False,
                                  "drill": False, "off_hours": False}  # fmt: skip
        return Occasion(**values | fields)

    @pytest.mark.parametrize(
        ("route", "fits", "fits_not"),
        [
            ({}, {"broken": True}, {"kind": "grant.expired"}),
            ({"only_broken": True}, {"broken": True}, {"broken": False}),
            ({"only_off_hours": True}, {"off_hours": True}, {"off_hours": False}),
            ({"drills": "none"}, {"drill": False}, {"drill": True}),
            ({"drills": "only"}, {"drill": True}, {"drill": False}),
        ],
    )
    def test_each_condition_narrows(
        self, route: dict[str, Any], fits: dict[str, Any], fits_not: dict[str, Any]
    ) -> None:
        addition = Addition.of(make_route(**route))
        assert addition.fits(self.occasion(**fits))
        assert not addition.fits(self.occasion(**fits_not))

    def test_scenarios_narrow_and_none_are_all(self) -> None:
        scenario = make_cast()
        route = make_route()
        assert Addition.of(route).fits(self.occasion())
        route.scenarios.add(scenario)
        assert Addition.of(route).fits(self.occasion(scenario=scenario.pk))
        assert not Addition.of(route).fits(self.occasion())

    def test_hours_are_those_of_the_scenario_and_else_those_of_an_office(self) -> None:
        scenario = make_cast(time_zone="Pacific/Auckland")
        request = make_request(scenario)
        assert Occasion.of(BROKEN, NOON, request).off_hours
        assert not Occasion.of(BROKEN, self.NIGHT, request).off_hours
        assert not Occasion.of("audit.gap", NOON, None).off_hours
        assert Occasion.of("audit.gap", self.NIGHT, None).off_hours


class TestPoison:
    def test_a_route_that_cannot_be_applied_is_set_aside_and_stops_nobody(self) -> None:
        poison = make_route("A poison", parts=["king"], urgent=True)
        make_route().places.add(make_place())
        scenario = make_cast()
        make_broken_glass(scenario)
        catch_up()
        assert {"rob", "cora", "bob", "Room"} <= set(told(BROKEN))
        poison.refresh_from_db()
        assert poison.set_aside_at == SOON
        assert "king" in poison.last_error
        catch_up()
        assert told("route.set_aside") == {"max": "administrator"}
        make_broken_glass(scenario, by=make_user("eve"))
        catch_up()
        assert Entry.objects.filter(kind="route.set_aside").count() == 1

    def test_it_stops_no_silence_from_going_on(self) -> None:
        make_route("Good")
        make_broken_glass(make_cast())
        catch_up()
        poison = make_route("A poison", urgent=True, parts=[])
        RouteStep.objects.create(route=poison, position=0, after_minutes=3, parts=["king"])
        go_on(minutes=5)
        assert told("alert.unread")
        poison.refresh_from_db()
        assert poison.set_aside_at


def go_on(*, minutes: int) -> Silence:
    """Let nobody read the broken glass until so many minutes have passed."""
    at = SOON + timedelta(minutes=minutes)
    for silence in Silence.objects.due(at):
        silence_transitions.go_on(silence, at=at)
    catch_up(at)
    return Silence.objects.get()


class TestSilence:
    def test_the_steps_of_a_route_come_after_the_built_in_ones(self) -> None:
        route = make_route(urgent=True, parts=[])
        step = RouteStep.objects.create(route=route, position=0, after_minutes=20)
        step.schedules.add(make_rotation("nora"))
        make_broken_glass(make_cast())
        catch_up()
        for minutes in (5, 10):
            assert go_on(minutes=minutes).state == "waiting"
            assert "nora" not in told("alert.unread")
        assert go_on(minutes=15).state == "waiting"
        assert go_on(minutes=30).state == "waiting"
        assert told("alert.unread")["nora"] == "unread"
        event = event_of(Entry.objects.filter(kind="alert.unread").latest("seq"))
        assert getattr(event, "people", None) == [make_user("nora").ref]
        assert go_on(minutes=50).state == "unseen"

    def test_an_event_without_built_in_steps_gets_those_of_a_route(self) -> None:
        route = make_route(events=["grant.expired"], urgent=True)
        route.teams.add(make_group("Board", make_user("nina")))
        for position, name in enumerate(("nora", "nick")):
            step = RouteStep.objects.create(route=route, position=position, after_minutes=10)
            step.teams.add(make_group(f"More {position}", make_user(name)))
        request = make_broken_glass(make_cast())
        transitions.expire(request.grant, at=request.grant.ends_at)
        at = request.grant.ends_at + timedelta(seconds=1)
        catch_up(at)
        assert added("grant.expired") == {"nina"}
        silence = Silence.objects.get(kind="grant.expired")
        assert silence.next_at == at + timedelta(minutes=10)
        silence = silence_transitions.go_on(silence, at=silence.next_at)
        catch_up(at + timedelta(minutes=10))
        assert set(told("alert.unread")) == {"nora"}

    def test_that_an_alert_is_unread_is_not_itself_to_be_read(self) -> None:
        route = make_route(events=["alert.unread"], urgent=True)
        step = RouteStep.objects.create(route=route, position=0, after_minutes=1)
        step.teams.add(make_group("Board", make_user("nina")))
        make_broken_glass(make_cast())
        catch_up()
        go_on(minutes=5)
        assert go_on(minutes=10).kind == BROKEN


class TestWhom:
    def test_asks_schedules_in_use_alone(self) -> None:
        schedule = make_rotation("nora")
        route = make_route()
        route.schedules.add(schedule)
        assert Whom.of(route).people(NOON) == [make_user("nora")]
        Schedule.objects.update(enabled=False)
        assert Whom.of(Route.objects.get()).people(NOON) == []

    def test_ten_routes_ask_no_more_than_one(self, django_assert_max_num_queries: Any) -> None:
        for number in range(10):
            make_route(f"Route {number}").schedules.add(Schedule.objects.first() or
                                                        make_rotation("nora"))  # fmt: skip
        with django_assert_max_num_queries(12):
            for route in Route.objects.working().telling(BROKEN).whole():
                assert routing.Whom.of(route).on_call(NOON)
