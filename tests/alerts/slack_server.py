"""A real HTTP server that behaves like Slack's Web API, and calls of buttons signed as by Slack."""

import dataclasses
import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.test import override_settings
from slack_sdk.signature import SignatureVerifier

from alerts.models import Channel, Contact
from tests.alerts.endpoint import Endpoint, endpoint
from tests.make import NOON, make_user

SECRET = "0123456789abcdef" * 2
MEMBERS = {
    "bob": "U0000BOB",
    "carl": "U000CARL",
    "rob": "U0000ROB",
    "ada": "U0000ADA",
    "dora": "U000DORA",
}


@dataclasses.dataclass
class Slack:
    """A workspace: what was called, and what it refuses."""

    end: Endpoint
    errors: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # by method, once each
    answers: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)  # by method
    triggers: set[str] = dataclasses.field(default_factory=lambda: {"1.press"})  # still good
    numbers: Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(1))

    def writes(self, path: str, body: bytes) -> bytes:
        """Answer a call."""
        method = path.rpartition("/")[2]
        if waiting := self.errors.get(method):
            return json.dumps({"ok": False, "error": waiting.pop(0)}).encode()
        return json.dumps({"ok": True, **self._answer(method, body)}).encode()

    def _answer(self, method: str, body: bytes) -> dict[str, Any]:
        if method in self.answers:
            return self.answers[method]
        if method == "auth.test":
            return {"team": "Shop", "team_id": "T1", "user": "breakglass", "user_id": "U1"}
        if method == "users.lookupByEmail":
            [email] = parse_qs(body.decode())["email"]
            member = MEMBERS.get(email.partition("@")[0])
            return {"user": {"id": member}} if member else {"ok": False, "error": "users_not_found"}
        given = json.loads(body)
        if method == "views.open":
            return self._opened(given)
        room = given["channel"].replace("U", "D", 1) if given["channel"][0] == "U" else None
        return {"channel": room or given["channel"], "ts": f"1.{next(self.numbers):06}"}

    def _opened(self, given: dict[str, Any]) -> dict[str, Any]:
        """Open a view once for a trigger, and within what Slack allows in it."""
        if given["trigger_id"] not in self.triggers:
            return {"ok": False, "error": "expired_trigger_id"}
        self.triggers.remove(given["trigger_id"])
        view = given["view"]
        names = [view["title"], view["close"], *([view["submit"]] if "submit" in view else [])]
        inputs = [block["element"] for block in view["blocks"] if block["type"] == "input"]
        options = [each for element in inputs for each in element.get("options", ())]
        fits = (
            all(0 < len(name["text"]) <= 24 for name in names)
            and all(len(each["text"]["text"]) <= 75 for each in options)
            and all(element.get("initial_options") != [] for element in inputs)
        )
        return {"view": {"id": "V1"}} if fits else {"ok": False, "error": "invalid_arguments"}

    def calls(self, method: str = "") -> list[Any]:
        """Return what was called, parsed: all with the method's name first, or those of one."""
        names = [path.rpartition("/")[2] for path in self.end.paths]
        found = list(zip(names, self.end.bodies, strict=True))
        if method:
            return [json.loads(body) for name, body in found if name == method]
        return names

    def wait_for(self, method: str, number: int = 1) -> list[Any]:
        """Return the calls of a method once there are that many of them."""
        until = time.monotonic() + 5
        while len(found := self.calls(method)) < number and time.monotonic() < until:
            time.sleep(0.005)
        assert len(found) >= number, f"{method} was called {len(found)} times"
        return found


@contextmanager
def slack() -> Iterator[Slack]:
    """Run a workspace until the block ends."""
    with endpoint() as end, override_settings(SLACK_API_URL=f"{end.url}/api/"):
        workspace = Slack(end)
        end.writes = workspace.writes
        yield workspace


def make_slack(*names: str, **fields: Any) -> Channel:
    """Return a channel of Slack in use: a room, or with `names` where these people are reached."""
    place = "" if names else "C0000OPS"
    values = {"name": "Slack", "place": place, "personal": bool(names), **fields}
    secret = values.pop("secret", {})
    channel = Channel(kind="slack", **values)
    channel.seal({"bot_token": "xoxb-test-token", "signing_secret": SECRET, **secret}, at=NOON)
    channel.save()
    for name in names:
        Contact.objects.create(
            person=make_user(name), channel=channel, address=MEMBERS[name], added_at=NOON
        )
    return channel


def texts(blocks: list[Any]) -> str:
    """Return all words of some blocks."""
    found = []
    for block in blocks:
        parts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        found += [part.get("text") for part in parts if part]
    return "\n".join(part["text"] if isinstance(part, dict) else str(part) for part in found)


def buttons(blocks: list[Any]) -> dict[str, Any]:
    """Return the buttons of some blocks, by their labels."""
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return {each["text"]["text"]: each for row in rows for each in row}


def press(
    button: dict[str, Any], member: str, *, room: str = "D0000BOB", ts: str = "1.000001"
) -> dict[str, Any]:
    """Return what Slack sends when a member presses a button."""
    return {
        "type": "block_actions",
        "trigger_id": "1.press",
        "team": {"id": "T1"},
        "user": {"id": member, "team_id": "T1"},
        "container": {"type": "message", "channel_id": room, "message_ts": ts},
        "channel": {"id": room},
        "actions": [{"type": "button", **button}],
    }


def sent(view: dict[str, Any], member: str, **given: Any) -> dict[str, Any]:
    """Return what Slack sends when a member sends a view: as it was opened, but for `given`."""
    state = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["block_id"]
            state[name] = {element["action_id"]: _state(element, given.pop(name, None))}
    assert not given, f"The view has no such inputs: {given}"
    kept = {name: view[name] for name in ("callback_id", "private_metadata")}
    return {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": member, "team_id": "T1"},
        "view": {**kept, "state": {"values": state}},
    }


def _state(element: dict[str, Any], given: Any) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": given}
    if element["type"] == "static_select":
        chosen = {"value": given} if given else element.get("initial_option")
        return {"type": element["type"], "selected_option": chosen}
    initial = element.get("initial_options", [])
    chosen = initial if given is None else [{"value": each} for each in given]
    return {"type": element["type"], "selected_options": chosen}


def signed(
    payload: dict[str, Any], *, at: datetime, secret: str = SECRET
) -> tuple[str, dict[str, str]]:
    """Return the body and the headers of a call."""
    body = urlencode({"payload": json.dumps(payload)})
    stamp = str(int(at.timestamp()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return body, {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}
