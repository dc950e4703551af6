"""Blocks of Slack's Block Kit. All text is `plain_text`, in which nothing acts or is drawn.

https://docs.slack.dev/reference/block-kit/blocks
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from alerts.taming import tame

Block = dict[str, Any]
_TITLE, _SECTION, _FIELD, LABEL = 150, 3000, 2000, 75  # characters that Slack takes
_FIELDS, _BLOCKS = 10, 50


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """A message: `text` for notifications and screen readers, `blocks` for all others."""

    text: str
    blocks: list[Block]

    @property
    def arguments(self) -> dict[str, Any]:
        """What every method that writes a message takes; Slack makes links of nothing."""
        return {
            "text": safe(self.text),
            "blocks": self.blocks[:_BLOCKS],
            "parse": "none",
            "link_names": False,
        }


def safe(text: str) -> str:
    """Return words for the one place that Slack reads as its markup."""
    tamed = tame(text)
    return tamed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, most: int = _SECTION) -> Block:
    """Return text that is shown as it is; Slack takes no empty one."""
    text = text.strip() or "-"
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return {"type": "plain_text", "text": cut, "emoji": False}


def title(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain(tame(text), _TITLE)}


def words(text: str) -> Block:
    """Return a paragraph of our own words."""
    return {"type": "section", "text": plain(text)}


def quote(label: str, lines: Iterable[str]) -> Block:
    """Return what somebody wrote, each line set apart so that nobody speaks in our name."""
    said = "\n".join(f"> {tame(line)}" for line in lines)
    return words(f"{label}:\n{said}")


def facts(rows: Sequence[tuple[str, str]]) -> list[Block]:
    """Return labels with values, side by side; nothing where there are none."""
    cells = [plain(f"{label}\n{tame(value)}", _FIELD) for label, value in rows[:_FIELDS]]
    return [{"type": "section", "fields": cells}] if cells else []


def small(text: str) -> Block:
    """Return a line in small print."""
    return {"type": "context", "elements": [plain(text, _FIELD)]}


def button(label: str, verb: str, value: str, *, ask: str = "", main: bool = False) -> Block:
    """Return a button that acts; with `ask`, only after Slack has asked whether it shall."""
    made: Block = {
        "type": "button",
        "text": plain(label, LABEL),
        "action_id": verb,
        "value": value,
    }
    if main:
        made["style"] = "primary"
    if ask:
        made["confirm"] = {
            "title": plain(label, 100),
            "text": plain(tame(ask), 300),
            "confirm": plain(label, 30),
            "deny": plain("✕", 30),
        }
    return made


def link(label: str, url: str, number: int = 0, *, main: bool = False) -> Block:
    """Return a button that only opens a page."""
    made: Block = {
        "type": "button",
        "text": plain(label, LABEL),
        "action_id": f"open_{number}",
        "url": url,
    }
    if main:
        made["style"] = "primary"
    return made


def row(buttons: Sequence[Block]) -> list[Block]:
    """Return a row of buttons; nothing where there are none."""
    return [{"type": "actions", "elements": [*buttons]}] if buttons else []
