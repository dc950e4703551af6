"""Every page of the main story, in both themes and on both sizes: axe finds nothing."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Part
from breakglass import transitions
from breakglass.models import Request
from breakglass.transitions import Offer
from tests.journeys.conftest import AXE, House, with_password
from tests.make import (
    make_broken_glass,
    make_group,
    make_request,
    make_scenario,
    make_user,
    voice,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs("chromium")]
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[Any]:
    """Return what axe finds, short enough to read."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]][:3])
        for each in found["violations"]
    ]


def width_beyond(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wider


@pytest.fixture
def cases(house: House) -> dict[str, Request]:
    """Return a house with something on every page."""
    outage = make_scenario(expected_verbs=["select", "update"])
    drill = make_scenario("drill", drill=True)
    other = make_scenario("suspected-breach")
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    make_group("Administrators", make_user("mei"), part=Part.ADMINISTRATOR)
    with_password("ada", "bob", "dana", "carla", "mei")
    now = timezone.now()
    found = {
        "live": make_broken_glass(outage, at=now),
        "pending": make_request(drill, at=now),
        "offer": make_request(other, at=now),
    }
    offer = Offer(minutes=10, targets=list(found["offer"].targets.all()))
    transitions.counter(found["offer"], voice=voice("bob", "Less."), offer=offer, at=now)
    transitions.freeze(by=make_user("dana"), reason="Test.", person=make_user("eve"), at=now)
    house.work()
    return found


@pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (False, True), (True, False), (True, True)]
)
def test_no_page_has_a_fault(
    house: House, cases: dict[str, Request], *, phone: bool, dark: bool
) -> None:
    places = {
        "ada": [
            "/", "/cases/", "/scenarios/", "/request/", "/profile/", "/mailbox/",
            "/request/?scenario=production-outage&urgency=break_glass",
            "/request/?scenario=drill&urgency=normal",
            *(case.get_absolute_url() for case in cases.values()),
            f"/grants/{cases['live'].grant.pk}/more-time/", "/scenarios/drill/",
        ],
        "bob": ["/", "/decide/", *(f"/decide/{case.pk}/" for case in cases.values())],
        "dana": ["/now/", "/alerts/", f"/grants/{cases['live'].grant.pk}/revoke/"],
        "carla": ["/", "/reviews/", "/findings/", "/dashboard/", "/ledger/", "/ledger/0/",
                  "/ledger/?kind=request.submitted", "/mailbox/", "/alerts/"],
        "mei": ["/simulator/", "/scenarios/drill/"],
    }  # fmt: skip
    found = {}
    for name, paths in places.items():
        page = house.enter(name, phone=phone, dark=dark)
        for path in paths:
            page.goto(house.url + path)
            if faults := violations(page):
                found[path] = faults
            assert width_beyond(page) <= 0, path
    assert found == {}


def test_the_narrowest_phone_needs_no_sideways_scrolling(
    house: House, cases: dict[str, Request]
) -> None:
    page = house.enter("ada", phone=True)
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/request/?scenario=drill", cases["live"].get_absolute_url(), "/cases/"):
        page.goto(house.url + path)
        assert width_beyond(page) <= 0, path
