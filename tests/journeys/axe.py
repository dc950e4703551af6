"""Ask axe about a page, and find what is wider than its window."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).with_name("axe-core-4.14.1") / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# No page has frames or sounds, so none is looked for; that was a third of the time.
_PLAIN: dict[str, Any] = {"resultTypes": ["violations"], "preload": False, "iframes": False}
EVERYTHING: dict[str, Any] = {**_PLAIN, "runOnly": _RULES}
COLOURS: dict[str, Any] = {**_PLAIN, "runOnly": ["color-contrast"]}
BUT_COLOURS: dict[str, Any] = {**EVERYTHING, "rules": {"color-contrast": {"enabled": False}}}
# What stands around a fault, and how to find it, is asked for where there is one: to note both of
# every element that is in order was a fifth of the time.
_RUN = """async (rules) => {
    axe.configure({noHtml: true});
    const quick = await axe.run(document, {...rules, selectors: false});
    if (!quick.violations.length) return [];
    axe.reset();
    const told = await axe.run(document, rules);
    return (told.violations.length ? told : quick).violations;
}"""


def violations(page: Page, rules: dict[str, Any] | None = None) -> list[Any]:
    """Return what axe finds, short enough to read."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return [
        (each["id"], [str(node["html"])[:120] for node in each["nodes"]][:3])
        for each in page.evaluate(_RUN, rules or EVERYTHING)
    ]


def width_beyond(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wider


def sticking_out(page: Page) -> list[str]:
    """Return what makes a page wider than its window: the first words of the widest elements."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")]
            .filter(element => element.getBoundingClientRect().right > innerWidth + 1
                || element.getBoundingClientRect().left < -1)
            .map(element => element.outerHTML.slice(0, 90))"""
    )
    return found[:6]
