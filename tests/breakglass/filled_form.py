"""What a browser would send from a form, read from its HTML."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Form(HTMLParser):
    """Collects the values of all controls, as they were drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self._add(self._select, found.get("value") or "")
        elif tag == "textarea":
            self._textarea = name
            self._add(name, "")
        elif tag == "input" and found.get("type") in ("checkbox", "radio"):
            self._add(name if "checked" in found else "", found.get("value") or "on")
        elif tag == "input" and found.get("type") not in ("submit", "file"):
            self._add(name, found.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            text = self.values[self._textarea][0] + data
            self.values[self._textarea] = [text.removeprefix("\n").removeprefix("\r\n")]

    def _add(self, name: str, value: str) -> None:
        if name and "__prefix__" not in name:
            self.values.setdefault(name, []).append(value)


def filled_in(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """Return what would be sent from the form at `url`, with `changes`."""
    form = _Form()
    form.feed(client.get(url).content.decode())
    return {**form.values, **changes}


def send(client: Client, url: str, sent: dict[str, Any]) -> Any:
    """Send a form as somebody does who looks at what it would change, and sends it once more."""
    answer = client.post(url, sent)
    form = _Form()
    form.feed(answer.content.decode())
    return (
        client.post(url, {**sent, "seen": form.values["seen"]}) if "seen" in form.values else answer
    )
