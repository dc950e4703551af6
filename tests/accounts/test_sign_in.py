"""Signing in and out: on the record, limited, and for nobody who was not invited."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Pending
from core import refs
from tests.accounts.make import sign_in
from tests.make import make_user
from tests.record import actors, kinds

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def ada() -> User:
    return make_user("ada", password=PASSWORD)


def test_signing_in_and_out_is_recorded(client: Client, ada: User) -> None:
    assert sign_in(client, "Ada@example.com", PASSWORD) == 302
    client.post(reverse("account_logout"))

    assert kinds() == ["session.started", "session.ended"]
    assert actors("session.started") == [ada.ref]


def test_a_failed_sign_in_names_the_person_but_not_what_was_typed(
    client: Client, ada: User
) -> None:
    sign_in(client, ada.email, "my-secret-typed-wrong")
    sign_in(client, "stranger@example.org", "whatever")

    assert kinds() == ["sign_in.failed", "sign_in.failed"]
    known, stranger = Pending.objects.order_by("-pk")[1], Pending.objects.latest("pk")
    assert json.loads(bytes(known.envelope))["obj"] == ada.ref
    for row in (known, stranger):
        said = bytes(row.envelope) + bytes(row.payload)
        assert not [word for word in (b"typed", b"stranger", b"ada@") if word in said]


def test_failures_are_limited_by_account_and_address(client: Client, ada: User) -> None:
    for _ in range(5):
        sign_in(client, ada.email, "wrong")

    assert sign_in(client, ada.email, PASSWORD) != 302
    assert sign_in(Client(), ada.email, PASSWORD, REMOTE_ADDR="192.0.2.7") == 302


def test_nobody_makes_an_account_for_themselves(client: Client) -> None:
    given = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}

    answer = client.post(reverse("account_signup"), given)

    assert b"Accounts are made for you" in answer.content
    assert not User.objects.exists()


def test_nobody_changes_their_own_address(client: Client, ada: User) -> None:
    client.force_login(ada)

    assert client.get("/accounts/email/").status_code == 404


def test_a_person_who_is_switched_off_stays_out(client: Client, ada: User) -> None:
    ada.is_active = False
    ada.save(update_fields=["is_active"])

    sign_in(client, ada.email, PASSWORD)

    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("ada")
def test_the_admin_has_no_door_of_its_own(client: Client) -> None:
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_reset_password_done",
     "account_inactive", "account_reset_password_from_key_done"],
)  # fmt: skip
@pytest.mark.usefixtures("ada")
def test_pages_for_everybody_are_there(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert b"<h1>" in answer.content


@pytest.mark.parametrize(
    "name", ["account_logout", "account_change_password", "account_reauthenticate"]
)
def test_pages_for_people_are_there(client: Client, ada: User, name: str) -> None:
    client.force_login(ada)

    assert b"<h1>" in client.get(reverse(name)).content


def test_a_forgotten_password_is_set_by_mail(
    client: Client, ada: User, mailoutbox: list[Any]
) -> None:
    client.post(reverse("account_reset_password"), {"email": ada.email})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    [mail] = mailoutbox
    [link] = [word for word in mail.body.split() if "/password/reset/key/" in word]

    page = client.get(link, follow=True)
    new = {"password1": "a new long phrase", "password2": "a new long phrase"}
    client.post(page.request["PATH_INFO"], new)

    ada.refresh_from_db()
    assert ada.check_password("a new long phrase")
    assert actors("password.changed") == [ada.ref]


def test_a_mail_about_a_password_speaks_its_recipients_language(
    client: Client, ada: User, mailoutbox: list[Any]
) -> None:
    User.objects.update(language="de")
    client.post(reverse("account_reset_password"), {"email": ada.email})
    assert mailoutbox[0].subject.endswith("Neues Passwort setzen")
    assert "Wenn Sie es nicht waren" in mailoutbox[0].body


def test_people_systems_and_strangers_have_labels(ada: User) -> None:
    labels = refs.labels([ada.ref, "system:breakglass", "system:command-line", "user:nonsense"])

    assert labels[ada.ref].text == "Ada"
    assert labels["system:breakglass"].text == "Breakglass"
    assert labels["user:nonsense"].text == "user:nonsense"
