"""Memberships end by the clock, and every change of an end is on the record."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.memberships import set_groups, set_members
from accounts.models import Membership, Part, User
from accounts.parts import give_part
from accounts.policy import why_membership_over, why_not_play
from core import zones
from tests.make import NOON, make_group, make_user
from tests.record import facts

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def bob() -> User:
    return make_user("bob")


@pytest.fixture
def pager(bob: User) -> Group:
    """A group of responders that Bob leaves at noon."""
    group = make_group("Pager", bob, part=Part.RESPONDER)
    bob.memberships.update(until=NOON)
    return group


def ends(person: User) -> dict[str, datetime | None]:
    return dict(person.memberships.values_list("group__name", "until"))


class TestTheClock:
    def test_ends_a_membership_to_the_instant(self, bob: User, pager: Group) -> None:
        before = NOON - SECOND
        assert list(bob.groups_at(before)) == [pager]
        assert list(User.objects.in_groups([pager.pk], before)) == [bob]
        assert list(User.objects.playing(Part.RESPONDER, before)) == [bob]
        assert bob.parts(before) == [Part.RESPONDER]

        assert not bob.groups_at(NOON).exists()
        assert not User.objects.in_groups([pager.pk], NOON).exists()
        assert not User.objects.playing(Part.RESPONDER, NOON).exists()
        assert bob.parts(NOON) == []

    def test_ends_what_somebody_remembers_of_themselves(self, bob: User, pager: Group) -> None:
        bob.settle()

        assert bob.plays(Part.RESPONDER, NOON - SECOND)
        assert not bob.plays(Part.RESPONDER, NOON)

    @pytest.mark.parametrize(("ends_in", "playing"), [(SECOND * 60, 1), (-SECOND * 60, 0)])
    def test_of_the_database_counts_where_no_time_is_told(
        self, bob: User, pager: Group, ends_in: timedelta, playing: int
    ) -> None:
        bob.memberships.update(until=timezone.now() + ends_in)

        assert len(bob.parts()) == playing
        assert User.objects.playing(Part.RESPONDER).count() == playing

    def test_takes_the_administration_away(self, client: Client) -> None:
        ann = make_user("ann", is_staff=True)
        give_part(make_group("Administrators", ann), Part.ADMINISTRATOR)
        assert User.objects.get(pk=ann.pk).has_perm("accounts.view_user")

        ann.memberships.update(until=timezone.now() - SECOND)

        assert not User.objects.get(pk=ann.pk).has_perm("accounts.view_user")
        client.force_login(ann)
        assert client.get(reverse("admin:accounts_user_changelist")).status_code == 403

    def test_another_group_still_counts(self, bob: User, pager: Group) -> None:
        make_group("Security", bob, part=Part.RESPONDER)

        assert bob.parts(NOON) == [Part.RESPONDER]
        assert User.objects.playing(Part.RESPONDER, NOON).get() == bob


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "hour"), [("UTC", 0), ("Europe/Berlin", 23), ("America/New_York", 5)]
    )
    def test_end_in_the_zone_of_the_installation(self, settings: Any, zone: str, hour: int) -> None:
        settings.TIME_ZONE = zone
        end = zones.day_end(date(2026, 12, 3))

        assert end.hour == hour
        assert zones.last_day(end) == date(2026, 12, 3)
        assert zones.last_day(end + SECOND) == date(2026, 12, 4)

    def test_end_where_clocks_are_set_back(self, settings: Any) -> None:
        settings.TIME_ZONE = "Europe/Berlin"

        assert zones.day_end(date(2026, 10, 25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)


class TestTheRecord:
    def changes(self) -> list[list[str]]:
        return [each["changes"]["groups"] for each in facts("config.changed") if each["changes"]]

    def test_says_each_end_before_and_after(self, bob: User) -> None:
        dba = make_group("dba")
        before = len(self.changes())

        for until in (NOON, NOON + SECOND * 60, None, None):
            set_groups(bob, {dba: until})
        set_groups(bob, {})

        assert self.changes()[before:] == [
            ["", f"dba, until {NOON:%Y-%m-%d %H:%M} UTC"],
            [f"dba, until {NOON:%Y-%m-%d %H:%M} UTC", f"dba, until {NOON:%Y-%m-%d} 12:01 UTC"],
            [f"dba, until {NOON:%Y-%m-%d} 12:01 UTC", "dba"],
            ["dba", ""],
        ]

    def test_is_about_the_person_from_either_side(self, bob: User) -> None:
        set_members(make_group("dba"), {bob: NOON})

        assert facts("config.changed")[-1]["name"] == "Bob"
        assert ends(bob) == {"dba": NOON}


class TestWhyNot:
    def test_names_group_and_last_day(self, bob: User, pager: Group) -> None:
        bob.memberships.update(until=zones.day_end(date(2026, 12, 3)))
        after = zones.day_end(date(2026, 12, 3))

        assert why_not_play(Part.RESPONDER, by=bob, at=after - SECOND) is None
        assert why_not_play(Part.RESPONDER, by=bob, at=after) == (
            "Your membership in Pager ended on 3 December 2026. Ask an administrator to extend it."
        )

    def test_is_said_of_somebody_else(self, bob: User, pager: Group) -> None:
        why = why_membership_over(bob, [pager.pk], at=NOON, by=make_user("ada"))

        assert why is not None
        assert why.startswith("The membership of Bob in Pager ended on ")

    def test_is_not_said_of_who_was_never_in_it(self, pager: Group) -> None:
        assert why_membership_over(make_user("ada"), [pager.pk], at=NOON) is None
        why = why_not_play(Part.RESPONDER, by=make_user("ada"), at=NOON)
        assert why is not None
        assert why.startswith("Only a responder")


class TestForms:
    @pytest.fixture
    def ann(self, client: Client) -> Client:
        """The only administrator: nothing waits."""
        ann = make_user("ann", is_staff=True)
        give_part(make_group("Administrators", ann), Part.ADMINISTRATOR)
        client.force_login(ann)
        return client

    def of_group(self, group: Group, days: dict[User, str]) -> tuple[str, dict[str, Any]]:
        form: dict[str, Any] = {"name": group.name, "reason": "Leave is over."}
        form |= {"members": [str(person.pk) for person in days]}
        form |= {f"members-until-{person.pk}": day for person, day in days.items()}
        return f"/admin/auth/group/{group.pk}/change/", form

    def test_a_group_takes_last_days(self, ann: Client, bob: User) -> None:
        dba, carl = make_group("dba", bob), make_user("carl")

        answer = ann.post(*self.of_group(dba, {bob: "2999-12-03", carl: ""}))

        assert answer.status_code == 302
        assert ends(bob) == {"dba": datetime(2999, 12, 4, tzinfo=UTC)}
        assert ends(carl) == {"dba": None}
        page = ann.get(f"/admin/auth/group/{dba.pk}/change/").content.decode()
        assert 'value="2999-12-03"' in page
        assert "until 3 December 2999" in page

    def test_a_person_takes_them_too(self, ann: Client, bob: User) -> None:
        dba = make_group("dba")
        url = f"/admin/accounts/user/{bob.pk}/change/"
        form: dict[str, Any] = {"email": bob.email, "name": "Bob", "time_zone": "UTC"}
        form |= {"is_active": "on", "memberships": [dba.pk], "reason": "A project."}

        answer = ann.post(url, form | {f"memberships-until-{dba.pk}": "2999-12-03"})

        assert answer.status_code == 302
        assert ends(bob) == {"dba": datetime(2999, 12, 4, tzinfo=UTC)}
        assert "until 3 December 2999" in ann.get(url).content.decode()

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("2026-01-01", "1 January 2026 is over. Untick Bob to end the membership now."),
            ("soon", "“soon” is no day."),
            ("9999-12-31", "“9999-12-31” is no day."),
        ],
    )
    def test_a_day_that_cannot_be_is_refused(
        self, ann: Client, bob: User, day: str, sentence: str
    ) -> None:
        dba = make_group("dba", bob)

        answer = ann.post(*self.of_group(dba, {bob: day}))

        assert sentence in answer.content.decode()
        assert ends(bob) == {"dba": None}

    def test_what_has_ended_is_marked_and_stays_as_it_is(self, ann: Client, bob: User) -> None:
        dba = make_group("dba", bob)
        bob.memberships.update(until=NOON)
        page = ann.get(f"/admin/auth/group/{dba.pk}/change/").content.decode()
        assert f'value="{zones.last_day(NOON).isoformat()}"' in page
        assert "ended</span>" in page
        assert "ended on" in page

        answer = ann.post(*self.of_group(dba, {bob: zones.last_day(NOON).isoformat()}))

        assert answer.status_code == 302
        assert ends(bob) == {"dba": NOON}

    def test_lists_count_and_show_who_is_in_a_group_now(self, ann: Client, bob: User) -> None:
        dba = make_group("dba", bob, make_user("carl"))
        bob.memberships.update(until=timezone.now() - SECOND)

        groups = ann.get("/admin/auth/group/").content.decode()
        people = ann.get(f"/admin/accounts/user/?group={dba.pk}").content.decode()

        assert re.search(r"field-people\W[^<]*>\s*(<[^>]*>)?1<", groups)
        assert "carl@example.com" in people
        assert "bob@example.com" not in people


def test_the_profile_says_until_when(client: Client, bob: User) -> None:
    make_group("dba", bob)
    make_group("ops", bob)
    Membership.objects.filter(group__name="dba").update(until=zones.day_end(date(2999, 12, 3)))
    Membership.objects.filter(group__name="ops").update(until=zones.day_end(date(2026, 1, 3)))
    client.force_login(bob)

    page = client.get(reverse("profile")).content.decode()

    assert "until 3 December 2999" in page
    assert "ended on 3 January 2026" in page
