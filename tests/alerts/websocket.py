"""A real WebSocket server (RFC 6455) on a port of its own, as much as Socket Mode needs."""

import base64
import contextlib
import hashlib
import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import Any

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Server:
    """Accepts one connection after the other; keeps what it is told, and tells what it is given."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/link?ticket=1"
        self.opened: Queue[socket.socket] = Queue()
        self.told: Queue[dict[str, Any]] = Queue()
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                link, _address = self._listener.accept()
                Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), link, link.makefile("rb") as stream:
            key = ""
            while line := stream.readline().decode().strip():
                name, _colon, value = line.partition(":")
                key = value.strip() if name.lower() == "sec-websocket-key" else key
            accept = base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest())  # noqa: S324
            head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            link.sendall(
                head + b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            self.opened.put(link)
            while frame := self._read(stream):
                kind, body = frame
                if kind == _PING:
                    self._send(link, _PONG, body)
                elif kind == _TEXT:
                    self.told.put(json.loads(body))

    def _read(self, stream: Any) -> tuple[int, bytes] | None:
        head = stream.read(2)
        if len(head) < 2 or head[0] & 15 == _CLOSE:
            return None
        length = head[1] & 127
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(stream.read(size), "big")
        mask = stream.read(4)
        body = bytes(each ^ mask[place % 4] for place, each in enumerate(stream.read(length)))
        return head[0] & 15, body

    def _send(self, link: socket.socket, kind: int, body: bytes) -> None:
        length = bytes([len(body)]) if len(body) < 126 else b"\x7e" + struct.pack(">H", len(body))
        link.sendall(bytes([0x80 | kind]) + length + body)

    def tell(self, link: socket.socket, message: dict[str, Any]) -> None:
        """Send one message."""
        self._send(link, _TEXT, json.dumps(message).encode())

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()


@contextmanager
def websocket() -> Iterator[Server]:
    """Run a server until the block ends."""
    server = Server()
    try:
        yield server
    finally:
        server.close()
