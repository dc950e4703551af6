"""Slack's Web API: a client for one channel, and what its errors mean for messages."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts.channels.base import Trouble, rest_of
from core.speech import phrase

TIMEOUT = 10  # seconds, for connecting and for the answer
LIMITED = timedelta(seconds=30)  # where Slack limits us and does not say for how long
_TOKEN = re.compile(r"xoxb-[\w-]{8,}")
_APP_TOKEN = re.compile(r"xapp-[\w-]{8,}")
_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")
_ROOM = re.compile(r"[CG][A-Z0-9]{6,20}")
_MEMBER = re.compile(r"[UW][A-Z0-9]{6,20}")

# What another attempt would not change, for this reader or room.
_OF_A_READER: Mapping[str, Any] = {
    "channel_not_found": gettext_lazy("Slack has no such room, or the app may not see it."),
    "not_in_channel": gettext_lazy("The app is not in the room. Invite it there."),
    "is_archived": gettext_lazy("The room is archived."),
    "user_not_found": gettext_lazy("Slack has no such member."),
    "users_not_found": gettext_lazy("Slack has no such member."),
    "user_disabled": gettext_lazy("This member's account is switched off in Slack."),
    "cannot_dm_bot": gettext_lazy("This member is an app, not a person."),
    "messages_tab_disabled": gettext_lazy(
        "The app takes no direct messages. Switch its Messages tab on."
    ),
    "restricted_action": gettext_lazy("The workspace does not let the app write there."),
    "msg_too_long": gettext_lazy("Slack finds the message too long."),
    "invalid_blocks": gettext_lazy("Slack does not understand the message."),
}
# What holds for everything on the channel until somebody mends it.
_OF_THE_APP: Mapping[str, Any] = {
    "invalid_auth": gettext_lazy("Slack does not know the bot token."),
    "not_authed": gettext_lazy("There is no bot token."),
    "token_revoked": gettext_lazy("The bot token was revoked."),
    "token_expired": gettext_lazy("The bot token has expired."),
    "account_inactive": gettext_lazy("The app was removed from the workspace."),
    "missing_scope": gettext_lazy("The app lacks a scope. Compare its scopes with docs/slack.md."),
    "not_allowed_token_type": gettext_lazy("This is not a bot token."),
    "org_login_required": gettext_lazy("The workspace is being moved; nobody can write there."),
    "team_access_not_granted": gettext_lazy("The app is not allowed in this workspace."),
    "access_denied": gettext_lazy("The app is not allowed in this workspace."),
}
_LIMITS = ("ratelimited", "rate_limited", "message_limit_exceeded")
GONE = ("message_not_found", "cant_update_message", "edit_window_closed")  # of a card


def client(token: str) -> WebClient:
    """Return a client that tries once: our own line knows when to try again."""
    return WebClient(token, base_url=settings.SLACK_API_URL, timeout=TIMEOUT, retry_handlers=[])


def error_of(error: Exception) -> str:
    """Return Slack's own word for what went wrong; empty where Slack has not spoken."""
    if not isinstance(error, SlackApiError) or isinstance(error.response, str):
        return ""
    data = error.response.data
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def trouble_of(error: Exception) -> Trouble:
    """Say what an error means for this message and for the others."""
    if isinstance(error, SlackApiError):
        return _refused(error, error_of(error))
    if isinstance(error, SlackClientError | URLError | OSError):
        # Such errors repeat the address, which is no secret, but the sentence is for people.
        return Trouble(_("Slack does not answer."), server=True)
    return Trouble(f"{type(error).__name__}: {error}")


def _refused(error: SlackApiError, said: str) -> Trouble:
    answer = error.response
    if answer.status_code == 429 or said in _LIMITS:
        return Trouble(_("Slack takes no more for now."), again_in=_rest(answer.headers))
    if answer.status_code >= 500:
        words = _("Slack answered %(status)s.") % {"status": answer.status_code}
        return Trouble(words, server=True)
    if said in _OF_A_READER:
        return Trouble(f"{_OF_A_READER[said]} ({said})", final=True)
    if said in _OF_THE_APP:
        return Trouble(f"{_OF_THE_APP[said]} ({said})", final=True, server=True)
    words = _("Slack said: %(error)s") % {"error": said[:100] or answer.status_code}
    return Trouble(words, server=True)


def _rest(headers: Mapping[str, Any]) -> timedelta:
    """Return how long Slack asks us to wait; its clients see a header as text or as a list."""
    given = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return rest_of(str(given[0] if isinstance(given, list) and given else given)) or LIMITED


def why_not_token(text: str) -> str | None:
    """Why this can be no bot token."""
    if _TOKEN.fullmatch(text):
        return None
    return phrase("A bot token begins with xoxb-. It stands under “OAuth & Permissions”.")


def why_not_app_token(text: str) -> str | None:
    """Why this can be no token for Socket Mode."""
    if _APP_TOKEN.fullmatch(text):
        return None
    return phrase("An app token begins with xapp-. It stands under “Basic Information”.")


def why_not_signing_secret(text: str) -> str | None:
    """Why this can be no signing secret."""
    if _SIGNING_SECRET.fullmatch(text):
        return None
    return phrase("A signing secret has 32 digits and letters a to f (“Basic Information”).")


def why_not_room(text: str) -> str | None:
    """Why this can be no room: names of rooms change, their ids do not."""
    if _ROOM.fullmatch(text):
        return None
    return phrase("Give the id of the room, such as C0123ABCD. It stands below its details.")


def why_not_member(text: str) -> str | None:
    """Why this can be no member of a workspace."""
    if _MEMBER.fullmatch(text):
        return None
    return phrase("Give the member's id, such as U0123ABCD: their profile, “Copy member ID”.")
