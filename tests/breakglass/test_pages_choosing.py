"""Choosing the emergency and the targets, among one or a thousand; and the way out."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from breakglass import transitions
from breakglass.models import Request
from targets.models import Target
from tests.breakglass.asking import FULL, NEW, send
from tests.breakglass.browser import (
    asked,
    broken,
    client,
    make_cast,
    queries,
    see,
    text,
)
from tests.make import (
    REASON,
    StepOf,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)

pytestmark = pytest.mark.django_db


class TestChoosing:
    def test_a_card_says_what_helps_to_choose(self) -> None:
        database, leads = make_group("Database team"), make_group("Leads", make_user("lena"))
        steps = [StepOf(database, escalate_after=10), StepOf(leads, stands_in=True)]
        scenario = make_scenario(steps=steps, not_for="Planned work.", review_within_hours=48)
        voted = make_request(scenario, by=make_user("eve"), at=timezone.now() - timedelta(hours=1))
        late = voted.submitted_at + timedelta(minutes=7)
        transitions.approve(voted, voice=voice("bob"), at=late)
        card = text(see("ada", NEW)).partition('class="choice offer"')[2].partition("</label>")[0]
        for words in (
            "Customers cannot order, pay or sign in.",
            "<strong>Not for:</strong> Planned work.",
            "May start before approval, up to 1 h",
            "2 people in Database team can answer, usually in 7 min",
            "Then Leads, after 10 min",
            "All recorded, reviewed within 2 days",
        ):
            assert words in card

    def test_a_card_says_that_nobody_can_answer(self) -> None:
        make_scenario(steps=[StepOf(make_group("Empty"))])
        assert "Too few of Empty can answer now" in text(see("ada", NEW))

    def test_a_frozen_emergency_cannot_be_chosen(self) -> None:
        scenario = make_cast()
        make_scenario("drill")
        transitions.freeze(
            by=make_user("dana"), reason="Odd queries.", scenario=scenario, at=timezone.now()
        )
        page = text(see("ada", NEW))
        assert "Production outage is frozen since" in page
        assert 'value="production-outage" disabled' in page
        assert 'value="drill" disabled' not in page

    def test_what_the_wish_can_open_comes_first_and_exercises_last(self) -> None:
        make_cast()
        make_scenario("a-drill", drill=True)
        make_scenario("by-approval", break_glass=False)
        order = r'name="scenario" id="[^"]+" value="([^"]+)"'
        at_once, can_wait = see("ada", NEW), see("ada", NEW, urgency="normal")
        found = re.findall(order, text(at_once))
        assert found == ["production-outage", "by-approval", "a-drill"]
        assert re.findall(order, text(can_wait)) == ["by-approval", "production-outage", "a-drill"]

    def test_many_are_searched(self) -> None:
        make_cast()
        for number in range(15):
            make_scenario(f"outage-{number}", use_when=f"The printer of floor {number} burns.")
        page = text(see("ada", NEW))
        assert page.count('name="scenario" id=') == 12
        assert "12 of 16 emergencies." in page
        assert text(see("ada", NEW, all="yes")).count('name="scenario" id=') == 16
        found = text(see("ada", NEW, q="Floor 12"))
        assert found.count('name="scenario" id=') == 1
        assert "1 of 16 emergencies says “Floor 12”." in found
        assert "Nothing says that." in text(see("ada", NEW, q="aliens"))
        by_system = see("ada", NEW, q="shop-db", scenario="outage-7")
        assert 'value="outage-7" checked' in text(by_system)

    def test_asks_no_more_for_more_scenarios(self) -> None:
        make_cast()
        browser = client("ada")
        make_scenario("first")
        browser.get(NEW)
        with queries() as few:
            browser.get(NEW)
        for slug in ("second", "third", "fourth"):
            make_scenario(slug)
        with queries() as many:
            browser.get(NEW)
        assert len(many) == len(few)

    def test_one_chosen_hides_the_others_until_they_are_wanted(self) -> None:
        make_cast()
        make_scenario("drill")
        page = text(see("ada", NEW, scenario="drill"))
        assert 'value="production-outage"' not in page
        page = text(client("ada").post(NEW, FULL | {"redraw": "cards"}))
        assert 'value="production-outage" checked' in page
        assert 'value="drill"' in page
        assert f"{REASON}</textarea>" in page

    def test_a_thousand_targets_are_searched(self) -> None:
        names = [f"db-{number:04}" for number in range(1000)]
        fleet = Target.objects.bulk_create([Target(slug=name, name=name) for name in names])
        make_scenario(targets=fleet)
        page = text(see("ada", NEW))
        assert page.count('name="targets"') == 20
        assert "1000 targets. Write a part of the name to find yours." in page
        chosen = FULL | {"targets": ["db-0007"], "find": "db-099"}
        part = text(client("ada").post("/request/targets/", chosen))
        assert part.count('name="targets"') == 11
        assert 'value="db-0007" checked' in part
        assert "10 of 1000 targets have “db-099” in their name." in part
        assert send(targets=["db-0007", "db-0999"]).status_code == 302

    def test_without_a_script_a_redraw_sends_nothing(self) -> None:
        make_cast()
        response = client("ada").post(NEW, FULL | {"redraw": "break_glass", "minutes": "15"})
        assert response.status_code == 200
        assert "If you break the glass now" in text(response)
        assert 'value="15" id="id_minutes_0" checked' in text(response)
        assert not Request.objects.exists()


class TestTheWayOut:
    """Who cannot send anything is told before a word is typed."""

    def test_a_frozen_person(self) -> None:
        make_cast()
        dana, noor = make_user("dana"), make_user("noor")
        transitions.freeze(
            by=dana, reason="Odd queries.", person=make_user("ada"), at=timezone.now()
        )
        page = text(see("ada", NEW, scenario="production-outage"))
        assert "Ada is frozen since" in page
        assert f"Responders: {dana} or {noor}." in page
        assert "<textarea" not in page

    def test_what_is_open_already(self) -> None:
        make_cast()
        case = broken().case
        page = text(see("ada", NEW))
        assert "You have 1 open in Production outage, and 1 is the most" in page
        assert f">Open Case {case}</a>" in page
        assert "<textarea" not in page

    def test_what_waits_already(self) -> None:
        make_cast()
        case = asked().case
        page = text(see("ada", NEW, urgency="normal"))
        above, below = page.split('id="id_targets_set"')
        assert "You have asked for this already." in above
        assert f">Open Case {case}</a>" in above
        assert f">Open Case {case}</a>" not in below

    def test_what_waits_already_stops_no_broken_glass(self) -> None:
        make_cast()
        case = asked().case
        above, below = text(see("ada", NEW, urgency="break_glass")).split('id="id_targets_set"')
        assert "Withdraw that request to ask anew.</strong> You may still break the glass." in above
        assert f">Open Case {case}</a>" in above
        assert 'tabindex="-1" data-no' not in above
        assert 'value="normal" disabled' in below

    def test_what_waits_already_is_known_once_the_emergency_is_chosen(self) -> None:
        case = make_request(make_cast(), at=timezone.now()).case
        make_scenario("drill")
        part = text(client("ada").post("/request/terms/", FULL | {"wish": "normal"}))
        assert f">Open Case {case}</a>" in part.partition('id="id_targets_set"')[0]

    def test_nobody_who_could_decide(self) -> None:
        make_scenario(steps=[StepOf(make_group("Empty"))])
        page = text(see("ada", NEW, urgency="normal"))
        assert "Nobody besides you can answer for Empty" in page
        assert 'value="normal" data-primary disabled' in page

    def test_one_that_is_closed_to_them(self) -> None:
        make_cast()
        make_scenario("drill")
        page = text(see("mallory", NEW, scenario="drill"))
        assert "Drill is open to Platform engineers, and you are in none of these groups" in page
        assert "none of these" not in text(see("mallory", NEW, scenario="\x00"))

    def test_no_scenario_names_who_may(self) -> None:
        make_cast()
        assert "Call somebody of <strong>Platform engineers</strong>" in text(see("mallory", NEW))
