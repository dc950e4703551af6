"""Debian's Chromium, for what has to be seen in a real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

# The first is the same engine without the windows of a browser, which were half of the work.
_PROGRAMS = ("chromium-headless-shell", "chromium")
needs_chromium = pytest.mark.needs(*_PROGRAMS)
_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def running() -> Iterator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, _PROGRAMS)))
        browser = playwright.chromium.launch(executable_path=program, args=_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run a browser for the tests of a file.

    Its driver keeps a loop in this thread, which Django would mind, and so would the tests of
    other files.
    """
    with pytest.MonkeyPatch.context() as patch, running() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield browser
