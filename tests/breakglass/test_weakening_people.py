"""The rule for people, groups and targets: who may do more, who is left to look, what is opened."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from accounts.models import Part, User
from accounts.parts import give_part, take_part
from breakglass.models import Permit
from breakglass.pictures import look, thing_of
from targets.models import Target
from tests.breakglass.changing import administrators, setting, weakened
from tests.make import NOON, make_group, make_scenario, make_target, make_user

pytestmark = pytest.mark.django_db


class TestPeople:
    def joins(self, group: Group) -> list[str]:
        person = make_user("zoe")
        return weakened(person, lambda: person.groups.add(group))

    @pytest.mark.parametrize(
        ("part", "sentence"),
        [
            (Part.RESPONDER, "Zoe becomes a responder."),
            (Part.ADMINISTRATOR, "Zoe becomes an administrator."),
            (Part.COMPLIANCE, "Zoe becomes a compliance officer."),
            (Part.AUDITOR, "Zoe becomes an auditor."),
        ],
    )
    def test_a_part_in_the_house(self, part: Part, sentence: str) -> None:
        assert self.joins(make_group("Some", part=part)) == [sentence]

    def test_a_permit_in_some_scenarios(self) -> None:
        make_scenario("two")
        make_scenario("one")
        make_scenario("gone", archived_at=NOON)

        assert self.joins(make_group("Database team")) == ["Zoe may decide on requests: One, Two."]

    def test_a_group_that_gives_nothing(self) -> None:
        assert self.joins(make_group("Choir")) == []

    def test_an_account_that_is_switched_on_again(self) -> None:
        make_scenario()
        bob = make_user("bob")

        assert setting(bob, is_active=False) == []
        assert setting(bob, is_active=True) == ["Bob may decide on requests: Production outage."]

    def test_the_way_into_the_administration(self) -> None:
        assert setting(make_user("zoe"), is_staff=True) == ["Zoe may open the administration."]

    def test_the_mail_address_of_somebody_who_may_do_something(self) -> None:
        make_scenario()

        assert setting(make_user("bob"), email="mallory@example.com") == [
            "The mail address of Bob becomes mallory@example.com: whoever reads it can set their"
            " password."
        ]
        assert setting(make_user("zoe"), email="z@example.com") == []

    def test_names_and_zones_are_words(self) -> None:
        assert setting(make_user("bob"), name="Robert", time_zone="Asia/Tokyo") == []


class TestGroups:
    def test_a_part_for_all_its_members(self) -> None:
        group = make_group("Night shift", make_user("yan"), make_user("zoe"))

        assert weakened(group, lambda: give_part(group, Part.RESPONDER)) == [
            "Yan, Zoe become responders."
        ]

    def test_a_part_for_nobody(self) -> None:
        group = make_group("Empty")

        assert weakened(group, lambda: give_part(group, Part.ADMINISTRATOR)) == []

    def test_who_joins_gets_what_they_had_not_by_another_group(self) -> None:
        make_scenario()
        zoe = make_user("zoe", is_staff=True)
        make_group("Auditors", zoe, part=Part.AUDITOR)
        team = make_group("Database team")

        assert weakened(team, lambda: team.user_set.add(zoe)) == [
            "Zoe may decide on requests: Production outage."
        ]

    def test_a_part_that_two_groups_give_is_not_gained_twice(self) -> None:
        yan, zoe = make_user("yan"), make_user("zoe")
        make_group("Auditors", zoe, part=Part.AUDITOR)
        more = make_group("Revision", part=Part.AUDITOR)

        assert weakened(more, lambda: more.user_set.add(yan, zoe)) == ["Yan becomes an auditor."]

    def test_a_name_is_a_word(self) -> None:
        assert setting(make_group("Database team", make_user("bob")), name="DBAs") == []


class TestWatchers:
    """Nobody is left to look: who goes last does not go unseen."""

    def leaves(self, name: str, group: Group) -> list[str]:
        person = make_user(name)
        return weakened(person, lambda: person.groups.remove(group))

    @pytest.mark.parametrize(
        ("part", "beginning"),
        [
            (Part.RESPONDER, "No responder is left"),
            (Part.COMPLIANCE, "No compliance officer is left"),
            (Part.AUDITOR, "No auditor is left"),
        ],
    )
    def test_the_last_one_of_a_part(self, part: Part, beginning: str) -> None:
        group = make_group("Some", make_user("yan"), make_user("zoe"), part=part)

        assert self.leaves("yan", group) == []
        (said,) = self.leaves("zoe", group)
        assert said.startswith(beginning)

    def test_a_group_that_loses_a_part(self) -> None:
        group = make_group("Some", make_user("yan"), part=Part.RESPONDER)

        (said,) = weakened(group, lambda: take_part(group, Part.RESPONDER))
        assert said.startswith("No responder is left")

    def test_the_last_but_one_administrator(self) -> None:
        mei, _noor, tom = administrators("mei", "noor", "tom")

        assert setting(mei, is_active=False) == []
        assert setting(tom, is_active=False) == [
            "One administrator is left, and nobody would look at what they change."
        ]

    def test_the_last_one_of_a_group_that_is_alerted(self) -> None:
        security = make_group("Security", make_user("zoe"))
        make_scenario().alert_groups.add(security)

        assert self.leaves("zoe", security) == [
            "Nobody is left in Security, which is to be alerted."
        ]

    def test_the_last_one_who_may_decide_on_requests(self) -> None:
        make_scenario()
        team = make_group("Database team")

        assert self.leaves("bob", team) == []
        assert self.leaves("carl", team) == [
            "Nobody is left who may decide on requests: Production outage."
        ]


class TestTargets:
    @pytest.fixture
    def target(self) -> Target:
        return make_scenario().targets.get()

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"host": "10.0.0.9"},
             "Its doors open at 10.0.0.9:1/shop instead of 127.0.0.1:1/shop."),
            ({"database": "pay"}, "Its doors open at 127.0.0.1:1/pay instead of 127.0.0.1:1/shop."),
            ({"sslmode": "disable"},
             "The connection to it is protected less: TLS disable instead of require."),
            ({"admin_user": "root"}, "Doors are made by another role: root."),
            ({"template_role": "owner"},
             "Doors get the rights of another role: owner instead of shop_support."),
            ({"read_only_role": "owner"},
             "Doors that may only look get the rights of another role: owner."),
        ],
    )  # fmt: skip
    def test_a_weaker_one_is_said(
        self, target: Target, fields: dict[str, Any], sentence: str
    ) -> None:
        assert setting(target, **fields) == [sentence]

    @pytest.mark.parametrize(
        "fields",
        [{"name": "Shop"}, {"sslmode": "verify-full"}, {"read_only_role": ""}, {"enabled": False}],
    )
    def test_others_are_not(self, target: Target, fields: dict[str, Any]) -> None:
        assert setting(target, **fields) == []

    def test_one_that_is_enabled_again(self, target: Target) -> None:
        setting(target, enabled=False)

        assert setting(target, enabled=True) == ["Its doors may be opened again."]

    def test_one_that_no_scenario_opens_may_be_set_up_freely(self) -> None:
        assert setting(make_target("new-db"), host="10.0.0.9", template_role="owner") == []


def test_what_a_person_gets_is_asked_with_the_same_few_queries(
    django_assert_max_num_queries: Any,
) -> None:
    scenarios = [make_scenario(slug) for slug in ("one", "two", "three")]
    group = make_group("Everybody", *(make_user(f"p{number}") for number in range(10)))
    for scenario in scenarios:
        assign_perm(Permit.VIEW.value, group, scenario)

    with django_assert_max_num_queries(12):
        found = look(*thing_of(group), at=NOON)

    assert {len(rights) for rights in found.rights.values()} == {3}
    assert User.objects.count() > 10
