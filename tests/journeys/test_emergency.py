"""The whole story in a browser: break the glass, ratify from the mail, go in, end, review."""

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect
from psycopg.conninfo import make_conninfo

from accounts.models import Part
from breakglass.models import Grant, Request
from reviews.models import Review
from targets.models import Target
from tests.chromium import needs_chromium
from tests.doors.make import Shop, make_target
from tests.journeys.conftest import House, with_password
from tests.make import REASON, make_group, make_scenario, make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs_chromium,
]


@pytest.fixture
def target(house: House, shop: Shop) -> Target:
    """Return the shop as the target of a scenario, with people who can sign in."""
    target = make_target(shop, slug="shop-db")
    make_scenario(targets=[target])
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    with_password("ada", "bob", "rita", "dana")
    return target


def shown(page: Page, what: str) -> str:
    """Return a line of the credentials."""
    return page.locator(f"#{what}-shop-db").inner_text()


def row_read_with(page: Page) -> int:
    """Go in with the credentials that stand on the page, and count customers."""
    command = re.search(r'psql "(.+)"', shown(page, "command"))
    assert command
    dsn = make_conninfo(command[1], password=shown(page, "password"))
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT count(*) FROM customers").fetchone()
    return found[0] if found else 0


def hold(page: Page) -> None:
    """Hold the red button for as long as it takes."""
    page.get_by_role("button", name="Hold to break the glass").click(delay=1200)


def test_from_breaking_the_glass_to_the_verdict(house: House, target: Target) -> None:
    ada = house.sign_in("ada")
    ada.get_by_role("link", name="Break the glass", exact=True).click()
    ada.get_by_label("Why do you need access?").fill(REASON)
    expect(ada.locator("#coach")).to_contain_text("Impact is clear")
    hold(ada)
    ada.get_by_role("button", name="Show my way in").click()
    assert row_read_with(ada) > 0
    with ada.context.expect_page() as beside:  # the password stays on this one
        ada.get_by_role("link", name="Ask for more time").locator("visible=true").click()
    expect(beside.value.get_by_role("heading", name="Ask for more time")).to_be_visible()
    beside.value.close()
    assert row_read_with(ada) > 0

    house.work()
    bob = house.sign_in("bob", phone=True)
    bob.goto(f"{house.url}/mailbox/")
    bob.get_by_role("link", name=re.compile("broke the glass", re.IGNORECASE)).first.click()
    bob.locator("a[href*='/d/']").first.click()
    bob.get_by_role("button", name="Ratify").click()
    expect(bob.get_by_role("status")).to_contain_text("Ratified.")

    ada.get_by_role("button", name="I am done").locator("visible=true").click()
    ada.get_by_role("button", name="Close the door", exact=True).click()
    expect(ada.get_by_role("status")).to_contain_text("Ended.")
    house.work()
    assert Grant.objects.get().doors().get().state == "closed"

    rita = house.sign_in("rita")
    rita.goto(house.url + Review.objects.get().get_absolute_url())
    rita.get_by_role("button", name="Take this review").click()
    rita.locator("input[value=justified]").check()
    rita.locator("textarea[name=comment]").fill("Read one table, as declared.")
    rita.get_by_role("button", name="Record the verdict").click()
    expect(rita.get_by_role("main")).to_contain_text("Justified")
    assert Review.objects.get().verdict == "justified"


def test_without_a_script(house: House, target: Target) -> None:
    ada = house.enter("ada", script=False)
    ada.goto(f"{house.url}/request/?urgency=normal")
    ada.get_by_label("Why do you need access?").fill(REASON)
    ada.get_by_role("button", name="Ask for access").click()
    expect(ada.get_by_role("status")).to_contain_text("Sent.")

    bob = house.enter("bob", script=False, phone=True)
    bob.goto(f"{house.url}/decide/")
    bob.get_by_role("main").get_by_role("link", name=re.compile("Decide")).click()
    bob.get_by_role("button", name="Approve").click()
    expect(bob.get_by_role("status")).to_contain_text("Approved.")

    ada.reload()
    ada.get_by_role("button", name="Show my way in").click()
    assert row_read_with(ada) > 0
    ada.get_by_role("button", name="I am done").locator("visible=true").click()
    assert Grant.objects.get().status == "relinquished"


def test_by_keyboard_alone(house: House, target: Target) -> None:
    make_scenario("drill", targets=[target])
    ada = house.enter("ada")
    ada.goto(f"{house.url}/request/")
    radio = ada.get_by_role("radio", name=re.compile("Production outage"))
    radio.focus()
    ada.keyboard.press("Space")
    expect(ada.get_by_label("Why do you need access?")).to_be_visible()
    expect(radio).to_be_focused()
    ada.get_by_label("Why do you need access?").focus()
    ada.keyboard.type(REASON)
    ada.keyboard.press("Control+Enter")
    ada.keyboard.down("Enter")
    ada.wait_for_url("**/cases/*/")
    assert Request.objects.get().state == "activated"


def test_a_responder_ends_it_and_freezes(house: House, target: Target) -> None:
    make_group("Watchers", make_user("dana"))
    ada = house.enter("ada")
    ada.goto(f"{house.url}/request/?urgency=break_glass")
    ada.get_by_label("Why do you need access?").fill(REASON)
    hold(ada)
    ada.wait_for_url("**/cases/*/")

    dana = house.enter("dana", phone=True)
    dana.goto(f"{house.url}/now/")
    dana.get_by_role("button", name="Freeze it").scroll_into_view_if_needed()
    expect(dana.locator("a[href='#freeze']")).to_be_hidden()
    dana.get_by_label(re.compile("^Ada")).check()
    dana.get_by_label("Why", exact=True).fill("Not an emergency.")
    dana.get_by_role("button", name="Freeze it").click()
    expect(dana.get_by_role("main")).to_contain_text("Ada is frozen")
    assert Grant.objects.get().status == "revoked"
