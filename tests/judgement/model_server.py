"""A stand-in for a server of models: it speaks HTTP as they do, and says what a test wants."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DEAD = "http://127.0.0.1:1/v1"  # nobody listens there


@contextmanager
def answering(
    answer: object, status: int = 200, *, trickles: bool = False, holds: bool = False
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run a server that answers with this; yield its address and what it was sent.

    One that `holds` never answers, one that `trickles` never ends its answer, until both are over.
    """
    sent: list[dict[str, Any]] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent.append(body | {"key": self.headers["Authorization"]})
            if holds:
                over.wait()
                return
            made = answer(body) if callable(answer) else answer
            text = made if isinstance(made, bytes) else json.dumps(made).encode()
            self.send_response(status)
            if not trickles:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            while trickles and not over.wait(0.02):
                self.wfile.write(b" ")

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...  # whoever asked has hung up

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", sent
        finally:
            over.set()
            server.shutdown()
            thread.join()


def vectors(body: dict[str, Any]) -> dict[str, Any]:
    """Answer as a model for which only what speaks of orders is alike."""
    return {"data": [{"embedding": [1.0, 0.0] if "order" in text else [0.0, 1.0]}
                     for text in body["input"]]}  # fmt: skip


def said(content: object, **more: str) -> dict[str, Any]:
    """Return the answer of a model that converses."""
    text = content if isinstance(content, str) else json.dumps(content)
    return {"choices": [{"message": {"content": text}}]} | more


def thinks(risk: float, summary: str = "It reads salaries.", action: int = 0) -> dict[str, Any]:
    """Return the answer of a model that thinks so much of a case."""
    return said({"risk": risk, "action": action, "summary": summary}, model="small-2026-11")
