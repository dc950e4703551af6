"""People, groups and tokens in the admin: for administrators, by their part alone."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import Part, User
from accounts.parts import give_part, parts_of, take_part
from audit.models import Pending
from tests.accounts.make import make_token
from tests.make import make_group, make_user
from tests.record import actors, facts, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def admins() -> Group:
    group = make_group("Administrators", make_user("ann", is_staff=True))
    give_part(group, Part.ADMINISTRATOR)
    return group


@pytest.fixture
def ann(client: Client, admins: Group) -> Client:
    client.force_login(make_user("ann"))
    return client


class TestParts:
    def test_are_given_once_however_often(self, admins: Group) -> None:
        before = set(admins.permissions.all())

        give_part(admins, Part.ADMINISTRATOR)

        assert set(admins.permissions.all()) == before
        assert make_user("ann").plays(Part.ADMINISTRATOR)

    def test_of_administrators_open_the_admin_but_delete_nothing(self, admins: Group) -> None:
        ann = make_user("ann")

        for model in ("breakglass.{}_scenario", "targets.{}_target", "accounts.{}_user"):
            assert all(ann.has_perm(model.format(verb)) for verb in ("view", "add", "change"))
            assert not ann.has_perm(model.format("delete"))
        assert not ann.has_perm("accounts.change_apitoken")
        assert not ann.is_superuser

    def test_are_taken_with_what_only_they_needed(self, admins: Group) -> None:
        give_part(admins, Part.RESPONDER)

        take_part(admins, Part.ADMINISTRATOR)

        assert parts_of(admins) == [Part.RESPONDER]
        assert admins.permissions.count() == 1

    def test_of_a_person_who_is_switched_off_are_none(self, admins: Group) -> None:
        ann = make_user("ann")
        ann.is_active = False
        ann.save(update_fields=["is_active"])

        assert ann.parts() == []
        assert not ann.plays(Part.ADMINISTRATOR)

    def test_do_not_come_from_being_superuser(self) -> None:
        root = User.objects.create_superuser("root@example.com", name="Root")

        assert not any(root.plays(part) for part in Part)


class TestPeople:
    def test_are_made_with_a_reason(self, ann: Client) -> None:
        new = {"email": "New@Example.com", "name": "New", "usable_password": "false"}

        page = ann.get("/admin/accounts/user/add/").content.decode()
        assert "are given on the page of the person" in page
        assert "created a user" not in page
        assert ann.post("/admin/accounts/user/add/", new).status_code == 200
        assert ann.post("/admin/accounts/user/add/", new | {"reason": "Hired."}).status_code == 302
        assert not User.objects.get(email="new@example.com").has_usable_password()
        assert actors("config.changed")[-1] == make_user("ann").ref
        assert b"Hired." in bytes(Pending.objects.latest("pk").payload)

    def test_are_put_into_groups(self, ann: Client) -> None:
        bob, dba = make_user("bob"), make_group("dba")
        form: dict[str, Any] = {"email": bob.email, "name": "Bob", "time_zone": "UTC"}
        form |= {"is_active": "on", "memberships": [dba.pk], "reason": "Joined the team."}

        assert ann.post(f"/admin/accounts/user/{bob.pk}/change/", form).status_code == 302
        assert list(bob.groups.all()) == [dba]
        assert actors("config.changed")[-1] == make_user("ann").ref

    def test_cannot_be_made_superusers_or_removed(self, ann: Client) -> None:
        bob = make_user("bob")
        page = ann.get(f"/admin/accounts/user/{bob.pk}/change/").content.decode()

        assert "is_superuser" not in page
        assert "user_permissions" not in page
        assert ann.post(f"/admin/accounts/user/{bob.pk}/delete/").status_code == 403

    def test_get_a_password_on_the_record(self, ann: Client) -> None:
        bob = make_user("bob")
        new = {"password1": "a quite long phrase", "password2": "a quite long phrase"}

        ann.post(f"/admin/accounts/user/{bob.pk}/password/", new | {"usable_password": "true"})

        bob.refresh_from_db()
        assert bob.check_password("a quite long phrase")
        assert kinds()[-1] == "password.changed"
        assert actors("password.changed") == [make_user("ann").ref]


class TestGroups:
    def test_get_and_lose_parts(self, ann: Client) -> None:
        sre = make_group("sre", part=Part.AUDITOR)
        form = {"name": "sre", "parts": ["respond"], "reason": "They carry the pager."}

        assert ann.post(f"/admin/auth/group/{sre.pk}/change/", form).status_code == 302
        assert parts_of(sre) == [Part.RESPONDER]

    def test_get_and_lose_people_on_their_own_page(self, ann: Client) -> None:
        bob, carl = make_user("bob"), make_user("carl")
        dba = make_group("dba", bob)
        form = {"name": "dba", "members": [carl.pk], "reason": "Bob moved on, Carl joined."}
        before = len(facts("config.changed"))

        assert ann.post(f"/admin/auth/group/{dba.pk}/change/", form).status_code == 302
        assert list(dba.user_set.all()) == [carl]
        changes = facts("config.changed")[before:]
        assert [(each["name"], each["changes"]["groups"]) for each in changes] == [
            ("Carl", ["", "dba"]),
            ("Bob", ["dba", ""]),
        ]
        assert {each["reason"] for each in changes} == {"Bob moved on, Carl joined."}

    def test_keep_their_people_when_the_record_fails(
        self, ann: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dba = make_group("dba", make_user("bob"))
        form = {"name": "dba", "members": [], "reason": "Emptied."}
        monkeypatch.setattr("audit.log.record", Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError):
            ann.post(f"/admin/auth/group/{dba.pk}/change/", form)
        assert dba.user_set.count() == 1

    def test_show_who_is_in_them_first_and_nobody_who_left(self, ann: Client) -> None:
        gone, zoe = make_user("gone", is_active=False), make_user("zoe")
        page = ann.get(f"/admin/auth/group/{make_group('dba', zoe).pk}/change/").content.decode()
        assert page.index(f'value="{zoe.pk}"') < page.index(f'value="{make_user("ann").pk}"')
        assert f'value="{gone.pk}"' not in page

    def test_are_recorded_in_english_whoever_changes_them(self, ann: Client) -> None:
        User.objects.filter(email="ann@example.com").update(language="de")
        dba = make_group("dba")
        form = {"name": "dba team", "reason": "Said so."}
        assert ann.post(f"/admin/auth/group/{dba.pk}/change/", form).status_code == 302
        assert facts("config.changed")[-1]["model"] == "group"

    def test_are_listed_with_their_parts(self, ann: Client) -> None:
        make_group("sre", part=Part.RESPONDER)

        assert "Responder" in ann.get("/admin/auth/group/").content.decode()


class TestTokens:
    def test_are_looked_at_and_revoked(self, ann: Client) -> None:
        token, _ = make_token(make_user("bob"))
        chosen = {"action": "revoke", "_selected_action": [token.pk]}

        for answer in ("is revoked", "revoked already"):
            page = ann.post("/admin/accounts/apitoken/", chosen, follow=True)
            assert answer in page.content.decode()
        token.refresh_from_db()
        assert token.revoked_at

    def test_are_not_changed(self, ann: Client) -> None:
        token, _ = make_token(make_user("bob"))
        page = ann.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()

        assert bytes(token.digest).hex() not in page
        assert 'name="_save"' not in page


def test_others_stay_out(client: Client) -> None:
    client.force_login(make_user("bob", is_staff=True))

    assert client.get("/admin/accounts/user/").status_code == 403
