"""Asking in a real browser: few steps, no word lost, nothing sent twice or by a slip."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from breakglass import transitions
from breakglass.models import Grant, Request
from tests.chromium import needs_chromium
from tests.journeys.conftest import PASSWORD, House, with_password
from tests.make import (
    REASON,
    make_broken_glass,
    make_request,
    make_scenario,
    make_target,
    make_user,
    voice,
)

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]
WHY = "Why do you need access?"


def hold(page: Page, *, milliseconds: int = 1200) -> None:
    """Press the red button for a while."""
    page.get_by_role("button", name="Hold to break the glass").click(delay=milliseconds)


def test_breaking_the_glass_takes_four_steps_and_a_slip_does_nothing(house: House) -> None:
    make_scenario(reference_required=False)
    make_scenario("drill")
    with_password("ada")
    ada = house.enter("ada", phone=True)
    ada.get_by_role("link", name="Break the glass", exact=True).click()
    ada.locator("label", has=ada.locator("#scenario-production-outage")).click()
    expect(ada.locator("#id_justification")).to_be_focused()
    ada.keyboard.type(REASON)
    expect(ada.locator("#coach")).to_contain_text("Impact is clear")
    hold(ada, milliseconds=200)
    expect(ada.get_by_text("Hold it for a whole second")).to_be_visible()
    assert not Request.objects.exists()
    ada.get_by_role("button", name="Hold to break the glass").hover()
    ada.mouse.down()
    with ada.expect_response("**/request/**consequences**"):
        # What was chosen just before is answered under the finger, and takes no button away.
        ada.locator("[name=minutes]:not(:checked)").first.evaluate("each => each.click()")
    ada.wait_for_url("**/cases/*/")
    assert Request.objects.get().state == "activated"
    assert ada.evaluate("Object.keys(localStorage).length") == 0


def test_who_chooses_before_the_scripts_are_there_writes_next_all_the_same(house: House) -> None:
    make_scenario(reference_required=False)
    make_scenario("drill")
    with_password("ada")
    ada = house.enter("ada", phone=True)
    late: list[Route] = []

    def hold_back(route: Route) -> None:
        late.append(route)

    ada.route("**/quick-form*.js", hold_back)
    ada.goto(f"{house.url}/request/", wait_until="commit")
    ada.locator("label", has=ada.locator("#scenario-production-outage")).click()
    assert not ada.locator("#id_justification").count()
    late[0].continue_()
    expect(ada.locator("#id_justification")).to_be_focused()


def test_why_nothing_can_be_sent_comes_into_sight(house: House) -> None:
    scenario = make_scenario(reference_required=False)
    for number in range(5):
        make_scenario(f"drill-{number}")
    with_password("ada")
    make_broken_glass(scenario, at=timezone.now())
    ada = house.enter("ada", phone=True)
    ada.goto(f"{house.url}/request/")
    ada.locator("label", has=ada.locator("#scenario-production-outage")).click()
    refusal = ada.locator("[data-no]")
    expect(refusal).to_be_focused()
    expect(refusal).to_be_in_viewport()
    expect(refusal).to_contain_text("1 open")


def test_the_word_does_it_for_who_cannot_hold(house: House) -> None:
    make_scenario()
    with_password("ada")
    ada = house.enter("ada")
    ada.goto(f"{house.url}/request/")
    ada.get_by_label(WHY).fill(REASON)
    button = ada.get_by_role("button", name="Hold to break the glass")
    button.evaluate("button => button.click()")  # as a screen reader or a voice does
    expect(ada.get_by_label("To confirm, type")).to_be_focused()
    ada.keyboard.type("break")
    button.evaluate("button => button.click()")
    ada.wait_for_url("**/cases/*/")


def test_what_is_typed_survives_reload_another_tab_and_the_end_of_the_session(house: House) -> None:
    make_scenario(targets=[make_target(f"db-{number:03}") for number in range(40)])
    for number in range(12):
        make_scenario(f"drill-{number}")
    with_password("ada")
    ada = house.enter("ada")
    ada.goto(f"{house.url}/request/?urgency=normal")
    ada.get_by_role("searchbox").fill("production")
    ada.locator("label", has=ada.locator("#scenario-production-outage")).click()
    expect(ada.get_by_label("Find a target")).to_be_focused()
    ada.keyboard.type("db-039")
    ada.locator("label", has_text="db-039").click()
    ada.get_by_label(WHY).fill(REASON)
    expect(ada.locator("#coach")).to_contain_text("Impact is clear")
    ada.goto(f"{house.url}/request/?urgency=normal")
    expect(ada.get_by_label(WHY)).to_have_value(REASON)
    expect(ada.get_by_label("db-039")).to_be_checked()
    tab = ada.context.new_page()
    tab.goto(f"{house.url}/request/")
    expect(tab.get_by_label(WHY)).to_have_value(REASON)

    ada.context.clear_cookies(name="sessionid")
    ada.get_by_role("button", name="Ask for access").click()
    ada.wait_for_url("**/accounts/login/**")
    ada.locator("input[name=login]").fill("ada@example.com")
    ada.get_by_label("Password").fill(PASSWORD)
    ada.get_by_role("button", name="Sign in").click()
    expect(ada.get_by_label(WHY)).to_have_value(REASON)
    assert not Request.objects.exists()
    ada.get_by_role("button", name="Ask for access").dblclick()
    ada.wait_for_url("**/cases/*/")
    assert Request.objects.get().requester.name == "Ada"
    assert ada.evaluate("Object.keys(localStorage).length") == 0


def test_all_that_is_wrong_is_said_at_once_and_leads_to_its_field(house: House) -> None:
    make_scenario(reference_required=True, targets=[make_target("db-1"), make_target("db-2")])
    with_password("ada")
    ada = house.enter("ada")
    ada.keyboard.press("n")
    ada.wait_for_url("**/request/?urgency=normal")
    expect(ada.get_by_role("heading", name="If you ask now")).to_be_visible()
    ada.get_by_label(WHY).fill("Help.")
    ada.get_by_role("button", name="Ask for access").click()
    summary = ada.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    summary.get_by_role("link", name="Choose at least one target.").click()
    expect(ada.get_by_label("db-1")).to_be_focused()
    expect(ada.get_by_label(WHY)).to_have_value("Help.")
    expect(ada.locator("#id_targets_error")).to_be_visible()
    ada.get_by_label("db-1").check()
    expect(ada.locator("#id_targets_error")).to_be_hidden()
    ada.get_by_label(WHY).fill("Help, the shop is down.")
    expect(ada.locator("#id_justification_error")).to_be_hidden()
    expect(ada.get_by_label(WHY)).not_to_have_attribute("aria-invalid", "true")


def test_without_a_script(house: House) -> None:
    for number in range(9):
        make_scenario(f"outage-{number}")
    make_scenario(reference_required=False)
    with_password("ada")
    ada = house.enter("ada", script=False)
    ada.goto(f"{house.url}/request/?urgency=break_glass")
    ada.get_by_role("searchbox").fill("production")
    ada.get_by_role("button", name="Find").click()
    ada.get_by_role("radio").check()
    ada.get_by_role("button", name="Go on").click()
    ada.get_by_label(WHY).fill(REASON)
    ada.get_by_role("button", name="Break the glass").click()
    expect(ada.get_by_role("alert")).to_contain_text("Not sent yet")
    expect(ada.get_by_label(WHY)).to_have_value(REASON)
    ada.get_by_label("To confirm, type").fill("break")
    ada.get_by_role("button", name="Break the glass").click()
    ada.wait_for_url("**/cases/*/")


def test_the_last_one_again_needs_today_s_reason(house: House) -> None:
    asked = make_request(make_scenario(), at=timezone.now())
    transitions.approve(asked, voice=voice("bob"), at=timezone.now())
    transitions.relinquish(Grant.objects.get(), by=make_user("ada"), at=timezone.now())
    with_password("ada")
    ada = house.enter("ada")
    ada.get_by_role("link", name=re.compile("Ask first again")).click()
    expect(ada.get_by_label(WHY)).to_have_value("")
    expect(ada.get_by_label(WHY)).to_be_focused()
    ada.keyboard.type("Checkout is down again since 09:10; I will look at the locks on shop-db.")
    ada.keyboard.press("Control+Enter")
    ada.wait_for_url(re.compile(r"/cases/\d+/"))
    assert Request.objects.latest("case").case > asked.case
