"""Four eyes on passwords: who sets one may act as its owner."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from breakglass.models import ProposedChange
from tests.breakglass.changing import administrators
from tests.breakglass.filled_form import filled_in
from tests.breakglass.test_admin_eyes import text
from tests.make import make_scenario, make_user
from tests.record import actors

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(client: Client) -> User:
    """One of two administrators, signed in."""
    mei, _noor = administrators("mei", "noor")
    client.force_login(mei)
    return mei


@pytest.fixture
def alone(client: Client) -> User:
    """The only administrator, signed in."""
    (mei,) = administrators("mei")
    client.force_login(mei)
    return mei


class TestPasswords:
    def set(self, client: Client, name: str, **more: str) -> Any:
        url = reverse("admin:auth_user_password_change", args=[make_user(name).pk])
        word = "correct-horse-battery"
        sent = {"usable_password": "true", "password1": word, "password2": word, **more}
        return client.post(url, sent)

    def test_the_page_says_beforehand_whom_it_would_wait_for(
        self, client: Client, mei: User
    ) -> None:
        url = reverse("admin:auth_user_password_change", args=[make_user("bob").pk])

        shown = text(client.get(url))

        assert "Whoever sets it here could act as them." in shown
        assert "waits for Noor" in shown

    def test_may_be_taken_away_at_once(self, client: Client, mei: User) -> None:
        make_scenario()
        bob = make_user("bob")
        bob.set_password("something-of-his-own")
        bob.save()

        self.set(client, "bob", **{"usable_password": "false", "unset-password": ""})

        assert not make_user("bob").has_usable_password()
        assert not ProposedChange.objects.exists()

    def test_of_somebody_who_may_do_something_waits(self, client: Client, mei: User) -> None:
        make_scenario()

        answer = self.set(client, "bob")

        assert not make_user("bob").check_password("correct-horse-battery")
        change = ProposedChange.objects.get()
        assert "gets a password that somebody else chose" in change.weakenings[0]
        assert "argon2" not in text(client.get(answer.url))

    def test_is_set_when_it_is_accepted_and_then_forgotten(self, client: Client, mei: User) -> None:
        make_scenario()
        url = self.set(client, "bob").url
        client.force_login(make_user("noor"))

        client.post(url, {"verdict": "accept", "seen": filled_in(client, url)["seen"]})

        assert make_user("bob").check_password("correct-horse-battery")
        assert ProposedChange.objects.get().hidden == {}
        assert actors("password.changed") == [mei.ref]

    def test_of_somebody_who_may_do_nothing_is_set_at_once(self, client: Client, mei: User) -> None:
        self.set(client, "zoe")

        assert make_user("zoe").check_password("correct-horse-battery")

    def test_ones_own_is_ones_own(self, client: Client, mei: User) -> None:
        self.set(client, "mei")

        assert make_user("mei").check_password("correct-horse-battery")

    def test_what_is_typed_wrong_is_neither_set_nor_proposed(
        self, client: Client, mei: User
    ) -> None:
        make_scenario()

        assert self.set(client, "bob", password2="else").status_code == 200

        assert not ProposedChange.objects.exists()

    def test_by_the_only_administrator_is_said(self, client: Client, alone: User) -> None:
        make_scenario()

        self.set(client, "bob")

        assert make_user("bob").check_password("correct-horse-battery")
        assert actors("config.weakened_alone") == [alone.ref]

    def test_is_not_for_everybody_who_comes_here(self, client: Client, mei: User) -> None:
        make_scenario()
        client.force_login(make_user("olga", is_staff=True))

        assert self.set(client, "bob").status_code == 403
