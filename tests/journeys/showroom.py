"""A whole house with the demonstration and something alive on every page, for who looks around."""

import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Response, ViewportSize

from tests.house.running import House
from tests.journeys.places import PLACES, Place

WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
_WHY = "Payments fail for all cards since 02:10; I will find the failing rows and change nothing."


@contextlib.contextmanager
def showroom() -> Iterator[House]:
    """Run the demonstration, with access that is open, asked for, offered and frozen today."""
    home = Path(tempfile.mkdtemp(prefix="breakglass-showroom-"))
    home.chmod(0o711)
    house = House(home)
    try:
        house.start()
        with alive(house):
            yield house
    finally:
        house.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def alive(house: House) -> Iterator[None]:
    """Let access be open, asked for, offered and frozen; end afterwards what was opened."""
    requester, support, lead = map(house.sign_in, ("requester", "requester2", "approver2"))
    opened = requester.break_glass(minutes=60)
    plain = {
        "targets": ["shop-db"],
        "justification": _WHY,
        "minutes": 15,
        "intent": "Look.",
        "waiver": "The reviewer is away, and cards are declined now.",
    }
    support.post("requests", scenario="customer-record-emergency", reference="INC-20999", **plain)
    asked = requester.post("requests", scenario="lost-admin", reference="INC-20998", **plain)
    lead.post(f"requests/{asked['id']}/counter", minutes=10, comment="Ten will do.")

    responder = house.sign_in("responder")
    scenario = re.search(r'value="(scenario:[^"]+)"[^>]*>\s*Disaster', responder.look("/now/"))
    assert scenario
    responder.fill("/now/", send_to="/now/freeze/", other=scenario[1], reason="Only a trial.")
    try:
        yield
    finally:
        requester.post(f"grants/{opened['grant']}/relinquish")


def visits(
    house: House, browser: Browser, watch: Callable[[Page], None] = lambda page: None
) -> Iterator[tuple[Place, Page, Response]]:
    """Open every place as its person, light and wide; yield it with its page and its answer.

    `watch` meets the page of each person before anything is opened there.
    """
    for who, places in groupby(sorted(PLACES, key=lambda place: place.who), lambda p: p.who):
        context = browser.new_context(viewport=WIDE, color_scheme="light")
        context.set_default_timeout(20_000)
        if who:  # signing in through the page is for journeys; here it would cost a minute
            cookies = house.sign_in(who).cookies().items()
            context.add_cookies(
                [{"name": name, "value": value, "url": house.url} for name, value in cookies]
            )
        page = context.new_page()
        watch(page)
        for place in places:
            page.set_viewport_size(WIDE)
            page.emulate_media(color_scheme="light")
            answer = page.goto(_address(page, house, place))
            assert answer
            yield place, page, answer
        context.close()


def _address(page: Page, house: House, place: Place) -> str:
    """Follow the links of a place from its beginning; return where they end."""
    path = place.path
    for link in place.links:
        path = _followed(page, house.url + path, link)
    return house.url + path


def _followed(page: Page, url: str, pattern: str) -> str:
    """Return the first path on a page that looks so; letters come late and name the host, too."""
    for _ in range(120):
        text = ""
        with contextlib.suppress(Error):  # an old connection that the server has just closed
            text = page.request.get(url).text()
        if found := re.search(rf'href="(?:http://[^/"]+)?({pattern})["?#]', text):
            return found[1]
        time.sleep(0.5)
    raise AssertionError(f"There is no link like {pattern} on {url}.")
