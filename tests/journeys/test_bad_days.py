"""Bad days in a real browser: hostile and endless words, many targets, none, a wrong clock."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Part, User
from accounts.parts import give_part
from breakglass import transitions
from breakglass.models import Request
from targets.models import Target
from tests.chromium import needs_chromium
from tests.journeys.axe import sticking_out
from tests.journeys.conftest import House, with_password
from tests.make import (
    REASON,
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_target,
    make_user,
    voice,
)

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]
MARKUP = "<script>alert(1)</script><b onclick='alert(2)'>\"&amp;{{7*7}}</b>"
ODD = (
    f"{MARKUP} 🚒👩🏽‍🚒 \u202e\u0645\u0631\u062d\u0628\u0627\u202c "  # right to left, and forced so
)
ENDLESS = "W" * 5_000  # no space at which a line could break


@pytest.fixture
def everywhere(house: House) -> dict[str, list[str]]:
    """Return a house full of hostile and endless words, and where each person meets them."""
    longest = (ODD + ENDLESS)[:100]
    target = make_target(name=longest)
    scenario = make_scenario(
        targets=[target], name=longest, use_when=ODD + ENDLESS, not_for=ODD + ENDLESS
    )
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    User.objects.update(name=(ODD + ENDLESS)[:150])
    words: dict[str, Any] = {
        "justification": (ODD + ENDLESS)[:5000],
        "intent": (ODD + ENDLESS)[:5000],
        "reference": ("INC" + MARKUP + ENDLESS)[:100],
    }
    now = timezone.now()
    live = make_broken_glass(scenario, at=now, **words)
    asked = make_request(scenario, by=make_user("eve"), at=now, **words)
    transitions.ratify(live, voice=voice("bob", ODD + ENDLESS[:4000]), at=now)
    with_password("ada", "bob", "dana", "carla")
    house.work()
    case, other = live.get_absolute_url(), asked.get_absolute_url()
    return {
        "ada": ["/", "/request/?urgency=normal", case, "/cases/", "/scenarios/", "/mailbox/",
                scenario.get_absolute_url()],
        "bob": ["/", "/decide/", f"/decide/{asked.pk}/", other],
        "dana": ["/now/", case, "/alerts/"],
        "carla": ["/reviews/", "/ledger/", "/ledger/3/", "/dashboard/", case],
    }  # fmt: skip


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_hostile_and_endless_words_stay_words_in_their_place(
    house: House, everywhere: dict[str, list[str]], *, phone: bool
) -> None:
    wider = {}
    for name, paths in everywhere.items():
        page = house.enter(name, phone=phone)
        page.on("dialog", lambda dialog: house.complaints.append(dialog.message))
        for path in paths:
            page.goto(house.url + path)
            assert page.locator("b[onclick], script:not([src])").count() == 0, path
            if found := sticking_out(page):
                wider[name, path] = found
    assert wider == {}
    expect(page.get_by_role("main")).to_contain_text("<b onclick='alert(2)'>")


def test_words_beyond_the_limit_are_refused_and_kept(house: House) -> None:
    make_scenario(reference_required=False)
    with_password("ada")
    ada = house.enter("ada", script=False)
    ada.goto(f"{house.url}/request/?urgency=normal")
    ada.locator("[name=justification]").evaluate("field => field.removeAttribute('maxlength')")
    ada.locator("[name=justification]").fill(ENDLESS + "!")

    ada.get_by_role("button", name="Ask for access").click()

    expect(ada.get_by_role("main")).to_contain_text("5000")
    expect(ada.locator("[name=justification]")).to_have_value(ENDLESS + "!")
    assert not Request.objects.exists()


def test_the_thousandth_target_is_found_and_asked_for(house: House) -> None:
    first = make_target("db-0000")
    values = {field: getattr(first, field) for field in ("kind", "host", "port", "database",
              "admin_user", "template_role", "read_only_role")}  # fmt: skip
    Target.objects.bulk_create(
        Target(slug=f"db-{number:04}", name=f"db-{number:04}", **values)
        for number in range(1, 1_000)
    )
    make_scenario(targets=list(Target.objects.all()))
    with_password("ada")
    ada = house.enter("ada", phone=True)
    ada.goto(f"{house.url}/request/?urgency=normal")
    ada.get_by_role("searchbox").first.fill("db-0999")
    ada.get_by_label("db-0999").check()
    ada.get_by_label("Why do you need access?").fill(REASON)
    assert sticking_out(ada) == []
    ada.get_by_role("button", name="Ask for access").click()
    ada.wait_for_url("**/cases/*/")
    assert [target.slug for target in Request.objects.get().targets.all()] == ["db-0999"]


def test_without_a_scenario_every_page_says_what_to_do(house: House) -> None:
    give_part(make_group("Administrators", make_user("mei", is_staff=True)), Part.ADMINISTRATOR)
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    make_user("ada")
    with_password("ada", "mei", "dana", "carla")
    places = {
        "ada": ("/", "/request/", "/scenarios/", "/cases/"),
        "mei": ("/", "/simulator/", "/scenarios/", "/admin/breakglass/scenario/"),
        "dana": ("/now/", "/alerts/"),
        "carla": ("/reviews/", "/findings/", "/dashboard/"),
    }
    for name, paths in places.items():
        page = house.enter(name, phone=True)
        for path in paths:
            answer = page.goto(house.url + path)
            assert answer
            assert answer.ok, path
            assert sticking_out(page) == [], path
    ada = house.enter("ada")
    ada.goto(f"{house.url}/request/")
    expect(ada.get_by_role("main")).to_contain_text("administrator")


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_changes_no_time_that_is_shown(house: House, hours: int) -> None:
    case = make_broken_glass(make_scenario(), at=timezone.now(), minutes=30)
    with_password("ada")
    ada = house.enter("ada")
    ada.clock.install(time=timezone.now() + timedelta(hours=hours))
    ada.goto(house.url + case.get_absolute_url())

    ada.clock.run_for(11_000)

    expect(ada.locator("count-down").first).to_contain_text("29:")
    for said in ada.locator("main relative-time").all_inner_texts():
        assert "h" not in said.split(), said
    shown = ada.locator("live-clock").first.inner_text()
    assert shown[:5] in {f"{timezone.now() + timedelta(minutes=m):%H:%M}" for m in (-1, 0, 1)}


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar", "rtl")])
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_longer_words_and_another_direction_fit(
    house: House, *, language: str, direction: str, phone: bool
) -> None:
    scenario = make_scenario()
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    with_password("ada", "bob", "dana", "carla")
    now = timezone.now()
    live = make_broken_glass(scenario, at=now)
    asked = make_request(scenario, by=make_user("eve"), at=now)
    house.work()
    places = {
        "ada": ("/", "/request/?urgency=break_glass", live.get_absolute_url(), "/profile/"),
        "bob": ("/decide/", f"/decide/{asked.pk}/"),
        "dana": ("/now/", "/alerts/"),
        "carla": ("/reviews/", "/findings/", "/dashboard/", "/ledger/"),
    }
    wider = {}
    for name, paths in places.items():
        page: Page = house.enter(name, phone=phone)
        User.objects.update(language=language)
        for path in paths:
            page.goto(house.url + path)
            assert page.evaluate("document.dir || getComputedStyle(document.body).direction") == (
                direction
            )
            assert page.evaluate("document.documentElement.lang") == language
            if found := sticking_out(page):
                wider[path] = found
        User.objects.update(language="")
    assert wider == {}
