"""What Slack tells of: a button that was pressed, and a view that was filled in."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from alerts.slack import cards

View = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Act:
    """What a member of a workspace did, on a message in a room."""

    verb: str
    value: str
    member: str
    team: str
    room: str
    ts: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Press(Act):
    """One button. `trigger` lets a view open for whoever pressed, for three seconds."""

    trigger: str

    @classmethod
    def read(cls, payload: Any) -> "Press | None":
        """Return the press that a call tells of; None for all else, such as buttons that open."""
        try:
            if payload["type"] != "block_actions":
                return None
            [action], place = payload["actions"], payload["container"]
            found = cls(
                verb=str(action["action_id"]),
                value=str(action.get("value", "")),
                room=str(place["channel_id"]),
                ts=str(place["message_ts"]),
                trigger=str(payload.get("trigger_id", "")),
                **_whose(payload),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return found if found.verb in cards.VERBS else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Submission(Act):
    """A view that was sent. `given` is what stands in it, as a browser would post it."""

    given: Mapping[str, list[str]]

    @classmethod
    def read(cls, payload: Any) -> "Submission | None":
        """Return the submission that a call tells of; None for all else."""
        try:
            if payload["type"] != "view_submission":
                return None
            view = payload["view"]
            place = json.loads(view["private_metadata"])
            found = cls(
                verb=str(view["callback_id"]),
                value=str(place["asked"]),
                room=str(place["room"]),
                ts=str(place["ts"]),
                given={name: _given(each) for name, each in view["state"]["values"].items()},
                **_whose(payload),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return found if found.verb in cards.WORDED else None


def _whose(payload: Any) -> dict[str, str]:
    user = payload["user"]
    team = str(user.get("team_id") or payload["team"]["id"])
    return {"member": str(user["id"])[:40], "team": team}


def _given(block: Any) -> list[str]:
    """Return what stands in one input of a view; each block has one."""
    [state] = block.values()
    if "selected_options" in state:
        return [str(each["value"]) for each in state["selected_options"]]
    if "selected_option" in state:
        return [str(each["value"]) for each in [state["selected_option"]] if each]
    return [str(state.get("value") or "")]
