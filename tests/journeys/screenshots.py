"""`make screenshots`: pictures of every page, light and dark, wide and on a phone.

They go to the folder that SHOTS names, with an index.html that shows them all.
"""

import html
import os
import shutil
import time
from pathlib import Path
from typing import Literal

from playwright.sync_api import ViewportSize

from tests.chromium import running
from tests.journeys.places import Place
from tests.journeys.showroom import PHONE, WIDE, showroom, visits

_VIEWS: tuple[tuple[str, Literal["light", "dark"], ViewportSize], ...] = (
    ("light-wide", "light", WIDE),
    ("dark-wide", "dark", WIDE),
    ("dark-phone", "dark", PHONE),
    ("light-phone", "light", PHONE),
)
_SHEET = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body{{font:14px system-ui;margin:16px;background:#888}}section{{margin-block:32px}}
div{{display:flex;gap:12px;align-items:start;overflow-x:auto}}img{{height:420px}}</style>
<h1>Every page</h1>{}</html>"""


def main(folder: Path) -> None:
    """Take every picture and write the sheet."""
    begun, rows = time.monotonic(), []
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with showroom() as house, running() as browser:
        for place, page, _ in visits(house, browser):
            for view, theme, size in _VIEWS:
                page.emulate_media(color_scheme=theme)
                page.set_viewport_size(size)
                page.screenshot(path=folder / f"{place.label}--{view}.png", full_page=True)
            rows.append(_row(place))
    (folder / "index.html").write_text(_SHEET.format("".join(rows)), encoding="utf-8")
    seconds = time.monotonic() - begun
    print(f"{len(rows)} pages, each in 4 views, in {seconds:.0f} s: {folder}/index.html")  # noqa: T201


def _row(place: Place) -> str:
    names = [f"{place.label}--{view}.png" for view, _, _ in _VIEWS]
    pictures = "".join(f'<a href="{name}"><img loading="lazy" src="{name}"></a>' for name in names)
    return f"<section><h2>{html.escape(place.label)}</h2><div>{pictures}</div></section>"


if __name__ == "__main__":
    main(Path(os.environ.get("SHOTS") or ".local/screenshots"))
