"""`manage.py slack_socket`: hear the buttons of Slack without an address that Slack could call."""

import logging
import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from slack_sdk.socket_mode.builtin import SocketModeClient

from alerts.channels.slack_api import trouble_of
from alerts.slack import socket

logger = logging.getLogger(__name__)

_LOOK = 15.0  # seconds between looks at which channels listen


class Command(BaseCommand):
    """Keeps a socket open for each app token of the channels in use, until it is stopped."""

    help = "Hear presses of buttons by Slack's Socket Mode, for channels that have an app token."

    def handle(self, *_: Any, **__: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.run(stop)

    def run(self, stop: Event, *, look: float = _LOOK) -> None:
        """Follow the channels: what has a token new is opened, what has it no more is closed."""
        sockets: dict[str, SocketModeClient] = {}
        try:
            while not stop.is_set():
                wanted = socket.tokens()
                for token in sockets.keys() - wanted:
                    socket.close_socket(sockets.pop(token))
                for token in wanted - sockets.keys():
                    self._open(token, sockets)
                stop.wait(look)
        finally:
            for each in sockets.values():
                socket.close_socket(each)

    def _open(self, token: str, sockets: dict[str, SocketModeClient]) -> None:
        try:
            sockets[token] = socket.open_socket(token, socket.hearing(timezone.now))
        except Exception as error:
            logger.exception("Slack opens no socket: %s", trouble_of(error).error)
        else:
            self.stdout.write("Slack is heard.")
