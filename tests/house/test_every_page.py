"""Every page of a whole house, seen once: what axe, the HTML checker and the console say of it."""

import dataclasses
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Browser, Error, Page, Response

from tests.chromium import needs_chromium
from tests.house.running import House
from tests.journeys.axe import AXE, BUT_COLOURS, COLOURS, EVERYTHING, violations, width_beyond
from tests.journeys.places import Place
from tests.journeys.showroom import PHONE, WIDE, alive, visits

pytestmark = needs_chromium
ROOT = Path(__file__).resolve().parent.parent.parent
CHECKER = next(iter((ROOT / ".local" / "tools").glob("vnu-*.jar")), None)
_OURS = r"""performance.getEntriesByType("resource")
    .filter(entry => /\/static\/(css|js)\//.test(entry.name))
    .map(entry => [entry.name, entry.decodedBodySize])"""


@dataclasses.dataclass(kw_only=True)
class Seen:
    """What was noticed on one page."""

    place: Place
    html: str
    arrived: bool  # with the expected status, and not sent elsewhere
    ours: list[str]  # files of style and script
    faults: list[Any]
    beyond: int  # pixels by which it is wider than a phone
    complaints: list[str] = dataclasses.field(default_factory=list)


@pytest.fixture(scope="module")
def sizes() -> dict[str, int]:
    """Return the bytes of each file of ours that a page has loaded."""
    return {}


@pytest.fixture(scope="module")
def seen(chromium: Browser, whole_house: House, sizes: dict[str, int]) -> list[Seen]:
    """Look at every page, for all tests of this module."""
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.add_init_script(AXE)  # kept by the browser: to send it to each page was a tenth of all
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: elsewhere(request.url))

    def elsewhere(url: str) -> None:
        if not url.startswith((whole_house.url, "data:", "blob:")):
            complaints.append(f"asked another host: {url}")

    found = []
    with alive(whole_house):
        for place, page, answer in visits(whole_house, chromium, watch):
            found.append(_look_again(place, page, answer, sizes))
            found[-1].complaints += [words for words in complaints if not _expected(words, place)]
            complaints.clear()
    return found


def _look_again(place: Place, page: Page, answer: Response, sizes: dict[str, int]) -> Seen:
    """Look, and once more at a page that drew itself anew meanwhile, as where a grant has ended."""
    try:
        return _look(place, page, answer, sizes)
    except Error as error:
        if "navigation" not in str(error):
            raise
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    renewed = page.goto(answer.url)
    assert renewed, place.label
    return _look(place, page, renewed, sizes)


def _look(place: Place, page: Page, answer: Response, sizes: dict[str, int]) -> Seen:
    loaded = page.evaluate(_OURS)
    for name, size in loaded:  # what comes from the cache has no size
        sizes[name] = max(sizes.get(name, 0), size)
    return Seen(
        place=place,
        html=answer.text(),
        arrived=answer.status == place.status and answer.request.redirected_from is None,
        ours=[name for name, _ in loaded],
        faults=_faults(page),
        beyond=width_beyond(page),
    )


def _faults(page: Page) -> list[Any]:
    """Let axe look at a page wide and light, in the dark, and on a phone; leave it there.

    Another theme changes colours and nothing else, and another size everything but colours.
    """
    found = violations(page, EVERYTHING)
    page.emulate_media(color_scheme="dark")
    found += violations(page, COLOURS)
    page.set_viewport_size(PHONE)
    return found + violations(page, BUT_COLOURS)


def _expected(words: str, place: Place) -> bool:
    """Whether Chromium only says that a page which is there to refuse has refused."""
    return place.status >= 400 and f"status of {place.status}" in words


def test_each_is_where_the_list_says(seen: list[Seen]) -> None:
    assert [each.place.label for each in seen if not each.arrived] == []


def test_axe_sees_and_names_what_is_wrong(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content('<main><input id="bare"><p style="color: #aaa">Pale</p></main>')

    found = dict(violations(page))

    assert found["label"] == ['<input id="bare">']
    assert "Pale" in found["color-contrast"][0]
    assert "label" not in dict(violations(page, COLOURS))
    assert "color-contrast" not in dict(violations(page, BUT_COLOURS))
    page.close()


def test_axe_finds_nothing_in_either_theme_on_either_size(seen: list[Seen]) -> None:
    ours = [each for each in seen if not each.place.theirs]
    assert {each.place.label: each.faults for each in ours if each.faults} == {}


def test_none_is_wider_than_a_phone(seen: list[Seen]) -> None:
    assert {each.place.label: each.beyond for each in seen if each.beyond > 0} == {}


def test_nobody_complains_and_no_other_host_is_asked(seen: list[Seen]) -> None:
    assert {each.place.label: each.complaints for each in seen if each.complaints} == {}


def test_the_strict_parser_reads_every_page(seen: list[Seen]) -> None:
    found = {}
    for each in seen:
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(each.html)
        if parser.errors:
            found[each.place.label] = [(at, what) for at, what, _ in parser.errors][:5]
    assert found == {}


@pytest.mark.needs("java")
@pytest.mark.skipif(CHECKER is None, reason="the HTML checker is not there: sh tests/html-checker")
def test_the_html_checker_finds_no_error(seen: list[Seen], tmp_path: Path) -> None:
    for each in seen:
        (tmp_path / f"{each.place.label}.html").write_text(each.html, encoding="utf-8")
    command = ["java", "-jar", str(CHECKER), "--format", "json", "--errors-only", str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    found = {
        (Path(each["url"]).stem, each["message"], each.get("extract", "")[:120])
        for each in json.load(io.StringIO(said))["messages"]
        if not each["message"].startswith("Attribute “hx-")  # htmx reads them, browsers need not
    }
    assert found == set()


def test_none_loads_more_than_150_kilobytes_of_our_own(
    seen: list[Seen], sizes: dict[str, int]
) -> None:
    loads = {each.place.label: sum(sizes[name] for name in each.ours) for each in seen}
    assert {label: size for label, size in loads.items() if size > 150_000} == {}
    assert len([size for size in loads.values() if size > 10_000]) > len(seen) / 2
