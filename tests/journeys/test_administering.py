"""Administrators in a browser: they change who decides, and set an empty installation up."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Part
from accounts.parts import give_part
from breakglass.models import Scenario
from config import first_run
from targets.models import Target
from tests.chromium import needs_chromium
from tests.doors.make import Shop, make_target
from tests.journeys.axe import violations, width_beyond
from tests.journeys.conftest import PASSWORD, House, with_password
from tests.make import StepOf, make_group, make_scenario, make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs_chromium,
]


@pytest.fixture
def scenario() -> Scenario:
    """Return a scenario, and somebody who may change it."""
    make_group("Security", make_user("tomas"), make_user("noor"))
    give_part(make_group("Administrators", make_user("mei", is_staff=True)), Part.ADMINISTRATOR)
    with_password("mei")
    leads = make_group("Leads", make_user("priya"))
    database = make_group("Database team")
    return make_scenario(steps=[StepOf(database, escalate_after=10), StepOf(leads)])


def edited(house: House, scenario: Scenario, *, phone: bool = False) -> Page:
    """Go from the first page to the form, as somebody does who was never there."""
    mei = house.enter("mei", phone=phone)
    if phone:
        mei.goto(f"{house.url}/admin/")
    else:
        mei.get_by_role("link", name="Admin", exact=True).click()
    mei.get_by_role("link", name="Scenarios", exact=True).and_(mei.locator(".chip")).click()
    mei.get_by_role("link", name=scenario.name).click()
    return mei


def place(page: Page) -> float:
    """Return where the button that saves begins, below the top of its panel."""
    found = page.locator("#save-words").evaluate(
        "(each) => each.getBoundingClientRect().top"
        " - each.closest('.panel').getBoundingClientRect().top"
    )
    return float(found)


def test_another_group_decides(house: House, scenario: Scenario) -> None:
    mei = edited(house, scenario)

    mei.get_by_label("Group that is asked").first.select_option(label="Security")
    change = mei.locator("#change")
    expect(change).to_contain_text("1. 1 of Security")
    expect(change).to_contain_text("New: Noor and Tomas. No longer: Bob and Carl.")
    mei.get_by_label("Why this change").fill("Security is on call now.")
    mei.get_by_role("button", name="Save and publish").click()

    expect(mei.get_by_role("status").first).to_contain_text("Version 2 counts")
    version = scenario.versions.first()
    assert version is not None
    assert version.rules.steps[0].group == "Security"
    assert version.reason == "Security is on call now."


def test_the_lint_speaks_while_one_types_and_steps_move_by_keyboard(
    house: House, scenario: Scenario
) -> None:
    mei = edited(house, scenario)

    mei.get_by_label("Use when").fill("")
    expect(mei.locator("#said-use_when")).to_contain_text("Say when to use it")
    mei.get_by_label("Use when").fill("Nobody can pay.")
    expect(mei.locator("#said-use_when")).to_be_empty()
    mei.get_by_role("button", name="Move this step down").first.press("Enter")
    expect(mei.locator("#change")).to_contain_text("2. 1 of Database team")
    expect(mei.get_by_role("button", name="Move this step up").last).to_be_focused()
    mei.get_by_role("button", name="Add a step").click()
    expect(mei.locator("#said-steps")).to_contain_text("Row 3: Group that is asked")
    mei.get_by_role("button", name="Remove this step").last.click()
    mei.get_by_label("As this person").select_option(label="Ada")
    expect(mei.locator("#story")).to_contain_text("Leads is asked")
    assert scenario.versions.count() == 1


@pytest.mark.parametrize("phone", [False, True])
def test_what_weakens_waits_for_a_second_administrator(
    house: House, scenario: Scenario, *, phone: bool
) -> None:
    make_group("Administrators", make_user("noor", is_staff=True))
    with_password("noor")
    mei = edited(house, scenario, phone=phone)

    before = place(mei)
    mei.get_by_label("At most (minutes)").fill("240")
    expect(mei.locator("#change")).to_contain_text("Access may last 4 h instead of 1 h.")
    expect(mei.locator("#change .changes dd")).to_have_text(["Gone 1 h", "New 4 h"])
    assert place(mei) == before
    expect(mei.locator("#change")).to_contain_text("It waits for Noor.")
    mei.get_by_label("Why this change").fill("Nights are longer in winter.")
    mei.get_by_role("button", name="Propose it").click()
    expect(mei.get_by_role("heading", name="Who decides")).to_be_visible()
    assert violations(mei) == []
    assert scenario.versions.count() == 1

    noor = house.enter("noor", phone=phone)
    noor.get_by_role("link", name="Look at it").click()
    expect(noor.get_by_role("heading", name="What it weakens")).to_be_visible()
    assert violations(noor) == []
    assert width_beyond(noor) <= 0
    noor.get_by_text("Decline…").press("Enter")
    expect(noor.get_by_label("Why not")).to_be_visible()
    expect(noor.get_by_role("button", name="Accept")).to_be_hidden()
    noor.get_by_text("Decline…").press("Enter")
    noor.get_by_role("button", name="Accept").press("Enter")

    expect(noor.get_by_text("Noor accepted it on")).to_be_visible()
    assert violations(noor) == []
    version = scenario.versions.first()
    assert version is not None
    assert (version.number, version.rules.max_minutes) == (2, 240)


@pytest.mark.parametrize("phone", [False, True])
def test_the_page_of_rules_being_edited_has_no_fault(
    house: House, scenario: Scenario, *, phone: bool
) -> None:
    mei = edited(house, scenario, phone=phone)
    expect(mei.locator("#change input[name=seen]")).to_be_attached()
    for field in mei.locator("#permits .step .input:visible").all():
        card, box = field.locator("xpath=ancestor::li").bounding_box(), field.bounding_box()
        assert card
        assert box
        assert card["x"] < box["x"]
        assert box["x"] + box["width"] < card["x"] + card["width"]
    assert violations(mei) == []
    assert width_beyond(mei) <= 0


def test_from_an_empty_installation_to_a_published_scenario(house: House, shop: Shop) -> None:
    mei = house.visit("/set-up/")
    mei.get_by_label("Code").fill(first_run.code())
    mei.get_by_label("Your name").fill("Mei")
    mei.get_by_label("Your mail address").fill("mei@example.com")
    mei.get_by_label("Password", exact=True).fill(PASSWORD)
    mei.get_by_label("Password, once more").fill(PASSWORD)
    mei.get_by_role("button", name="Begin").click()
    expect(mei.get_by_role("heading", name="Until the first drill")).to_be_visible()

    mei.get_by_role("link", name="Make the first group").click()
    mei.get_by_label("Name").fill("Database team")
    mei.get_by_label("Why this change?").fill("They know the shop.")
    mei.get_by_role("button", name="Save", exact=True).click()
    make_group("Database team", make_user("bob"), make_user("carl"))
    make_group("Engineers", make_user("ada"))
    make_group("Reviewers", make_user("rita"))
    target = make_target(shop, slug="shop-db")

    mei.goto(f"{house.url}/admin/targets/target/{target.pk}/change/")
    mei.get_by_role("button", name="Test it now").click()
    expect(mei.locator("#test")).to_contain_text("It opens, refuses a stranger, and closes.")

    mei.goto(f"{house.url}/admin/")
    mei.get_by_role("link", name="Begin with the drill").click()
    mei.locator("#id_steps-0-group").select_option(label="Database team")
    mei.get_by_role("button", name="Remove this step").last.click()
    mei.locator("#id_permits-0-group").select_option(label="Engineers")
    mei.locator("#id_permits-1-group").select_option(label="Reviewers")
    mei.get_by_label("Silent so long").first.fill("")
    mei.get_by_label("Why this change").fill("The first drill.")
    expect(mei.locator("#change")).to_contain_text("New: Ada.")
    mei.wait_for_load_state("networkidle")  # whatever was typed has been looked at
    mei.get_by_role("button", name="Publish it").click()

    expect(mei.get_by_role("status").first).to_contain_text("Version 1 counts")
    assert Scenario.objects.in_use().get().slug == "drill"
    assert Target.objects.get().last_ok_at
