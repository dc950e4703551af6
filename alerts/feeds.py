"""Fetch a calendar from elsewhere: over https, from there alone, never much, never for long."""

import time
from urllib.parse import urlsplit

import requests

from alerts.no_answer import why_no_answer
from core.errors import DomainError
from core.speech import phrase

LARGEST = 1_000_000  # bytes
TIMEOUT = (3, 5)  # seconds to connect, and to wait for more
LONGEST = 10.0  # seconds in all, however slowly a server trickles


class Unread(DomainError):
    """A calendar could not be fetched; the sentence says why and never holds its address."""


def why_not_address(url: str) -> str | None:
    """Why a calendar is not fetched from this address: it says who is on call, and is a secret."""
    parts = urlsplit(url)
    if parts.scheme == "webcal":
        return phrase("Write https:// where it says webcal://.")
    if parts.scheme != "https" or not parts.hostname:
        return phrase("The address begins with https://.")
    return None


def fetch(url: str, *, trust: bool | str = True) -> str:
    """Return the text at an address. Raises Unread.

    `trust` names a file of certificates to trust instead of those that are known.
    """
    if why := why_not_address(url):
        raise Unread(why)
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy or password that happens to lie on the machine
            with session.get(
                url, timeout=TIMEOUT, stream=True, allow_redirects=False, verify=trust,
                headers={"Accept": "text/calendar", "User-Agent": "Breakglass"},
            ) as answer:  # fmt: skip
                _judge(answer)
                return _body(answer).decode("utf-8", "replace")
    except requests.RequestException as error:
        raise Unread(why_no_answer(error, url)) from None


def _judge(answer: requests.Response) -> None:
    if answer.is_redirect:
        raise Unread(phrase("It leads to another address. Enter that one, if you trust it."))
    if not answer.ok:
        raise Unread(phrase("It answered %(status)s.", status=answer.status_code))


def _body(answer: requests.Response) -> bytes:
    end, found = time.monotonic() + LONGEST, b""
    for part in answer.iter_content(65536):
        found += part
        if len(found) > LARGEST:
            raise Unread(phrase("It is larger than a megabyte."))
        if time.monotonic() > end:
            raise Unread(phrase("It took longer than %(limit)s seconds.", limit=int(LONGEST)))
    return found
