"""Targets are defined in the admin, with a password that is written and never read."""

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from accounts.models import Part
from accounts.parts import give_part
from targets import trial
from targets.models import Target
from targets.trial import Tried
from tests.make import make_group, make_target, make_user
from tests.targets.make import open_door

pytestmark = pytest.mark.django_db
LIST = "/admin/targets/target/"
FORM: dict[str, Any] = {
    "name": "Shop",
    "slug": "shop-db",
    "kind": "postgresql",
    "host": "db.example.com",
    "port": "5432",
    "database": "shop",
    "sslmode": "verify-full",
    "admin_user": "breakglass_admin",
    "secret": "very-secret",
    "template_role": "shop_support",
    "read_only_role": "",
    "enabled": "on",
    "reason": "The shop moves in.",
}


@pytest.fixture(autouse=True)
def plain_admin(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def ann(client: Client) -> Client:
    group: Group = make_group("Administrators", make_user("ann", is_staff=True))
    give_part(group, Part.ADMINISTRATOR)
    client.force_login(make_user("ann"))
    return client


def test_a_new_target_keeps_its_password_sealed(ann: Client) -> None:
    assert ann.post(f"{LIST}add/", FORM).status_code == 302
    target = Target.objects.get()
    assert target.secret() == "very-secret"
    assert target.secret_set_at
    page = ann.get(f"{LIST}{target.pk}/change/").content.decode()
    assert "very-secret" not in page
    assert 'type="password"' in page


def test_a_new_target_needs_a_password(ann: Client) -> None:
    page = ann.post(f"{LIST}add/", FORM | {"secret": ""}).content.decode()
    assert "Enter the password of the administration role." in page
    assert not Target.objects.exists()


def test_an_empty_password_keeps_the_old_one(ann: Client) -> None:
    ann.post(f"{LIST}add/", FORM)
    target = Target.objects.get()
    ann.post(f"{LIST}{target.pk}/change/", FORM | {"secret": "", "name": "Shop 2"})
    target.refresh_from_db()
    assert (target.name, target.secret()) == ("Shop 2", "very-secret")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "a door opened, refused a stranger, and closed"),
        (["Nobody answers."], "Nobody answers"),
    ],
)
def test_the_action_tells_what_the_trial_found(
    ann: Client, monkeypatch: pytest.MonkeyPatch, found: list[str], words: str
) -> None:
    monkeypatch.setattr(trial, "trial", lambda _target: [Tried("Sign in", found)])
    target = make_target()
    chosen = {"action": "try_doors", "_selected_action": [str(target.pk)]}
    assert words in ann.post(LIST, chosen, follow=True).content.decode()
    target.refresh_from_db()
    assert target.last_error == "".join(found)


@pytest.mark.parametrize("htmx", [True, False])
def test_one_click_tells_step_by_step_what_to_put_right(ann: Client, *, htmx: bool) -> None:
    target = make_target()  # nobody answers there
    headers = {"HX-Request": "true"} if htmx else {}

    page = ann.post(f"{LIST}{target.pk}/test/", headers=headers).content.decode()

    assert "It would not open in an emergency." in page
    assert "Sign in at 127.0.0.1:1/shop as breakglass_admin" in page
    assert ("<h1>" in page) is not htmx
    target.refresh_from_db()
    assert target.last_tried_at
    assert target.last_error in unescape(page)


def test_a_test_that_went_well_says_so(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "trial", lambda _target: [Tried("Sign in", [])])
    target = make_target()

    page = ann.post(f"{LIST}{target.pk}/test/").content.decode()

    assert "It opens, refuses a stranger, and closes." in page
    target.refresh_from_db()
    assert target.last_ok_at == target.last_tried_at


def test_the_page_says_what_its_server_needs(ann: Client) -> None:
    page = unescape(ann.get(f"{LIST}{make_target().pk}/change/").content.decode())

    assert "logging_collector = on" in page
    assert 'CREATE ROLE "shop_support";' in page
    assert 'GRANT "shop_support" TO "breakglass_admin" WITH ADMIN OPTION;' in page


@pytest.mark.parametrize(("method", "status"), [("get", 405), ("post", 403)])
def test_a_test_is_for_administrators_and_changes_things(
    ann: Client, method: str, status: int
) -> None:
    if status == 403:
        ann.force_login(make_user("bob", is_staff=True))

    assert getattr(ann, method)(f"{LIST}{make_target().pk}/test/").status_code == status


def test_doors_are_for_looking_only(ann: Client) -> None:
    door = open_door()
    client = ann
    make_user("ann").groups.get().permissions.add(
        *Group.objects.get().permissions.model.objects.filter(codename="view_door")
    )
    page = f"/admin/targets/door/{door.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"state": "closed"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
