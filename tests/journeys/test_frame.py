"""The frame in a browser, on a real server: live regions, a lost connection, an old session."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Part
from audit.sequencer import run_once
from breakglass import transitions
from tests.chromium import needs_chromium
from tests.journeys.conftest import House, with_password
from tests.make import make_broken_glass, make_group, make_request, make_user, voice
from tests.web import Web, serving

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    with pytest.MonkeyPatch.context() as patch, serving(patch) as web:
        yield web


@pytest.fixture
def streets(web: Web, chromium: Browser) -> Iterator[House]:
    """Return the product on a server that can be stopped; it may complain of that."""
    house = House(web.url, chromium)
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    yield house
    for context in house.contexts:
        context.close()


def settle() -> None:
    run_once(at=timezone.now())


def is_live(page: Page) -> None:
    """Wait until the page listens, and mark it: a reload would lose the mark."""
    expect(page.locator("live-feed")).to_have_attribute("data-state", "live")
    page.evaluate("document.body.dataset.mark = 'same page'")


def test_the_case_and_the_counts_follow_without_a_reload(streets: House) -> None:
    request = make_request(at=timezone.now())
    with_password("ada", "bob")
    bob, ada = streets.enter("bob"), streets.enter("ada")
    ada.goto(streets.url + request.get_absolute_url())
    count = bob.locator("#rail-decide")
    expect(count).to_have_text("1 waiting")
    is_live(ada)
    is_live(bob)

    transitions.approve(request, voice=voice("bob"), at=timezone.now())
    settle()

    expect(ada.locator("#head")).to_contain_text("Door opening", timeout=3000)
    expect(count).to_have_text("", timeout=3000)
    expect(ada.locator("body")).to_have_attribute("data-mark", "same page")


def test_a_half_typed_form_and_the_place_on_the_page_are_kept(streets: House) -> None:
    with_password("dana")
    request = make_broken_glass(at=timezone.now())
    settle()
    dana = streets.enter("dana")
    dana.goto(f"{streets.url}/now/")
    dana.get_by_label("Why", exact=True).fill("Half a sen")
    is_live(dana)

    transitions.ratify(request, voice=voice("bob"), at=timezone.now())
    settle()

    expect(dana.locator("#standing")).to_contain_text("Ratified", timeout=3000)
    expect(dana.get_by_label("Why", exact=True)).to_have_value("Half a sen")
    expect(dana.get_by_label("Why", exact=True)).to_be_focused()


def test_a_page_that_is_out_of_reach_says_so_and_comes_back(streets: House, web: Web) -> None:
    request = make_request(at=timezone.now())
    with_password("ada")
    ada = streets.enter("ada")
    ada.goto(streets.url + request.get_absolute_url())
    is_live(ada)

    web.stop()
    expect(ada.locator("live-feed")).to_have_text("Connection lost; trying again…")
    transitions.withdraw(request, by=make_user("ada"), at=timezone.now())
    settle()
    web.start()

    expect(ada.locator("live-feed")).to_have_text("Live again.", timeout=20_000)
    expect(ada.locator("#head")).to_contain_text("Withdrawn", timeout=5000)


def test_without_redis_it_asks_by_itself(streets: House, web: Web) -> None:
    request = make_request(at=timezone.now())
    with_password("ada")
    ada = streets.enter("ada")
    ada.goto(streets.url + request.get_absolute_url())
    is_live(ada)

    web.redis.stop()
    ada.wait_for_timeout(1500)
    transitions.withdraw(request, by=make_user("ada"), at=timezone.now())
    settle()

    expect(ada.locator("#head")).to_contain_text("Withdrawn", timeout=7000)
    web.redis.start()
    web.redis.wait()


def test_what_was_typed_outlives_the_session_and_is_sent_after_a_new_sign_in(
    streets: House,
) -> None:
    with_password("dana")
    dana = streets.enter("dana")
    dana.goto(f"{streets.url}/now/")
    dana.get_by_label("Why", exact=True).fill("Not an emergency.")
    is_live(dana)
    again = dana.context.new_page()
    again.goto(f"{streets.url}/accounts/logout/")
    again.get_by_role("button", name="Sign out").last.click()
    dana.evaluate("document.body.dispatchEvent(new CustomEvent('live:moved'))")
    expect(dana.locator("#signed-out")).to_contain_text("You are signed out.")

    with dana.context.expect_page() as opened:
        dana.get_by_role("link", name="Sign in in a new tab").click()
    opened.value.get_by_label("Email").fill("dana@example.com")
    opened.value.get_by_label("Password").fill("a-password-for-journeys")
    opened.value.get_by_role("button", name="Sign in").click()
    opened.value.wait_for_url("**/now/")
    dana.get_by_label("Everything").check()
    dana.get_by_role("button", name="Freeze it").click()

    expect(dana.get_by_role("status").filter(has_text="Frozen")).to_be_visible()


def test_a_form_is_sent_once_and_its_button_shows_it(streets: House) -> None:
    with_password("dana")
    dana = streets.enter("dana")
    dana.goto(f"{streets.url}/now/")
    dana.get_by_label("Everything").check()
    dana.get_by_label("Why", exact=True).fill("Not an emergency.")
    dana.evaluate("""() => {
        window.sent = 0;  // the last listener: it sees what would leave, and lets nothing go
        addEventListener("submit", (event) => {
            window.sent += event.defaultPrevented ? 0 : 1;
            event.preventDefault();
        });
    }""")
    button = dana.get_by_role("button", name="Freeze it")
    for _ in range(3):
        button.click()

    assert dana.evaluate("window.sent") == 1
    expect(button).to_have_attribute("aria-busy", "true")


def test_the_palette_finds_the_case_of_a_colleague_by_keyboard(streets: House) -> None:
    request = make_request(at=timezone.now())
    with_password("bob")
    bob = streets.enter("bob")
    bob.keyboard.press("Control+k")
    bob.keyboard.type("ada")
    expect(
        bob.get_by_role("dialog").get_by_role("link", name=f"Case {request.case}")
    ).to_be_visible()
    bob.keyboard.press("Enter")
    bob.wait_for_url(f"**{request.get_absolute_url()}")


def test_single_keys_go_places_but_not_while_typing_nor_when_switched_off(streets: House) -> None:
    make_request(at=timezone.now())
    with_password("bob")
    bob = streets.enter("bob")
    bob.keyboard.press("?")
    bob.keyboard.press("Escape")
    expect(bob.locator("#main")).to_be_focused()
    bob.keyboard.press("g")
    bob.keyboard.press("c")
    bob.wait_for_url("**/cases/")
    bob.goto(f"{streets.url}/search/")
    bob.get_by_role("searchbox").fill("g")
    bob.get_by_role("searchbox").press("d")
    expect(bob.get_by_role("searchbox")).to_have_value("gd")
    bob.get_by_role("button", name="Search").press("?")
    bob.get_by_role("button", name="Switch single keys off").click()
    expect(bob.get_by_role("status").filter(has_text="Kept for this browser.")).to_be_visible()
    bob.keyboard.press("?")
    expect(bob.get_by_role("dialog")).to_have_count(0)
