"""The page on which a scenario is edited: it says what a change would mean, and saves nothing."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Part, User
from accounts.parts import give_part
from audit.models import Pending
from breakglass.models import ApprovalStep, Permit, Scenario
from tests.breakglass.filled_form import filled_in, send
from tests.breakglass.test_scenario_admin import LIST, address
from tests.make import (
    StepOf,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
)
from tests.record import facts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mei(client: Client) -> User:
    """An administrator by her group alone, signed in."""
    mei = make_user("mei", is_staff=True)
    give_part(make_group("Administrators", mei), Part.ADMINISTRATOR)
    client.force_login(mei)
    return mei


def preview(client: Client, scenario: Scenario, **changes: Any) -> str:
    """Return what htmx puts beside the fields after these changes."""
    sent = filled_in(client, address(scenario), **changes)
    answer = client.post(f"{LIST}{scenario.pk}/preview/", sent)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def said(answer: str, field: str) -> str:
    """Return what is said beside a field."""
    found = re.search(rf'<div id="said-{field}"[^>]*>(.*?)</div>', answer)
    assert found
    return found[1].strip()


def in_two_steps() -> Scenario:
    first, second = make_group("Database team"), make_group("Leads", make_user("priya"))
    return make_scenario(steps=[StepOf(first, escalate_after=10), StepOf(second)])


class TestPreview:
    def test_says_what_changes_in_words(self, client: Client) -> None:
        security = make_group("Security", make_user("tomas"))
        answer = preview(client, make_scenario(), **{"steps-0-group": security.pk})

        assert "<del>1. 1 of Database team</del>" in answer
        assert "<ins>1. 1 of Security</ins>" in answer
        assert "2 before, 1 after. New: Tomas. No longer: Bob and Carl." in answer

    def test_saves_and_records_nothing(self, client: Client) -> None:
        scenario = make_scenario()
        before = Pending.objects.count()

        assert "<ins>1 h 30 min</ins>" in preview(client, scenario, max_minutes=90)

        assert scenario.versions.count() == 1
        assert Scenario.objects.get().max_minutes == 60
        assert Pending.objects.count() == before

    def test_says_what_the_lint_would_say_beside_the_field(self, client: Client) -> None:
        answer = preview(client, make_scenario(), use_when="", **{"steps-0-quorum": 3})

        assert "Say when to use it" in said(answer, "use_when")
        assert "3 must agree, and it has 2 active members" in said(answer, "steps")
        assert said(answer, "not_for") == ""
        assert "2 things keep it from being published" in answer

    def test_says_what_cannot_be_read_beside_the_field(self, client: Client) -> None:
        answer = preview(client, make_scenario(), max_minutes="", **{"steps-0-group": ""})

        assert "This field is required." in said(answer, "max_minutes")
        assert "Row 1: Group that is asked" in said(answer, "steps")

    def test_counts_what_keeps_its_version(self, client: Client) -> None:
        scenario = make_scenario()
        make_request(scenario, by=make_user("eve"))

        assert "One open request keeps" in preview(client, scenario, max_minutes=90)

    def test_counts_open_access(self, client: Client) -> None:
        scenario = make_scenario(default_minutes=10_000_000, max_minutes=10_000_000)
        make_broken_glass(scenario)

        assert "One open access keeps" in preview(client, scenario, not_for="Reports.")

    def test_tells_a_story_by_the_rules_on_the_page(self, client: Client) -> None:
        scenario = make_scenario()
        chosen = {"try-person": make_user("ada").pk, "try-urgency": "normal", "max_minutes": 90}

        assert "the most is 1 h 30 min." in preview(client, scenario, **chosen)

    def test_is_for_those_who_may_change_it(self, client: Client) -> None:
        scenario = make_scenario()
        client.force_login(make_user("olga", is_staff=True))

        assert client.post(f"{LIST}{scenario.pk}/preview/").status_code == 403
        assert client.post(f"{LIST}add/preview/").status_code == 403

    def test_of_a_new_one_has_no_before(self, client: Client) -> None:
        group = make_group("Database team", make_user("bob"))
        sent = filled_in(
            client, f"{LIST}add/", name="Outage", slug="outage",
            **{"steps-TOTAL_FORMS": 1, "steps-0-position": 1, "steps-0-group": group.pk,
               "steps-0-quorum": 1},
        )  # fmt: skip

        answer = client.post(f"{LIST}add/preview/", sent).content.decode()

        assert "<ins>Outage</ins>" in answer
        assert not Scenario.objects.exists()


class TestSave:
    def test_shows_the_change_first_and_saves_it_then(self, client: Client) -> None:
        scenario = make_scenario()
        url = address(scenario)
        sent = filled_in(client, url, reason="Longer nights.", max_minutes=90)

        page = client.post(url, sent)

        assert "This is what saving would change." in page.content.decode()
        assert scenario.versions.count() == 1
        assert send(client, url, sent).status_code == 302
        assert scenario.versions.count() == 2

    def test_shows_it_again_when_somebody_else_was_faster(self, client: Client) -> None:
        scenario = make_scenario()
        url = address(scenario)
        sent = filled_in(client, url, reason="Longer nights.", max_minutes=90)
        seen = re.findall(r'name="seen" value="(\w+)"', preview(client, scenario, max_minutes=90))
        send(client, url, filled_in(client, url, reason="Other.", not_for="Reports."))

        page = client.post(url, {**sent, "seen": seen})

        assert "<del>Reports.</del>" in page.content.decode()
        assert scenario.versions.count() == 2

    def test_steps_change_places(self, client: Client) -> None:
        scenario = in_two_steps()
        url = address(scenario)
        moved = {"steps-0-position": 2, "steps-1-position": 1}

        send(client, url, filled_in(client, url, reason="Leads first.", **moved))

        steps = ApprovalStep.objects.order_by("position")
        assert [step.group.name for step in steps] == ["Leads", "Database team"]

    def test_two_steps_with_one_number_are_refused(self, client: Client) -> None:
        scenario = in_two_steps()
        url = address(scenario)

        page = client.post(url, filled_in(client, url, reason="Odd.", **{"steps-0-position": 2}))

        assert "Two steps have the number 2" in page.content.decode()


class TestReplacedApprovers:
    """A group that no step asks any more would go on deciding: the page says so, and helps."""

    def replaced(self, **more: Any) -> tuple[Scenario, dict[str, Any]]:
        security = make_group("Security", make_user("tomas"))
        return make_scenario(), {"steps-0-group": security.pk, **more}

    def test_are_named_beside_the_permits(self, client: Client) -> None:
        scenario, changes = self.replaced()
        words = said(preview(client, scenario, **changes), "permits")
        assert "No step asks Database team: it decides on no new request" in words

    def test_lose_their_permit_where_that_is_wished_and_shown(self, client: Client) -> None:
        scenario, changes = self.replaced(let_go="on")
        answer = preview(client, scenario, **changes)
        assert "<del>Database team</del>" in answer
        assert "No step asks" not in answer
        assert deciders(scenario) == ["Database team"]

        url = address(scenario)
        sent = filled_in(client, url, reason="Security decides now.", **changes)
        assert send(client, url, sent).status_code == 302
        assert deciders(scenario) == ["Security"]
        removed = [each for each in facts("config.changed") if each["action"] == "removed"]
        assert [each["name"] for each in removed] == [
            "Database team may decide on requests in Production outage"
        ]
        assert {each["reason"] for each in removed} == {"Security decides now."}

    def test_keep_it_where_nobody_wishes(self, client: Client) -> None:
        scenario, changes = self.replaced()
        url = address(scenario)
        sent = filled_in(client, url, reason="Both for a while.", **changes)
        assert send(client, url, sent).status_code == 302
        assert deciders(scenario) == ["Database team", "Security"]


def deciders(scenario: Scenario) -> list[str]:
    permits = scenario.permits.of(Permit.APPROVE).order_by("group__name")
    return list(permits.values_list("group__name", flat=True))


class TestWithoutScript:
    def test_a_button_shows_what_would_change(self, client: Client) -> None:
        scenario = make_scenario()
        sent = filled_in(client, address(scenario), max_minutes=90, _look="")

        page = client.post(address(scenario), sent).content.decode()

        assert "<ins>1 h 30 min</ins>" in page
        assert 'value="90"' in page

    @pytest.mark.parametrize(("rows", "name"), [("steps", "group"), ("permits", "permission")])
    def test_a_button_adds_an_empty_row(self, client: Client, rows: str, name: str) -> None:
        scenario = make_scenario()
        before = int(filled_in(client, address(scenario))[f"{rows}-TOTAL_FORMS"][0])
        sent = filled_in(client, address(scenario), **{f"_add-{rows}": ""})

        page = client.post(address(scenario), sent).content.decode()

        assert f'name="{rows}-{before}-{name}"' in page
        assert "This field is required." not in page
