"""Asks a model that others run, over HTTP: never for long, and never for much."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

_LONGEST_ANSWER = 4_000_000  # bytes: vectors of some eighty texts
_KINDS: dict[str, type[http.client.HTTPConnection]] = {
    "http": http.client.HTTPConnection,
    "https": http.client.HTTPSConnection,
}


class NoAnswer(Exception):
    """A model gave no answer that can be used; the sentence says why, and names no address.

    `garbled` says that it did answer: asking again may help less than for one that is away.
    """

    def __init__(self, sentence: str, *, garbled: bool = False) -> None:
        super().__init__(sentence)
        self.garbled = garbled


def asked(url: str, body: object, key: str, patience: float) -> Any:
    """Return the JSON object that is answered within so many seconds. Raises NoAnswer.

    Redirects are not followed, and no proxy is asked that happens to be set on the machine.
    """
    connection = _connection(url, patience)
    address = urlsplit(url)
    headers = {"Content-Type": "application/json", "User-Agent": "breakglass"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    place = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
    with _hung_up(connection, patience) as late:
        try:
            connection.request("POST", place, json.dumps(body), headers)
            with connection.getresponse() as answer:
                status, text = answer.status, answer.read(_LONGEST_ANSWER)
        except (OSError, ValueError, http.client.HTTPException) as error:
            if late.is_set() or isinstance(error, TimeoutError):
                raise _late(patience) from error
            raise NoAnswer(f"It does not answer: {type(error).__name__}.") from error
    if late.is_set():
        raise _late(patience)
    return _parsed(status, text)


def _connection(url: str, patience: float) -> http.client.HTTPConnection:
    try:
        address = urlsplit(url)
        kind = _KINDS[address.scheme]
        return kind(address.hostname or "", address.port, timeout=patience)
    except (KeyError, ValueError, http.client.HTTPException) as error:
        raise NoAnswer("Its address is none.") from error


@contextmanager
def _hung_up(connection: http.client.HTTPConnection, patience: float) -> Iterator[threading.Event]:
    """Connect, and hang up when the time is over, however steadily something trickles in."""
    late = threading.Event()
    try:
        connection.connect()
    except (OSError, ValueError) as error:
        connection.close()
        if isinstance(error, TimeoutError):
            raise _late(patience) from error
        raise NoAnswer(f"It does not answer: {type(error).__name__}.") from error
    wire = connection.sock  # the connection forgets it where an answer ends with it

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(patience, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield late
    finally:
        watch.cancel()
        connection.close()


def _late(patience: float) -> NoAnswer:
    return NoAnswer(f"It takes longer than {patience:g} seconds.")


def _parsed(status: int, text: bytes) -> Any:
    if status != http.HTTPStatus.OK:
        raise NoAnswer(f"It answered with the code {status}.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoAnswer("It answered with something that is no JSON object.", garbled=True)
    return found
