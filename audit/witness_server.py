"""`manage.py witness`: a witness of logs as a small server, for a machine that others rule over.

It loads neither settings nor a database, and of our own code only what it needs.
"""

import argparse
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from audit.core.findings import Usage
from audit.core.note import LOG, read_key
from audit.witness import LONGEST, Answer, Broken, Home, Witness

logger = logging.getLogger("witness")

PATH = "/add-checkpoint"
_PATIENCE = 10  # seconds that a client may be silent
_MOST = 64  # clients at once; one more is sent away


class Server(ThreadingHTTPServer):
    """Serves one witness; each client in a thread, and not too many."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.witness = witness
        self._free = threading.BoundedSemaphore(_MOST)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open, as C2SP asks for
    server_version, sys_version = "witness", ""
    timeout = _PATIENCE
    server: Server

    def do_GET(self) -> None:
        """Say who this is."""
        if self.path == "/":
            self._answer(Answer(200, self.server.witness.about()))
        else:
            self._answer(Answer(404, "There is nothing here.\n"))

    def do_POST(self) -> None:
        """Take a checkpoint."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal():
            self._refuse(Answer(411, "Say how long the request is.\n"))
        elif len(length) > 9 or int(length) > LONGEST:
            self._refuse(Answer(413, f"A request has at most {LONGEST} bytes.\n"))
        elif len(body := self.rfile.read(int(length))) < int(length):
            self._refuse(Answer(400, "The request was cut.\n"))
        elif self.path == PATH:
            self._answer(self.server.witness.add_checkpoint(body))
        else:
            self._answer(Answer(404, "There is nothing here.\n"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's word
        """Say nothing of lines that clients choose: `_answer` says what was done."""

    def _refuse(self, answer: Answer) -> None:
        self.close_connection = True  # the body was not read
        self._answer(answer)

    def _answer(self, answer: Answer) -> None:
        if self.command == "POST":
            level = logging.ERROR if "CONTRADICTION" in answer.about else logging.INFO
            about = "".join(sign if sign.isprintable() else "?" for sign in answer.about)
            logger.log(level, "%s %s %s", answer.status, self.address_string(), about)
        data = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)


def main(words: Sequence[str], *, clock: Callable[[], float] = time.time) -> int:
    """Serve until SIGTERM; return 0 after that and 1 when it cannot be."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asked = _parser().parse_args(words)
    try:
        logs = [read_key(vkey, LOG) for vkey in asked.log]
        with closing(Home(asked.home)) as home:
            witness = Witness(home, asked.name, logs, clock)
            host, _, port = asked.bind.rpartition(":")
            with Server((host.strip("[]"), int(port)), witness) as server:
                logger.info("It listens on %s and knows %d log(s).", asked.bind, len(logs))
                _serve(server)
    except (Broken, Usage, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _serve(server: Server) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    logger.info("Others know this witness by %s", server.witness.vkey)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


def _end(*_: Any) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py witness", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, metavar="DIR",
                        help="where its key, its memory and its evidence are kept")  # fmt: skip
    parser.add_argument("--name", default="", help="what it is called; said at the first start")
    parser.add_argument("--log", action="append", required=True, metavar="VKEY",
                        help="the key of a log that it signs for; may be said again")  # fmt: skip
    parser.add_argument("--bind", default="127.0.0.1:8100", metavar="HOST:PORT")
    return parser
