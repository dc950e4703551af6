"""Pages about scenarios: the list, one scenario, its versions and what differs between two."""

import pytest
from django.test import Client

from accounts.models import Part
from breakglass import transitions
from breakglass.models import ApprovalStep, Scenario
from tests.make import NOON, make_group, make_scenario, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_version() -> Scenario:
    """A scenario that was changed once."""
    scenario = make_scenario(not_for="Reports.")
    ApprovalStep.objects.update(quorum=2)
    Scenario.objects.update(max_minutes=120, not_for="")
    transitions.publish(scenario, by=make_user("mei"), reason="Longer nights.", at=NOON)
    return scenario


def seen(client: Client, who: str, url: str) -> str:
    client.force_login(make_user(who))
    page = client.get(url)
    assert page.status_code == 200
    return page.content.decode()


class TestList:
    def test_shows_mine_first_and_why_not_the_others(self, client: Client) -> None:
        make_scenario("a-drill").permits.all().delete()
        make_scenario()

        page = seen(client, "ada", "/scenarios/")

        assert page.index("Production outage") < page.index("A drill")
        assert "Nobody may use A drill yet." in page

    def test_leaves_out_what_is_archived_or_unpublished(self, client: Client) -> None:
        transitions.archive(make_scenario(), by=None, reason="Old.", at=NOON)
        Scenario.objects.create(slug="draft", name="Half a draft")

        page = seen(client, "ada", "/scenarios/")

        assert "No scenario is in use." in page
        assert "Half a draft" not in page


class TestScenario:
    def test_says_the_rules_in_words(self, client: Client, second_version: Scenario) -> None:
        page = seen(client, "ada", "/scenarios/production-outage/")

        assert "2 of Database team" in page
        assert "Asked at once, by mail." in page
        assert "Longer nights." in page
        assert "Use this scenario" in page

    def test_a_group_that_no_step_asks_only_looks(self, client: Client) -> None:
        scenario = make_scenario()
        url = "/scenarios/production-outage/"
        assert "looks only" not in seen(client, "ada", url)

        scenario.steps.update(group=make_group("Others", make_user("eve")))

        assert "looks only: no step asks it" in seen(client, "ada", url)

    def test_says_why_not_to_others(self, client: Client) -> None:
        make_scenario()

        page = seen(client, "olga", "/scenarios/production-outage/")

        assert "is open to Platform engineers, and you are in none of these groups" in page
        assert "Name a group to alert" not in page

    def test_shows_the_lint_to_administrators(self, client: Client) -> None:
        make_scenario()
        make_group("Administrators", make_user("mei"), part=Part.ADMINISTRATOR)

        assert "Name a group to alert" in seen(client, "mei", "/scenarios/production-outage/")

    def test_says_that_it_is_archived(self, client: Client) -> None:
        transitions.archive(make_scenario(), by=None, reason="Old.", at=NOON)

        assert "This scenario is archived" in seen(client, "ada", "/scenarios/production-outage/")

    def test_a_draft_is_for_administrators(self, client: Client) -> None:
        Scenario.objects.create(slug="draft", name="Half a draft")
        make_group("Administrators", make_user("mei"), part=Part.ADMINISTRATOR)

        assert "Not published yet." in seen(client, "mei", "/scenarios/draft/")
        client.force_login(make_user("ada"))
        assert client.get("/scenarios/draft/").status_code == 404

    def test_is_for_people_who_are_signed_in(self, client: Client) -> None:
        make_scenario()

        assert client.get("/scenarios/production-outage/").status_code == 302


class TestVersions:
    def test_a_version_says_what_it_said(self, client: Client, second_version: Scenario) -> None:
        page = seen(client, "ada", "/scenarios/production-outage/1/")

        assert "1 of Database team" in page
        assert "Reports." in page

    def test_the_difference_is_told_field_by_field(
        self, client: Client, second_version: Scenario
    ) -> None:
        client.force_login(make_user("ada"))
        page = client.get("/scenarios/production-outage/1-2/")

        told = [(each.label, each.before, each.after) for each in page.context["changes"]]
        assert told == [
            ("Not for", ["Reports."], []),
            ("Approval steps", ["1. 1 of Database team"], ["1. 2 of Database team"]),
            ("At most", ["1 h"], ["2 h"]),
        ]

    def test_any_two_can_be_compared(self, client: Client, second_version: Scenario) -> None:
        same = seen(client, "ada", "/scenarios/production-outage/2-2/")

        assert "These two versions say the same." in same
        assert '/"></a>' not in same  # no link without words
        assert "1 h" in seen(client, "ada", "/scenarios/production-outage/2-1/")

    def test_two_are_chosen_on_the_page_of_the_scenario(
        self, client: Client, second_version: Scenario
    ) -> None:
        url = "/scenarios/production-outage/compare/"
        assert url in seen(client, "ada", "/scenarios/production-outage/")

        answer = client.get(url, {"first": "2", "second": "1"})

        assert answer.headers["location"] == "/scenarios/production-outage/2-1/"
        assert client.get(url, {"first": "x"}).status_code == 422

    @pytest.mark.parametrize("path", ["3/", "1-3/", "0-1/"])
    def test_what_is_not_there_is_404(
        self, client: Client, second_version: Scenario, path: str
    ) -> None:
        client.force_login(make_user("ada"))

        assert client.get(f"/scenarios/production-outage/{path}").status_code == 404
