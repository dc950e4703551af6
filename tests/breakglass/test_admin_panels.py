"""Beside people and groups in the admin: what they may do, and what would be missing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Part, User
from accounts.parts import give_part
from breakglass.models import GroupPermit, Permit
from breakglass.transitions.previews import without
from tests.breakglass.browser import queries
from tests.make import make_broken_glass, make_group, make_request, make_scenario, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mei(client: Client) -> User:
    """An administrator by her group alone, signed in."""
    mei = make_user("mei", is_staff=True)
    give_part(make_group("Administrators", mei), Part.ADMINISTRATOR)
    client.force_login(mei)
    return mei


def person_page(client: Client, name: str) -> str:
    page = client.get(f"/admin/accounts/user/{make_user(name).pk}/change/")
    return " ".join(page.content.decode().split())


def group_page(client: Client, name: str) -> str:
    page = client.get(f"/admin/auth/group/{make_group(name).pk}/change/")
    return " ".join(page.content.decode().split())


class TestPerson:
    def test_may_do_what_their_groups_may_and_until_when(self, client: Client) -> None:
        make_scenario()
        ends = datetime(2099, 1, 31, 18, tzinfo=UTC)
        GroupPermit.objects.of(Permit.REQUEST).update(until=ends)

        page = person_page(client, "ada")

        assert "May request access, through Platform engineers, until" in page
        assert "31 Jan 2099" in page
        assert "May decide" not in page

    def test_whose_permit_has_ended_is_told_so(self, client: Client) -> None:
        make_scenario()
        GroupPermit.objects.of(Permit.REQUEST).update(until=datetime(2020, 1, 31, tzinfo=UTC))

        assert "<strong>ended</strong>" in person_page(client, "ada")

    def test_without_a_permit_may_do_nothing(self, client: Client) -> None:
        assert "Nothing in any scenario" in person_page(client, "mei")

    def test_plays_their_parts(self, client: Client) -> None:
        assert "Administrator</span>" in person_page(client, "mei")

    def test_who_leaves_nobody_to_decide_is_missed(self, client: Client) -> None:
        scenario = make_scenario()
        scenario.steps.update(quorum=2)

        assert "2 must agree, and it has 1 active members" in person_page(client, "bob")
        assert make_user("bob").is_active

    def test_who_has_something_open_is_told_of(self, client: Client) -> None:
        scenario, now = make_scenario(), timezone.now()
        make_broken_glass(scenario, at=now)
        make_request(scenario, by=make_user("eve"), at=now)

        assert "Their access stays open until it ends" in person_page(client, "ada")
        assert "Their request waits" in person_page(client, "eve")

    def test_whom_nobody_misses_can_go(self, client: Client) -> None:
        make_scenario()

        assert "Every scenario can still be answered" in person_page(client, "eve")

    def test_their_page_asks_no_more_often_for_many_scenarios(self, client: Client) -> None:
        make_scenario("one")
        person_page(client, "ada")
        with queries() as few:
            person_page(client, "ada")
        for number in range(4):
            make_scenario(f"more-{number}")
        with queries() as many:
            person_page(client, "ada")

        assert len(many) == len(few)


class TestGroup:
    def test_has_members_and_what_it_may_do_where(self, client: Client) -> None:
        make_scenario()

        page = group_page(client, "Database team")

        assert "Bob" in page
        assert "May decide on requests" in page
        assert "step 1" in page

    def test_that_no_step_asks_looks_and_decides_nothing(self, client: Client) -> None:
        make_scenario().steps.update(group=make_group("Others", make_user("eve")))

        page = group_page(client, "Database team")

        assert "May look at cases, as no step asks it to decide" in page
        assert "May decide on requests" not in page

    def test_may_be_empty(self, client: Client) -> None:
        page = group_page(client, "sre")

        assert "Nobody yet." in page
        assert "It has no permit in any scenario." in page


def test_looking_at_what_would_be_missing_changes_nothing(mei: User) -> None:
    scenario = make_scenario()
    scenario.steps.update(quorum=2)
    bob: Any = make_user("bob")

    found = without(bob, at=timezone.now())

    bob.refresh_from_db()
    assert bob.is_active
    assert [each.severity for _, each in found] == ["error"]
