"""Speaking HTTP to places outside: patiently for a moment, and never more than is needed."""

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

from audit.anchors.failures import Failed

_LONGEST = 64 * 1024  # bytes of an answer that are read


class Reply(NamedTuple):
    """What was answered."""

    status: int
    body: bytes


def post(url: str, body: bytes, *, kind: str, patience: float) -> Reply:
    """Send a body and return the answer, however it is; redirects are not followed.

    Raises Failed when there is none.
    """
    address = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[address.scheme](address.hostname or "", address.port, timeout=patience)
    try:
        headers = {"Content-Type": kind, "User-Agent": "breakglass"}
        connection.request("POST", address.path or "/", body, headers)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(_LONGEST))
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"It does not answer: {error or type(error).__name__}.") from error
    finally:
        connection.close()
