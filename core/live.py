"""The signal behind live pages: what has moved, said after commit and allowed to get lost.

A signal says which thing moved and what kind of event moved it, and nothing else: pages that show
the thing ask the ordinary views again, which check rights as always. It travels through Redis.
Without Redis nobody is told, and pages ask every few seconds instead.
"""

import functools
import json
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

CHANNEL = "breakglass.live"
TOLD = "told"  # a person was sent a message: the one word beside the kinds of events
_REST = 5.0  # seconds without a try after Redis did not answer
_PATIENCE = 0.25  # seconds that Redis gets: whoever signals has more important work

Move = tuple[str, str]  # the reference of a thing, and the kind of event
Audience = Callable[[set[str], datetime], dict[str, set[UUID]]]
_audiences: dict[str, Audience] = {}


def provide(kind: str, audience: Audience) -> None:
    """Register who may know that things of `kind` moved: the people by the id of each thing."""
    _audiences[kind] = audience


def watchers(references: Iterable[str], *, at: datetime) -> dict[str, set[UUID]]:
    """Return who may know at `at` that each of these things moved; nobody where no room says."""
    by_kind: dict[str, set[str]] = {}
    for reference in references:
        kind, _, key = reference.partition(":")
        by_kind.setdefault(kind, set()).add(key)
    return {
        f"{kind}:{key}": people
        for kind, keys in by_kind.items()
        if kind in _audiences
        for key, people in _audiences[kind](keys, at).items()
    }


def tell(moves: Iterable[Move]) -> None:
    """Signal, once the transaction has committed, that these things moved."""
    if said := sorted(set(moves)):
        transaction.on_commit(lambda: line().say(json.dumps(said)), robust=True)


class Line:
    """The way to Redis. While it does not answer, it is left alone for some seconds."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._silent_until = 0.0

    def say(self, text: str) -> None:
        """Send `text` to every web process that listens now."""
        if time.monotonic() < self._silent_until:
            return
        try:
            self._redis.publish(CHANNEL, text)
        except (redis.RedisError, OSError):
            self._silent_until = time.monotonic() + _REST
            logger.warning("No signal to live pages; they ask by themselves every few seconds.")


@functools.cache
def line() -> Line:
    """Return this process's way to Redis."""
    return Line(settings.REDIS_URL)
