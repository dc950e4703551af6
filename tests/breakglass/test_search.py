"""A search finds what people remember of a case, and only what they may see."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import Part, User
from breakglass import search
from breakglass.models import Request
from tests.make import NOON, make_group, make_request, make_scenario, make_target, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Request:
    return make_request(make_scenario(), reference="INC-20481", at=NOON)


def numbers(text: str, *, by: User | None = None) -> list[int]:
    rows = search.cases(text, by=by or make_user("ada"), at=NOON + timedelta(days=1))
    return [request.case for request in rows]


@pytest.mark.parametrize(
    "text",
    ["ada", "SHOP", "shop-db", "inc-204", "INC-20481", "outage", "yesterday", "ada shop yesterday",
     "case ada"],
)  # fmt: skip
def test_a_case_is_found_by_what_one_remembers(shop: Request, text: str) -> None:
    assert numbers(text) == [shop.case]


def test_a_case_is_found_by_its_number(shop: Request) -> None:
    assert numbers(str(shop.case)) == numbers(f"#{shop.case}") == [shop.case]
    assert numbers("9" * 30) == []


@pytest.mark.parametrize("text", ["eve", "ada billing", "0481", "today", "%", "_"])
def test_every_word_has_to_fit(shop: Request, text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    "text",
    ["{0:%Y-%m-%d}", "{0.day} {0:%b}", "{0.day} {0:%B} {0.year} ada", "{0:%b} {0.day}, {0.year}",
     "{0.day}.{0.month}.", "shop {0:%d.%m.%Y}", "{0:%d. %B} INC-2"],
)  # fmt: skip
def test_a_case_is_found_by_its_day(shop: Request, text: str) -> None:
    assert numbers(text.format(NOON)) == [shop.case]
    assert numbers(text.format(NOON - timedelta(days=1))) == []


def test_a_day_is_read_in_the_language_of_the_reader(shop: Request) -> None:
    with translation.override("de"):
        assert numbers(f"gestern {date_format(NOON, 'j. F')}") == [shop.case]
        assert numbers("heute") == []


@pytest.mark.parametrize("text", ["31.2.", "30 Feb", "2026-13-45", "99 March", "1.2.3.4"])
def test_what_is_no_day_is_a_word(shop: Request, text: str) -> None:
    assert numbers(text) == []


def test_nobody_finds_what_they_may_not_see(shop: Request) -> None:
    assert numbers("ada", by=make_user("mallory")) == []
    assert numbers("ada", by=make_user("bob")) == [shop.case]
    assert search.people("ada", by=make_user("mallory"), at=NOON) == []
    assert search.people("ada", by=make_user("bob"), at=NOON) == [make_user("ada")]


def test_targets_are_found_by_those_who_may_ask_for_them(shop: Request) -> None:
    make_target("billing-db")
    found = search.targets("shop", by=make_user("ada"), at=NOON)
    assert [(target.slug, scenario) for target, scenario in found] == [("shop-db", shop.scenario)]
    assert search.targets("shop", by=make_user("bob"), at=NOON) == []
    assert search.targets("billing", by=make_user("ada"), at=NOON) == []


def test_an_overseer_finds_everything(shop: Request) -> None:
    make_group("Auditors", dora := make_user("dora"), part=Part.AUDITOR)
    assert numbers("ada", by=dora) == [shop.case]
