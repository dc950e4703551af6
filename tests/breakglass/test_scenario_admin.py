"""The admin: saving makes a version, refuses what the lint refuses, and deletes nothing."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Part, User
from accounts.parts import give_part
from breakglass.models import ApprovalStep, GroupPermit, Permit, Scenario
from tests.breakglass.filled_form import filled_in, send
from tests.make import (
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_target,
    make_user,
)
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db

LIST = "/admin/breakglass/scenario/"


@pytest.fixture
def mei(client: Client) -> User:
    """An administrator by her group alone, signed in."""
    mei = make_user("mei", is_staff=True)
    give_part(make_group("Administrators", mei), Part.ADMINISTRATOR)
    client.force_login(mei)
    return mei


def address(scenario: Scenario) -> str:
    return reverse("admin:breakglass_scenario_change", args=[scenario.pk])


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="breakglass")


class TestSave:
    def test_makes_a_version_and_tells_who_why_and_what(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        sent = filled_in(client, address(scenario), max_minutes=90, reason="Longer nights.")

        assert send(client, address(scenario), sent).status_code == 302

        version = scenario.versions.first()
        assert version is not None
        assert (version.number, version.made_by, version.rules.max_minutes) == (2, mei, 90)
        change = facts("config.changed")[-1]
        assert change["changes"] == {"max_minutes": ["60", "90"]}
        assert change["reason"] == "Longer nights."
        assert actors("config.changed")[-1] == actors("scenario.versioned")[-1] == mei.ref

    def test_needs_a_reason(self, client: Client, mei: User) -> None:
        scenario = make_scenario()

        page = send(client, address(scenario), filled_in(client, address(scenario), max_minutes=90))

        assert "Say why you change it" in page.content.decode()
        assert scenario.versions.count() == 1

    def test_what_the_lint_refuses_is_said_and_undone(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        sent = filled_in(
            client, address(scenario), reason="More.", **{"steps-0-quorum": 3, "max_minutes": 90}
        )

        page = send(client, address(scenario), sent)

        assert page.status_code == 200
        assert "3 must agree, and it has 2 active members" in page.content.decode()
        assert 'value="90"' in page.content.decode()  # what was typed is still there
        assert Scenario.objects.get().max_minutes == 60
        assert ApprovalStep.objects.get().quorum == 1
        assert kinds().count("scenario.versioned") == 1

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("max_minutes", 10, "Less than the usual 30 minutes."),
            ("answer_within", 0, "Choose 1 or more."),
            ("time_zone", "Mars", "Choose a time zone"),
            ("time_zone", "", "This field is required."),
            ("use_when", "", "Say when to use it"),
        ],
    )
    def test_says_what_is_wrong_beside_the_field(
        self, client: Client, mei: User, field: str, value: Any, sentence: str
    ) -> None:
        scenario = make_scenario()
        sent = filled_in(client, address(scenario), reason="Try.", **{field: value})

        page = send(client, address(scenario), sent)

        assert sentence in str(page.context["adminform"].form.errors[field])
        assert scenario.versions.count() == 1

    def test_days_and_lists_are_edited_as_people_write_them(
        self, client: Client, mei: User
    ) -> None:
        scenario = make_scenario()
        sent = filled_in(
            client, address(scenario), reason="Weekend.",
            working_days=["5", "6"], expected_verbs="select, update", expected_objects="",
        )  # fmt: skip

        send(client, address(scenario), sent)

        scenario.refresh_from_db()
        assert scenario.working_days == [5, 6]
        assert scenario.expected_verbs == ["select", "update"]

    def test_a_permit_can_get_an_end_and_go(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        url = address(scenario)
        ends = {"permits-0-until": "2027-01-31T18:00"}
        send(client, url, filled_in(client, url, reason="Until spring.", **ends))
        assert GroupPermit.objects.filter(until__year=2027).count() == 1

        shown = client.get(url).context["inline_admin_formsets"][1].formset.forms
        kept = [each.instance.permission.codename for each in shown]
        number = kept.index(Permit.REVIEW.value)
        gone = {f"permits-{number}-DELETE": "on"}
        send(client, url, filled_in(client, url, reason="No more.", **gone))

        assert not GroupPermit.objects.of(Permit.REVIEW).exists()
        assert facts("config.changed")[-1]["action"] == "removed"

    def test_a_new_one_is_published_at_once(self, client: Client, mei: User) -> None:
        platform = make_group("Platform engineers", make_user("ada"))
        database = make_group("Database team", make_user("bob"))
        request = filled_in(
            client, f"{LIST}add/", name="Outage", slug="outage", use_when="Nobody can pay.",
            targets=[str(make_target().pk)], reason="The first.",
            **{
                "steps-TOTAL_FORMS": 1, "steps-0-position": 1, "steps-0-group": database.pk,
                "steps-0-quorum": 1, "permits-TOTAL_FORMS": 1, "permits-0-group": platform.pk,
                "permits-0-permission": permission(Permit.REQUEST.value).pk,
            },
        )  # fmt: skip

        assert send(client, f"{LIST}add/", request).status_code == 302

        assert Scenario.objects.in_use().get().slug == "outage"
        assert make_request(reference="INC-1", by=make_user("ada")).state == "pending"


class TestPages:
    def test_the_lint_stands_above_the_form(self, client: Client, mei: User) -> None:
        page = client.get(address(make_scenario())).content.decode()

        assert "Name a group to alert" in page

    def test_an_address_of_nothing_leads_back(self, client: Client, mei: User) -> None:
        assert client.get(f"{LIST}nothing/change/").status_code == 302

    def test_the_list_shows_versions(
        self, client: Client, mei: User, django_assert_max_num_queries: Any
    ) -> None:
        for slug in ("one", "two", "three"):
            make_scenario(slug)

        with django_assert_max_num_queries(20):
            page = client.get(LIST)

        assert page.status_code == 200

    def test_nothing_can_be_deleted(self, client: Client, mei: User) -> None:
        scenario = make_scenario()

        assert client.post(f"{LIST}{scenario.pk}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("model", ["request", "decision", "grant", "freeze", "decisionlink"])
    def test_what_has_a_state_is_for_looking_only(
        self, client: Client, mei: User, model: str
    ) -> None:
        group = mei.groups.get()
        group.permissions.add(permission(f"view_{model}"))
        make_broken_glass(make_scenario())

        assert client.get(f"/admin/breakglass/{model}/").status_code == 200
        assert client.get(f"/admin/breakglass/{model}/add/").status_code == 403

    def test_only_those_with_the_permission_come_in(self, client: Client) -> None:
        client.force_login(make_user("olga", is_staff=True))

        assert client.get(LIST).status_code == 403


class TestArchive:
    def act(self, client: Client, verb: str, scenario: Scenario, reason: str) -> str:
        sent = {"action": verb, "_selected_action": [str(scenario.pk)], "reason": reason}
        return client.post(LIST, sent, follow=True).content.decode()

    def test_archives_and_brings_back_with_a_reason(self, client: Client, mei: User) -> None:
        scenario = make_scenario()

        assert "is archived." in self.act(client, "archive", scenario, "Replaced.")
        assert not Scenario.objects.in_use().exists()
        assert "is in use again." in self.act(client, "bring_back", scenario, "Not yet.")

        assert actors("scenario.archived") == [mei.ref]

    def test_refuses_without_a_reason(self, client: Client, mei: User) -> None:
        scenario = make_scenario()

        assert "Say why" in self.act(client, "archive", scenario, "")
        assert Scenario.objects.in_use().exists()

    def test_an_archived_one_is_shown_and_not_changed(self, client: Client, mei: User) -> None:
        scenario = make_scenario()
        self.act(client, "archive", scenario, "Replaced.")

        page = client.get(address(scenario))

        assert page.status_code == 200
        assert not page.context["has_change_permission"]
