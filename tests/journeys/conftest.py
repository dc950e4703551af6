"""A real browser, a real server, a real target; what runs in the background runs when told to."""

import dataclasses
import time
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from alerts import tasks as alerts
from audit.sequencer import run_once
from targets import demo
from targets import tasks as targets
from tests.chromium import chromium
from tests.doors.make import Shop
from tests.make import make_browser, make_user

__all__ = ["chromium"]

PASSWORD = "a-password-for-journeys"
PATIENCE = 30_000  # milliseconds; what happens at once costs none of it, a busy machine does
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def shop(pg_cluster: str) -> Shop:
    """Return the shop of a target server, prepared once."""
    return Shop(pg_cluster, demo.prepare(pg_cluster))


@dataclasses.dataclass
class House:
    """The product as people meet it, and what its browsers complained of."""

    url: str
    browser: Browser
    complaints: list[str] = dataclasses.field(default_factory=list)
    contexts: list[BrowserContext] = dataclasses.field(default_factory=list)

    def enter(
        self, name: str, *, phone: bool = False, script: bool = True, dark: bool = False
    ) -> Page:
        """Return the browser's page of somebody who is signed in, at Home.

        Through the sign-in page only those come who are asked to: for all it would take a minute.
        """
        page = self._page(phone=phone, script=script, dark=dark)
        session = make_browser(name).cookies[django_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": session.key, "value": session.value, "url": self.url}])
        page.goto(self.url)
        return page

    def sign_in(self, name: str, *, phone: bool = False) -> Page:
        """Sign somebody in, through the page, and return their browser's page."""
        page = self.visit("/accounts/login/", phone=phone)
        page.get_by_label("Email").or_(page.get_by_label("Mail")).first.fill(f"{name}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "login" not in url)
        return page

    def visit(
        self, path: str, *, phone: bool = False, script: bool = True, dark: bool = False
    ) -> Page:
        """Return a stranger's page at `path`."""
        page = self._page(phone=phone, script=script, dark=dark)
        page.goto(self.url + path)
        return page

    def _page(self, *, phone: bool, script: bool, dark: bool) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = self.browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._heard(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._only_ours(request.url))
        return page

    def work(self) -> None:
        """Do once what sequencer and worker do all the time."""
        for _ in range(2):
            run_once(at=timezone.now())
            for task in (targets.settle, targets.close_due, alerts.relay, alerts.deliver):
                task()

    def _heard(self, words: str) -> None:
        # Chromium remarks on every form that is answered with what to put right.
        if "status of 422" not in words:
            self.complaints.append(words)

    def _only_ours(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {url}")


@pytest.fixture
def house(
    live_server: object, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """Return the product at an address; at the end nobody may have complained."""
    url = str(live_server)
    monkeypatch.setattr(django_settings, "BASE_URL", url)
    monkeypatch.setattr(django_settings, "EMAIL_BACKEND", "alerts.mailbox.MailboxBackend")
    house = House(url, chromium)
    yield house
    for context in house.contexts:
        context.close()
    _wait_for_answers()
    assert house.complaints == []


def _wait_for_answers() -> None:
    """Wait for requests of pages that are gone: they would meet the emptying of the tables."""
    busy = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND state <> 'idle'"""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(busy)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)


def with_password(*names: str) -> None:
    """Let these people sign in."""
    for name in names:
        person = make_user(name)
        person.set_password(PASSWORD)
        person.save()
