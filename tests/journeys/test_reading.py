"""Who reads for hours: figures that open their cases, files to keep, the ledger by keyboard."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Part
from breakglass import transitions
from breakglass.models import Request
from targets.models import Door
from tests.chromium import needs_chromium
from tests.journeys.conftest import House, with_password
from tests.make import make_broken_glass, make_group, make_request, make_scenario, make_user, voice

pytestmark = [pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def cases(house: House) -> list[Request]:
    """Return three cases of this week: two by breaking the glass, one after approval."""
    scenario = make_scenario(max_concurrent=9)
    make_group("Compliance", make_user("carla"), part=Part.COMPLIANCE)
    with_password("carla")
    now = timezone.now()
    found = [make_broken_glass(scenario, at=now) for _ in range(2)]
    asked = make_request(scenario, by=make_user("eve"), at=now)
    found.append(transitions.approve(asked, voice=voice("bob"), at=now + timedelta(minutes=4)))
    Door.objects.update(opened_at=now + timedelta(minutes=5))
    return found


def drawn(page: Page) -> list[bool]:
    """Return of each chart whether anything but its ground is on it."""
    found: list[bool] = page.evaluate(
        """() => [...document.querySelectorAll("table-chart canvas")].map((canvas) => {
            const { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext("2d");
            copy.drawImage(canvas, 0, 0);
            const all = copy.getImageData(0, 0, width, height);
            const colours = new Set(new Uint32Array(all.data.buffer));
            return colours.size > 3;
        })"""
    )
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_charts_follow_the_theme_and_are_kept_as_files(
    house: House, cases: list[Request], tmp_path: Path, *, dark: bool
) -> None:
    page = house.enter("carla", dark=dark)
    page.goto(f"{house.url}/dashboard/")
    expect(page.locator("table-chart canvas")).to_have_count(2)
    page.wait_for_timeout(400)  # until the bars have grown

    assert drawn(page) == [True, True]
    expect(page.locator("#steps")).to_be_hidden()
    panel = page.locator("section", has=page.get_by_role("heading", name="Uses by week"))
    panel.get_by_text("The same as a table").click()
    expect(page.locator("#steps")).to_be_visible()
    for name, suffix, begins in (
        ("PNG", "steps.png", b"\x89PNG"),
        ("CSV", ".csv", b"\xef\xbb\xbf"),
    ):
        with page.expect_download() as download:
            panel.get_by_text(name, exact=False).first.click()
        assert download.value.suggested_filename.endswith(suffix)
        download.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)
    page.emulate_media(color_scheme="light" if dark else "dark", reduced_motion="reduce")
    assert drawn(page) == [True, True]


def test_figures_and_bars_lead_to_their_cases(house: House, cases: list[Request]) -> None:
    page = house.enter("carla")
    page.goto(f"{house.url}/dashboard/")
    page.locator(".figures > div", has_text="Glass broken").locator("b a").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(page.get_by_text("Glass broken", exact=False).first).to_be_visible()

    page.go_back()
    canvas = page.locator("table-chart canvas").first
    box = canvas.bounding_box()
    assert box
    page.wait_for_timeout(400)
    canvas.click(position={"x": box["width"] - 30, "y": box["height"] / 2})
    page.wait_for_url("**/cases/?since=*used=yes")
    expect(rows).to_have_count(3)


def test_without_a_script_the_tables_tell_all(house: House, cases: list[Request]) -> None:
    page = house.enter("carla", script=False)
    page.goto(f"{house.url}/dashboard/")

    expect(page.locator("#steps")).to_be_visible()
    expect(page.locator("#speed")).to_be_visible()
    expect(page.locator("table-chart").first).to_be_hidden()
    expect(page.get_by_role("button", name="PNG")).to_have_count(0)


def test_the_ledger_is_searched_and_narrowed_by_keyboard(
    house: House, cases: list[Request]
) -> None:
    house.work()
    page = house.enter("carla")
    page.goto(f"{house.url}/ledger/")
    search = page.get_by_role("searchbox", name="Search the ledger")
    search.focus()
    page.keyboard.type(f"case {cases[0].case}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger/?case=request*")
    assert 0 < page.locator("tbody tr").count() < 20

    chip = page.get_by_role("link", name=f"Case: Case {cases[0].case}")
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger/?")
    page.locator("tbody th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hash and proof fit")).to_be_visible()
    page.get_by_text("Check this yourself").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#check-leaf")).to_be_visible()
