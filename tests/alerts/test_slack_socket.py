"""Socket Mode, over a real WebSocket: what comes there does what a posted press does."""

import time
from collections.abc import Iterator
from io import StringIO
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from alerts.management.commands.slack_socket import Command
from alerts.models import Channel
from alerts.slack import socket
from tests.alerts.make import SOON, make_delivery
from tests.alerts.slack_server import MEMBERS, Slack, make_slack, press, slack
from tests.alerts.websocket import Server, websocket
from tests.make import make_user
from tests.record import kinds

pytestmark = pytest.mark.django_db
TOKEN = "xapp-1-A012345-test"


@pytest.fixture
def workspace() -> Iterator[tuple[Slack, Server]]:
    """Run a workspace with a server of sockets."""
    with slack() as running, websocket() as server:
        running.answers["apps.connections.open"] = {"url": server.url}
        yield running, server


def make_listening() -> Channel:
    """Return a channel that listens by Socket Mode."""
    return make_slack("rob", secret={"app_token": TOKEN})


def test_hears_acknowledges_at_once_and_acts_once(workspace: tuple[Slack, Server]) -> None:
    running, server = workspace
    make_listening()
    row = make_delivery(make_user("rob"), receipt=True)
    payload = press({"action_id": "acknowledge", "value": row.pk.hex}, MEMBERS["rob"])
    came: Queue[tuple[str, str, Any, socket.Reply]] = Queue()
    opened = socket.open_socket(TOKEN, lambda *heard: came.put(heard), ping=0.1)
    try:
        link = server.opened.get(timeout=5)
        envelope = {"type": "interactive", "envelope_id": "e1", "payload": payload}
        for _again in range(2):
            server.tell(link, envelope)
            # In this thread, whose transaction holds what the test has made.
            socket.hear(*came.get(timeout=5), at=SOON)
            assert server.told.get(timeout=5) == {"envelope_id": "e1"}
        row.refresh_from_db()
        assert row.acknowledged_by == make_user("rob")
        assert kinds().count("slack.pressed") == 1
        assert len(running.calls("chat.postEphemeral")) == 1
        link.shutdown(2)
        assert server.opened.get(timeout=5) is not link  # it has opened another one
        until = time.monotonic() + 5
        while not opened.is_connected() and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        socket.close_socket(opened)


def test_closes_where_the_thread_that_listens_begins_after_that(
    workspace: tuple[Slack, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    listen, begun = Connection.run_until_completion, Event()

    def late(connection: Connection, state: ConnectionState) -> None:
        begun.set()
        while connection.is_active():
            time.sleep(0.01)
        state.terminated = False  # as the client says before it listens
        listen(connection, state)

    monkeypatch.setattr(Connection, "run_until_completion", late)
    opened = socket.open_socket(TOKEN, lambda *_: None)
    assert begun.wait(5)

    closes = Thread(target=socket.close_socket, args=(opened,), daemon=True)
    closes.start()
    closes.join(10)

    assert not closes.is_alive()


def test_follows_which_channels_have_a_token(workspace: tuple[Slack, Server]) -> None:
    running, server = workspace
    channel = make_listening()
    assert socket.tokens() == {TOKEN}
    running.errors["apps.connections.open"] = ["invalid_auth"]
    opened: dict[str, Any] = {}
    Command()._open(TOKEN, opened)  # noqa: SLF001 - a refusal is logged, and tried again
    assert opened == {}
    stop, links = Event(), []

    def until_opened() -> None:
        links.append(server.opened.get(timeout=5))
        stop.set()

    seen = Thread(target=until_opened)
    seen.start()
    Command(stdout=(out := StringIO())).run(stop, look=0.02)
    seen.join()
    assert (len(links), out.getvalue()) == (1, "Slack is heard.\n")
    Channel.objects.filter(pk=channel.pk).update(enabled=False)
    assert socket.tokens() == set()
