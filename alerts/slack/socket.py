"""Socket Mode: the same presses over a WebSocket that we open, for servers without an address.

https://docs.slack.dev/apis/events-api/using-socket-mode/
Nobody can post to us there: whoever speaks is whom we have called with the token of the app.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from threading import Thread
from typing import Any

from django.db import connection
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from alerts.channels.slack_api import client
from alerts.models import Channel
from alerts.slack import calls, presses
from alerts.slack.heard import Press, Submission
from core.errors import DomainError

logger = logging.getLogger(__name__)

_PING = 10.0  # seconds; a connection that answers none is opened anew
_AGAIN = 0.05  # seconds between two times that a socket is told to end
Reply = Callable[[dict[str, Any] | None], None]
Hear = Callable[[str, str, Any, Reply], None]


def tokens() -> set[str]:
    """Return the app tokens of the channels that listen this way."""
    return {token for each in calls.listening() if (token := _token(each))}


def hear(token: str, envelope: str, payload: Any, reply: Reply, *, at: datetime) -> None:
    """Do what a press or a view that was sent stands for, and say by `reply` that it was heard.

    Slack waits three seconds for that. A press has it at once, and is pressed again if we crash
    after it; a view is answered with it. An envelope that Slack takes for lost comes again.
    """
    given = Submission.read(payload)
    if given is None:
        reply(None)
    channels = [each for each in calls.listening() if _token(each) == token]
    if given and channels:
        came = presses.submit(given, channels, at=at) if _first(envelope, at) else None
        reply(came.reply if came else None)
        if came:
            presses.answer(came)
    elif (press := Press.read(payload)) and channels and _first(envelope, at):
        presses.answer(presses.handle(press, channels, at=at))


def _first(envelope: str, at: datetime) -> bool:
    """Take an envelope; return whether it is the first time."""
    try:
        calls.take(f"envelope {envelope}", at=at)
    except calls.NotTaken:
        return False
    return True


def hearing(clock: Callable[[], datetime]) -> Hear:
    """Return what each thread of a socket does: with a connection to the database of its own."""

    def run(token: str, envelope: str, payload: Any, reply: Reply) -> None:
        with closing(connection):
            hear(token, envelope, payload, reply, at=clock())

    return run


def open_socket(token: str, heard: Hear, *, ping: float = _PING) -> SocketModeClient:
    """Open a socket that opens itself anew when it ends. Raises as the client does."""
    socket = SocketModeClient(app_token=token, web_client=client(""), ping_interval=ping)

    def listen(_client: Any, request: SocketModeRequest) -> None:
        def reply(body: dict[str, Any] | None) -> None:
            said = SocketModeResponse(envelope_id=request.envelope_id, payload=body)
            socket.send_socket_mode_response(said)

        if request.type == "interactive":
            heard(token, request.envelope_id, request.payload, reply)
        else:
            reply(None)

    socket.socket_mode_request_listeners.append(listen)
    try:
        socket.connect()
    except Exception:
        close_socket(socket)
        raise
    return socket


def close_socket(socket: SocketModeClient) -> None:
    """Close a socket, also one that was opened this moment.

    Its thread that listens says anew that it is not ended when it begins. Where that comes after
    `close()` has said so, the client would wait for ever for the end of that thread.
    """
    closes = Thread(target=socket.close, daemon=True)
    closes.start()
    while closes.is_alive():
        socket.current_session_state.terminated = True
        closes.join(_AGAIN)


def _token(channel: Channel) -> str:
    try:
        return str(channel.unsealed().get("app_token", ""))
    except DomainError:
        logger.exception("The secret of %s cannot be read.", channel)
        return ""
