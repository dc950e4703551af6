"""A real mail server on a port of its own, that can be told to fail."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from config.local import free_port


@dataclasses.dataclass
class PostOffice:
    """Keeps what it takes; answers with `refusals` first, one for each mail."""

    port: int
    refusals: list[str] = dataclasses.field(default_factory=list)
    refused: set[str] = dataclasses.field(default_factory=set)
    pause: float = 0.0
    mails: list[Message] = dataclasses.field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        time.sleep(self.pause)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 Taken"

    def addresses(self) -> list[str]:
        """Return to whom mails came, in order."""
        return [str(mail["To"]).partition("<")[2].rstrip(">") for mail in self.mails]


@contextmanager
def post_office(
    port: int = 0, *, office: PostOffice | None = None, **options: Any
) -> Iterator[PostOffice]:
    """Run a mail server until the block ends; that of `office` where one is given."""
    office = office or PostOffice(port=0, **options)
    office.port = port or free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
