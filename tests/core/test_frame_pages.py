"""The frame: the search page, what can be done from anywhere, and how pages look."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Part
from tests.make import make_group, make_request, make_scenario, make_target, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    make_scenario()
    client.force_login(make_user("ada"))
    return client


def words(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


class TestSearch:
    def test_without_words_it_offers_what_one_can_do(self, ada: Client) -> None:
        found = words(ada, "/search/").partition('id="found"')[2]
        assert "Break the glass" in found
        assert 'href="/cases/"' in found
        assert "Freeze…" not in found

    def test_a_responder_finds_the_freeze(self, client: Client) -> None:
        make_group("Responders", dana := make_user("dana"), part=Part.RESPONDER)
        client.force_login(dana)
        assert 'href="/now/#freeze"' in words(client, "/search/?q=kill")

    def test_it_shows_cases_people_and_targets(self, ada: Client) -> None:
        case = make_request()
        assert f'href="/cases/{case.case}/"' in words(ada, "/search/?q=ada")
        assert "scenario=production-outage" in words(ada, "/search/?q=shop-db")

    def test_nothing_is_said_kindly(self, ada: Client) -> None:
        assert "Nothing fits “&lt;b&gt;”." in words(ada, "/search/?q=%3Cb%3E%00")

    def test_administrators_find_what_they_administer(self, client: Client) -> None:
        make_target("shop-db")
        mei = make_user("mei", is_staff=True)
        mei.user_permissions.set(
            Permission.objects.filter(codename__in=["view_user", "view_target"])
        )
        client.force_login(mei)
        assert "/admin/accounts/user/" in words(client, "/search/?q=mei")
        assert "/admin/targets/target/" in words(client, "/search/?q=shop")

    def test_it_is_for_people_who_are_signed_in(self, client: Client) -> None:
        assert client.get("/search/?q=ada").status_code == 302


class TestKeys:
    def test_n_is_for_who_may_ask(self, ada: Client) -> None:
        assert 'data-keys="n" data-go="/request/?urgency=normal"' in words(ada, "/cases/")
        ada.force_login(make_user("mallory"))
        assert 'data-keys="n"' not in words(ada, "/cases/")
        assert 'data-keys="/"' in words(ada, "/cases/")


class TestLooks:
    def test_a_choice_is_in_the_first_byte_of_the_next_page(self, ada: Client) -> None:
        assert "data-theme" not in words(ada, "/profile/").partition(">")[0:2][0]
        answer = ada.post("/looks/", {"theme": "dark", "density": "compact", "keys": "off"})
        assert answer["Location"] == "/profile/"
        page = words(ada, "/profile/")
        assert 'data-theme="dark" data-density="compact"' in page[:200]
        assert "data-keys" not in page

    def test_one_choice_leaves_the_others(self, ada: Client) -> None:
        ada.post("/looks/", {"theme": "dark", "density": "normal", "keys": "on"})
        answer = ada.post("/looks/", {"keys": "off", "back": "/cases/"})
        assert answer["Location"] == "/cases/"
        assert ada.cookies["looks"].value == "dark.normal.off"

    @pytest.mark.parametrize("cookie", ["", "purple", "dark.compact.off.more", '"<b>"'])
    def test_a_cookie_that_is_none_of_ours_breaks_nothing(self, ada: Client, cookie: str) -> None:
        ada.cookies["looks"] = cookie
        assert "purple" not in words(ada, "/profile/")

    def test_nonsense_and_other_places_are_refused(self, ada: Client) -> None:
        answer = ada.post("/looks/", {"theme": "purple", "back": "https://evil.example/"})
        assert answer["Location"] == "/profile/"
        assert "looks" not in ada.cookies
