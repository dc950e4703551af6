"""Setting routes up: what is refused, what is said beside fields, what it would have done."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Part
from accounts.parts import give_part
from alerts import route_slots
from alerts.models import Route, RouteStep
from alerts.route_preview import Preview, preview
from alerts.routing import Addition
from config import administration
from tests.alerts.make import asked_by, catch_up, make_cast
from tests.alerts.test_routing import BROKEN, make_place, make_rotation, make_route
from tests.make import NOON, make_broken_glass, make_group, make_request, make_user
from tests.record import facts

pytestmark = pytest.mark.django_db
_ADD = "/admin/alerts/route/add/"
_AUDIT = Part.AUDITOR.value
_LATER = NOON + timedelta(days=1)


@pytest.fixture
def max_(client: Client) -> Client:
    """Sign an administrator in."""
    give_part(make_group("Administrators", make_user("max", is_staff=True)), Part.ADMINISTRATOR)
    client.force_login(make_user("max"))
    return client


def filled(**fields: Any) -> dict[str, Any]:
    """Return a form that tells auditors of broken glass."""
    return {"name": "Night watch", "enabled": "on", "events": [BROKEN], "drills": "also",
            "parts": [_AUDIT], "reason": "They asked for it."} | fields  # fmt: skip


def add(client: Client, **fields: Any) -> Route:
    answer = client.post(_ADD, filled(**fields))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Route.objects.get()


class TestSaving:
    def test_is_saved_with_its_steps_and_recorded_with_the_reason(self, max_: Client) -> None:
        group, schedule = make_group("Board", make_user("nina")), make_rotation("nora")
        route = add(max_, urgent="on", teams=[group.pk], schedules=[str(schedule.pk)],
                    places=[str(make_place().pk)], step0_after="15", step0_teams=[group.pk],
                    step1_after="20", step1_parts=[Part.ADMINISTRATOR.value])  # fmt: skip
        assert [step.after_minutes for step in route.steps.all()] == [15, 20]
        changes = {key: value for each in facts("config.changed") if each["model"] == "route"
                   for key, value in each["changes"].items()}  # fmt: skip
        assert changes["then"] == ["", "after 15 min: Board\nafter 20 min: Administrator"]
        assert changes["schedules"] == ["", "First line"]
        assert {each["reason"] for each in facts("config.changed")} >= {"They asked for it."}
        page = max_.get(route.get_absolute_url())
        assert page.context["adminform"].form.initial["step0_teams"] == [group]
        again = filled(urgent="on", teams=[group.pk])
        assert max_.post(route.get_absolute_url(), again).status_code == 302
        assert not RouteStep.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "field", "why"),
        [
            ({"events": []}, "events", "Choose what"),
            ({"parts": []}, "parts", "Say who is told"),
            (
                {"step0_after": "9", "step0_parts": [_AUDIT]},
                "urgent",
                "Only what is urgent",
            ),
            ({"urgent": "on", "step0_after": "9"}, "step0_after", "Say who"),
            (
                {"urgent": "on", "step0_parts": [_AUDIT]},
                "step0_after",
                "how many minutes",
            ),
            (
                {"urgent": "on", "step1_after": "9", "step1_parts": [_AUDIT]},
                "step1_after",
                "no first step",
            ),
            (
                {"urgent": "on", "step0_after": "0", "step0_parts": [_AUDIT]},
                "step0_after",
                "greater than or equal",
            ),
            ({"events": ["config.changed"]}, "events", "not one of the available"),
            ({"reason": ""}, "reason", "required"),
        ],
    )
    def test_what_makes_no_sense_is_refused_beside_its_field(
        self, max_: Client, fields: dict[str, Any], field: str, why: str
    ) -> None:
        answer = max_.post(_ADD, filled(**fields))
        assert why in str(answer.context["adminform"].form.errors[field])
        assert not Route.objects.exists()

    def test_saving_takes_up_again_what_was_set_aside(self, max_: Client) -> None:
        route = add(max_)
        route.set_aside("It broke.", at=NOON)
        page = max_.get(route.get_absolute_url()).content.decode()
        assert "It broke." in page
        assert "set aside" in max_.get("/admin/").content.decode()
        assert route_slots.routes()[0].tone == "danger"
        assert max_.post(route.get_absolute_url(), filled()).status_code == 302
        assert route_slots.routes() == []

    def test_it_is_for_administrators_and_nothing_is_deleted(self, client: Client) -> None:
        route = make_route()
        client.force_login(make_user("ada", is_staff=True))
        assert client.get(route.get_absolute_url()).status_code == 403
        assert client.post("/admin/alerts/route/preview/", filled()).status_code == 403


class TestRemarks:
    def said(self, client: Client, **fields: Any) -> dict[str, list[str]]:
        answer = client.post("/admin/alerts/route/preview/", filled(**fields),
                             headers={"HX-Request": "true"})  # fmt: skip
        assert answer.status_code == 200
        return {
            name: [str(remark.sentence) for remark in remarks]
            for name, remarks in answer.context["draft"]["said"].items()
            if remarks
        }

    def test_an_audience_that_is_empty_now_is_named_beside_its_field(self, max_: Client) -> None:
        empty, schedule = make_group("Nobody's"), make_rotation("nora")
        schedule.turns.all().delete()
        said = self.said(max_, teams=[empty.pk], schedules=[str(schedule.pk)])
        assert said["parts"][0] == "Nobody plays the part Auditor now."
        assert said["teams"] == ["Nobody is in Nobody's now."]
        assert said["schedules"] == ["Nobody is on call in First line now."]
        assert said["parts"][1] == "At the moment nobody is told by it."

    def test_events_without_a_scenario_are_named(self, max_: Client) -> None:
        scenario = make_cast()
        said = self.said(max_, events=["audit.gap"], scenarios=[str(scenario.pk)])
        assert "None of these events" in said["scenarios"][0]
        said = self.said(max_, events=["audit.gap", BROKEN], only_broken="on")
        assert "Some of these events" in said["only_broken"][0]

    def test_a_place_out_of_use_is_named_on_its_page_and_first_page(self, max_: Client) -> None:
        place = make_place(enabled=False)
        make_route().places.add(place)
        assert "Room is not in use." in max_.get("/admin/").content.decode()
        assert "Room is not in use." in [
            each.sentence
            for each in administration._wrong(timezone.now())  # noqa: SLF001
        ]


class TestPreview:
    def look(self, **fields: Any) -> Preview:
        return preview(Addition.of(make_route(**fields)), at=_LATER)

    def test_counts_messages_of_events_that_fit_and_leaves_out_who_was_told_anyway(self) -> None:
        scenario = make_cast()
        make_broken_glass(scenario)
        make_request(scenario, by=make_user("eve"))
        catch_up()
        route = make_route("Both", events=[BROKEN, "request.submitted"], parts=[Part.AUDITOR])
        route.parts.append(Part.RESPONDER)
        route.places.add(make_place())
        found = preview(Addition.of(route), at=_LATER)
        # The broken glass: Otto and the room, Rob and Rosa anyway. The request: three and the room.
        assert (found.told, found.messages, found.anyway) == (2, 6, 2)
        assert {person.name for person in found.standing} == {"Otto", "Rob", "Rosa"}
        assert [str(place) for place in found.places] == ["Room"]

    def test_looks_at_who_was_on_call_then_and_conditions_and_thirty_days(self) -> None:
        scenario = make_cast()
        make_broken_glass(scenario)
        catch_up()
        route = make_route("On call")
        route.schedules.add(make_rotation("nora", "nick"))
        addition = Addition.of(route)
        assert preview(addition, at=_LATER + timedelta(days=7)).messages == 1
        assert preview(addition, at=_LATER + timedelta(days=7)).on_call == [make_user("nick")]
        assert preview(addition, at=NOON + timedelta(days=31)).told == 0
        assert self.look(name="Drills", drills="only", parts=[Part.AUDITOR]).told == 0
        assert self.look(name="Nights", only_off_hours=True, parts=[Part.AUDITOR]).told == 0

    def test_the_number_of_queries_does_not_grow(self, django_assert_num_queries: Any) -> None:
        scenario, route = make_cast(), make_route(parts=[Part.AUDITOR])
        for name in ("ada", "eve"):
            make_broken_glass(scenario, by=make_user(name))
        catch_up()
        addition = Addition.of(route)
        with django_assert_num_queries(9):
            assert preview(addition, at=_LATER).told == 2

    def test_is_shown_on_the_page_and_by_post_without_a_script(self, max_: Client) -> None:
        make_broken_glass(make_cast(), at=timezone.now())
        catch_up(timezone.now())
        route = add(max_)
        assert "<strong>1 message</strong>" in max_.get(route.get_absolute_url()).content.decode()
        answer = max_.post("/admin/alerts/route/preview/", filled(parts=[_AUDIT]))
        assert "<strong>1 message</strong>" in answer.content.decode()
        assert "Nothing was saved" in answer.content.decode()


class TestScenario:
    def test_its_page_says_which_routes_add_to_it(self) -> None:
        scenario = make_cast()
        mine, other = make_route("Mine", parts=[Part.AUDITOR]), make_route("Other")
        mine.scenarios.add(scenario)
        other.scenarios.add(make_cast(slug="breach"))
        make_route("Of all")
        [panel] = route_slots.of_scenario(asked_by("ada"), scenario)
        assert [route.name for route in panel.context["routes"]] == ["Mine", "Of all"]
        assert not panel.context["may_change_routes"]
