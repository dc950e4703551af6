"""Deciding, asking and reviewing in a browser: from a mailed link, on a phone, by keyboard."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Part
from alerts.models import Mail
from breakglass.models import Grant, Question, Request
from reviews.models import Review
from tests.chromium import needs_chromium
from tests.journeys.axe import width_beyond
from tests.journeys.conftest import PASSWORD, House, with_password
from tests.make import REASON, make_group, make_request, make_scenario, make_user
from tests.reviews.make import act, make_finding, make_review, sequence, taken

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]


def mailed_link(name: str, place: str = "d") -> str:
    """Return the address behind the button of the newest mail that asks somebody to decide."""
    found = re.search(rf"http://\S+/{place}/\S+", Mail.objects.of(make_user(name))[0].text)
    assert found
    return found[0]


def press_until(page: Page, key: str, name: str, most: int = 60) -> None:
    """Press a key until what has the focus is called `name`."""
    for _ in range(most):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.innerText ?? ''")
        if name in focused:
            return
    pytest.fail(f"{name!r} is not reached with {key}")


def overlaps(page: Page, one: str, other: str) -> bool:
    """Whether two things on the screen lie on one another."""
    first, second = page.locator(one).bounding_box(), page.locator(other).bounding_box()
    assert first
    assert second
    return (
        first["x"] < second["x"] + second["width"]
        and second["x"] < first["x"] + first["width"]
        and first["y"] < second["y"] + second["height"]
        and second["y"] < first["y"] + first["height"]
    )


def test_however_many_signs_of_risk_fit_on_a_phone(house: House) -> None:
    with_password("bob")
    make_request(make_scenario(), at=timezone.now())
    bob = house.enter("bob", phone=True)
    bob.goto(f"{house.url}/decide/")
    bob.locator(".list.tap .line").first.click()
    bob.locator(".marks.phone-only a").evaluate("it => it.append(', Thin reason'.repeat(12))")
    assert width_beyond(bob) <= 0


def test_the_page_stays_where_it_is_when_a_choice_below_the_header_is_tapped(house: House) -> None:
    with_password("dana")
    make_group("Responders", make_user("dana"), part=Part.RESPONDER)
    dana = house.enter("dana", phone=True)
    dana.set_viewport_size({"width": 390, "height": 400})
    dana.goto(f"{house.url}/now/")
    choice = dana.locator("#freeze .choice").first
    choice.evaluate("it => scrollBy(0, it.getBoundingClientRect().top - 60)")
    before = dana.evaluate("scrollY")
    assert before > 100

    dana.mouse.click(200, 75)

    expect(choice.locator("input")).to_be_checked()
    assert dana.evaluate("scrollY") == before


def test_good_news_lies_on_neither_title_nor_answers_on_a_phone(house: House) -> None:
    with_password("ada", "bob")
    make_request(make_scenario(), at=timezone.now())
    make_request(make_scenario("drill"), by=make_user("eve"), at=timezone.now())
    bob = house.enter("bob", phone=True)
    bob.goto(f"{house.url}/decide/")
    bob.locator(".list.tap .line").first.click()
    bob.get_by_role("button", name="Approve").click()
    expect(bob.locator("toast-list")).to_contain_text("Approved.")
    bob.locator(".ahead > summary").click()
    assert not overlaps(bob, "toast-list", "h1")
    assert not overlaps(bob, "toast-list", ".dock")

    Request.objects.filter(state="pending").update(state="withdrawn", decided_at=timezone.now())
    ada = house.enter("ada", phone=True)
    ada.keyboard.press("n")
    expect(ada.locator("[name=scenario]").first).to_be_focused()
    ada.locator("[value=drill]").check()
    ada.get_by_label("Why do you need access?").fill(REASON)
    ada.get_by_role("button", name="Ask for access").click()
    expect(ada.locator(".toasts")).to_be_visible()
    expect(ada.locator("h1")).to_be_focused()
    assert not overlaps(ada, ".toasts", "h1")
    assert not overlaps(ada, ".toasts", "#can-phone")
    assert not overlaps(ada, ".toasts", ".tabbar")
    ada.locator(".toasts").get_by_role("button", name="Close").click()
    expect(ada.locator(".toasts")).to_have_count(0)
    ada.get_by_role("button", name="Withdraw the request").locator("visible=true").click()
    expect(ada.get_by_role("button", name="Not now")).to_be_focused()
    ada.get_by_role("button", name="Withdraw it").click()
    expect(ada.locator("#head")).to_contain_text("Withdrawn")
    expect(ada.locator("h1")).to_be_focused()


def test_a_second_tap_on_less_offers_nothing(house: House) -> None:
    asked = make_request(make_scenario(), at=timezone.now())
    with_password("bob")
    bob = house.enter("bob", phone=True)
    bob.goto(house.url + reverse("decision", args=[asked.pk]))
    box = bob.locator("summary", has_text="Less…").bounding_box()
    assert box
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for _ in range(2):
        bob.mouse.click(*place)
        bob.wait_for_timeout(250)
    bob.get_by_role("button", name="Offer this").click()
    expect(bob.get_by_text("Approve it, or offer less.").first).to_be_visible()
    bob.get_by_label("15 min", exact=True).check()
    bob.get_by_role("button", name="Offer this").click()
    expect(bob.locator("toast-list")).to_contain_text("Offered: 15 min.")


def test_from_the_mailed_link_through_sign_in_to_one_decision_and_the_next(house: House) -> None:
    with_password("bob")
    first = make_request(make_scenario(), at=timezone.now())
    house.work()
    link = mailed_link("bob")
    second = make_request(make_scenario("drill"), by=make_user("eve"), at=timezone.now())
    bob = house.enter("bob", phone=True)
    bob.context.clear_cookies()

    bob.goto(link)
    bob.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill("bob@example.com")
    bob.get_by_label("Password").fill(PASSWORD)
    bob.get_by_role("button", name="Sign in").click()
    expect(bob.get_by_role("heading", level=1)).to_contain_text("Ada asks for shop-db")
    expect(bob.get_by_text("shop-db opens at once for Ada, for 30 min.")).to_be_in_viewport()
    bob.get_by_role("button", name="Approve").click()

    expect(bob.get_by_role("heading", level=1)).to_contain_text("Eve asks for shop-db")
    assert Grant.objects.get().request == first
    expect(bob.get_by_text(f"Next: Case {second.case}, Eve.")).to_be_in_viewport()
    expect(bob.get_by_role("button", name="Approve")).to_be_hidden()
    assert not overlaps(bob, ".dock", ".facts.line > div:nth-child(2)"), "how long is read first"
    bob.get_by_text(f"Read it, then answer Case {second.case}").click()
    bob.get_by_text("Deny…").click()
    expect(bob.locator(".still")).to_be_in_viewport()
    assert bob.locator(".dock").bounding_box()["height"] <= 844 * 0.6 + 1  # type: ignore[index]
    expect(bob.get_by_role("button", name="Approve")).to_be_hidden()
    bob.locator(".answer[open] .back").click()
    expect(bob.get_by_role("button", name="Approve")).to_be_visible()
    bob.get_by_text("Deny…").click()
    bob.get_by_text("It can wait for working hours.").click()
    bob.get_by_role("button", name="Deny it").click()
    expect(bob.get_by_text("Nothing waits for you.")).to_be_visible()
    denied = Request.objects.get(pk=second.pk)
    assert denied.decisions.get().comment == "It can wait for working hours."


def test_a_question_is_answered_without_a_script_and_the_page_follows(house: House) -> None:
    with_password("ada", "bob")
    request = make_request(make_scenario(), at=timezone.now())
    bob = house.enter("bob", phone=True)
    bob.goto(f"{house.url}/decide/{request.pk}/")
    bob.get_by_text("Ask Ada something").click()
    expect(bob.get_by_label("Your question")).to_be_focused()
    bob.get_by_label("Your question").fill("Why not on the copy?")
    bob.get_by_role("button", name="Ask", exact=True).click()
    expect(bob.get_by_text("Ada has not answered yet.")).to_be_visible()

    house.work()
    ada = house.visit(mailed_link("ada", "questions").removeprefix(house.url), script=False)
    ada.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill("ada@example.com")
    ada.get_by_label("Password").fill(PASSWORD)
    ada.get_by_role("button", name="Sign in").click()
    expect(ada.get_by_label("Your answer to Bob")).to_be_focused()
    expect(ada.get_by_text("Why not on the copy?", exact=True)).to_be_in_viewport()
    ada.get_by_label("Your answer to Bob").fill("The copy is an hour old.")
    ada.get_by_role("button", name="Answer").click()
    expect(ada.get_by_role("status")).to_contain_text("Answered. Bob is told now.")
    assert Question.objects.get().state == "answered"

    house.work()  # what is in the record reaches the pages that are open
    expect(bob.get_by_text("The copy is an hour old.")).to_be_visible()
    expect(bob.get_by_text("Ask Ada something")).to_be_visible()


def test_a_review_by_keyboard_alone(house: House) -> None:
    with_password("rita")
    review = make_review(make_scenario(), at=timezone.now() - timedelta(minutes=30))
    rita = house.enter("rita")
    rita.goto(house.url + review.get_absolute_url())
    press_until(rita, "Tab", "Go to the verdict")
    rita.keyboard.press("Enter")
    press_until(rita, "Tab", "Take this review", most=3)
    rita.keyboard.press("Enter")
    expect(rita.get_by_role("status").first).to_contain_text("The review is yours.")

    rita.keyboard.press("Tab")  # the page goes on at the verdict
    rita.keyboard.press("Space")
    rita.keyboard.press("Tab")
    rita.keyboard.type("As declared.")
    press_until(rita, "Tab", "Record the verdict", most=2)
    rita.keyboard.press("Enter")
    expect(rita.get_by_role("status").first).to_contain_text(
        f"The verdict on Case {review.grant.request.case} stands in the record."
    )
    closed = Review.objects.get(pk=review.pk)
    assert (closed.verdict, closed.comment) == ("justified", "As declared.")


def test_what_is_flagged_begins_well_within_a_low_window(house: House) -> None:
    with_password("rita")
    scenario = make_scenario(expected_verbs=["select"], expected_objects=["orders"])
    review = make_review(scenario, at=timezone.now() - timedelta(minutes=30))
    act(review.grant, "copy", "customers")
    sequence(timezone.now())
    rita = house.enter("rita")
    rita.set_viewport_size({"width": 1280, "height": 800})
    rita.goto(house.url + review.get_absolute_url())

    flagged = rita.locator("article.panel.flag").bounding_box()
    assert flagged
    assert flagged["y"] <= 440


@pytest.mark.parametrize("height", [640, 800, 1100])
def test_the_verdict_is_in_reach_however_low_the_window_is(house: House, height: int) -> None:
    with_password("rita")
    review = make_review(make_scenario(), at=timezone.now() - timedelta(minutes=30))
    taken(review, at=timezone.now())
    make_finding(review, at=timezone.now())  # of which the form warns
    rita = house.enter("rita")
    rita.set_viewport_size({"width": 1280, "height": height})
    rita.goto(house.url + review.get_absolute_url())
    button = rita.get_by_role("button", name="Record the verdict")

    expect(button).to_be_in_viewport(ratio=1)
    rita.get_by_label("What you found").scroll_into_view_if_needed()
    expect(rita.get_by_label("What you found")).to_be_in_viewport(ratio=1)
    # By a key: the panel grows while the page scrolls, and a click may fall beside it then.
    rita.get_by_text("Give the review back").press("Enter")
    rita.get_by_role("button", name="Give it back").click(trial=True)
    rita.mouse.wheel(0, 4000)
    expect(button).to_be_in_viewport()


def test_a_finding_is_resolved_in_a_low_window(house: House) -> None:
    with_password("rita")
    finding = make_finding(at=timezone.now())
    rita = house.enter("rita")
    rita.set_viewport_size({"width": 1280, "height": 640})
    rita.goto(house.url + finding.get_absolute_url())

    expect(rita.get_by_role("button", name="Resolve the finding")).to_be_in_viewport(ratio=1)
    rita.get_by_text("False alarm").click()
    rita.get_by_label("What was done about it").fill("A backup.")
    rita.get_by_role("button", name="Resolve the finding").click()
    expect(rita.get_by_text("A backup.")).to_be_visible()


def test_what_is_typed_on_a_review_outlives_the_page(house: House) -> None:
    with_password("rita")
    review = make_review(make_scenario(), at=timezone.now() - timedelta(minutes=30))
    taken(review, at=timezone.now())
    rita = house.enter("rita")
    rita.goto(house.url + review.get_absolute_url())
    rita.get_by_text("Ask Ada something").click()
    rita.get_by_label("Your question").fill("Where is the log?")
    rita.get_by_text("Inconclusive").click()
    rita.get_by_label("What you found").fill("No log of the night.")
    rita.get_by_role("link", name="Open a finding").click()
    expect(rita.get_by_role("button", name="Record the verdict")).to_have_count(0)
    rita.get_by_label("What you found").fill("The log is missing.")
    rita.reload()
    expect(rita.get_by_label("What you found")).to_have_value("The log is missing.")
    rita.get_by_role("button", name="Open the finding").click()

    expect(rita.get_by_role("radio", name="Inconclusive")).to_be_checked()
    expect(rita.get_by_label("What you found")).to_have_value("No log of the night.")
    expect(rita.get_by_label("Your question")).to_have_value("Where is the log?")
    rita.get_by_role("button", name="Ask", exact=True).click()
    expect(rita.get_by_text("Ada has not answered yet.")).to_be_visible()
    rita.get_by_role("link", name="Open a finding").click()
    expect(rita.get_by_label("What you found")).to_have_value("")
    rita.get_by_role("link", name="Cancel").click()
    rita.get_by_role("button", name="Record the verdict").click()
    expect(rita.get_by_text("stands in the record.").first).to_be_visible()
    assert Review.objects.get().comment == "No log of the night."
    assert (
        rita.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []
    )
