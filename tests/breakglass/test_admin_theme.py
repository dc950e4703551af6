"""The admin stands in the frame of all other pages, and wears their tokens."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Part
from accounts.parts import give_part
from core.templatetags.admin_rows import labelled
from tests.make import make_group, make_scenario, make_user

pytestmark = pytest.mark.django_db
PLACES = (
    "",
    "breakglass/",
    "breakglass/scenario/",
    "accounts/user/",
    "accounts/user/add/",
    "auth/group/",
    "auth/group/add/",
    "targets/target/",
    "targets/target/add/",
    "accounts/apitoken/",
)


@pytest.fixture
def mei(client: Client) -> Client:
    give_part(make_group("Administrators", make_user("mei", is_staff=True)), Part.ADMINISTRATOR)
    client.force_login(make_user("mei"))
    make_scenario()
    return client


@pytest.mark.parametrize("place", PLACES)
def test_has_the_rail_and_one_title(mei: Client, place: str) -> None:
    page = mei.get(f"/admin/{place}").content.decode()

    assert 'class="rail"' in page
    assert page.count("<h1") == 1
    assert "admin/css/base.css" not in page


@pytest.mark.parametrize(
    ("place", "title"),
    [
        ("breakglass/scenario/", "Scenarios"),
        ("breakglass/scenario/add/", "New scenario"),
        ("accounts/user/", "People"),
        ("accounts/user/add/", "New person"),
        ("auth/group/", "Groups"),
        ("auth/group/add/", "New group"),
        ("targets/target/", "Targets"),
        ("targets/target/add/", "New target"),
        ("accounts/apitoken/", "API tokens"),
    ],
)
def test_speaks_in_our_words(mei: Client, place: str, title: str) -> None:
    page = mei.get(f"/admin/{place}").content.decode()

    assert f"<title>{title} · Breakglass</title>" in page
    assert f"<h1>{title}</h1>" in page
    for words in ("to change", "to view", "Add another", "Action:", "-----", "Hold down"):
        assert words not in page


def test_the_history_of_a_thing_says_who(mei: Client) -> None:
    group = make_group("sre")
    mei.post(f"/admin/auth/group/{group.pk}/change/", {"name": "ops", "reason": "Renamed."})

    page = mei.get(f"/admin/auth/group/{group.pk}/history/").content.decode()
    assert "Mei" in page
    assert "<title>History of ops · Breakglass</title>" in page


def test_cells_of_lists_are_named_for_phones() -> None:
    headers: list[dict[str, Any]] = [{"text": "<b>Old</b> name"}, {"text": ""}]

    (row,) = labelled([["<td>a</td>", "<td>b</td>"]], headers)

    assert row == '<td data-label="Old name">a</td><td>b</td>'
