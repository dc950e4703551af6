"""A real HTTP endpoint on a port of its own, that keeps what it is sent and can be told to fail."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclasses.dataclass
class Endpoint:
    """Keeps requests; answers with `answers` first, one (status, headers) for each request.

    `writes` makes the body of other answers out of the path and the body of the request.
    """

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = dataclasses.field(default_factory=list)
    bodies: list[bytes] = dataclasses.field(default_factory=list)
    headers: list[dict[str, str]] = dataclasses.field(default_factory=list)
    paths: list[str] = dataclasses.field(default_factory=list)
    writes: Callable[[str, bytes], bytes] = lambda _path, _body: b""
    slow: float = 0.0  # seconds before each answer

    def said(self) -> list[Any]:
        """Return what came, parsed."""
        return [json.loads(body) for body in self.bodies]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Run an HTTP server until the block ends."""
    kept = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.bodies.append(body)
            kept.headers.append({name.lower(): value for name, value in self.headers.items()})
            kept.paths.append(self.path)
            time.sleep(kept.slow)
            told = kept.answers.pop(0) if kept.answers else None
            status, headers = told or (200, {})
            written = b"" if told else kept.writes(self.path, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(written))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
