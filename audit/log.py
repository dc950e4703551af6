"""The one way into the record: `record` for what happened, `transition` for every verb.

`record` inserts a *pending* row inside the business transaction, so nothing can happen without
its entry and no entry without its happening. The sequencer makes dense entries of one tree of them.
"""

import functools
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils.encoding import force_bytes

from audit.events import AccessRefused, Event
from audit.leaf import VERSION, canonical, commitment, microseconds, packed
from core.errors import Attempt, DomainError

P = ParamSpec("P")
R = TypeVar("R")

SYSTEM = "system:breakglass"
LONGEST = 80  # of a reference: what the index columns of an entry hold
# Takes the object's next version, and enters the event when a tag for that one is there.
_ENTER = "SELECT audit_enter(%s, %s, %s, %s, %s, %s, %s, %s)"
_INSERT = """INSERT INTO audit_pending (event_id, envelope, payload, critical, producer, mac)
    VALUES (%s, %s, %s, %s, 'breakglass', %s)"""
_MOST = 4096  # objects of which a process remembers the version that it entered last
_AHEAD = 4  # versions behind that one for which a tag is made
_PLACE = b',"ov":0'
_latest: dict[str, int] = {}


def record(
    event: Event,
    *,
    actor: str,
    subject: str,
    at: datetime,
    case: str = "",
    occurred_at: datetime | None = None,
) -> uuid.UUID:
    """Write `event` into the record as part of the current transaction; return its id.

    `actor`, `subject` and `case` are references such as `user:…`; the caller holds the row lock
    of `subject`, under which the object's version is taken. `occurred_at` is when it happened
    elsewhere, where that is not `at`.

    Raises RuntimeError outside a transaction: an event alone could commit without its cause.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the transaction of what it records.")
    for reference in (actor, subject, case):
        if len(reference) > LONGEST:
            raise ValueError(f"The reference {reference!r} is longer than {LONGEST} characters.")
    event_id = _new_id()
    parts = {
        part: (secrets.token_bytes(32), canonical(body))
        for part, body in event.compartments().items()
    }
    facts = {
        "actor": actor,
        "case": case,
        "ev": event.kind,
        "id": event_id.hex,
        "obj": subject,
        "occ": microseconds(occurred_at or at),
        "pc": {part: commitment(*content).hex() for part, content in parts.items()},
        "v": VERSION,
    }
    _enter(event_id, facts, packed(parts), critical=event.critical)
    return event_id


def _enter(event_id: uuid.UUID, facts: dict[str, Any], sealed: bytes, *, critical: bool) -> None:
    """Enter an event as the next version of its object.

    The version is under the tag as well: filled in by the database alone, it could be exchanged
    between two pending events without anybody noticing. So tags are made for the few versions
    behind the one that this process entered last: a young object has one of them, and so has
    whatever others told of a few times meanwhile. The database takes the next version and keeps
    that one tag. Where it is none of them, the event is made anew.
    """
    subject = facts["obj"]
    known = _latest.pop(subject, 0)
    before, place, after = canonical(facts | {"ov": 0}).partition(_PLACE)  # not in a word: escaped
    before += place[:-1]
    ahead, key = range(known + 1, known + 1 + _AHEAD), keys()[0]
    made = [mac(b"%b%d%b" % (before, each, after), sealed, key=key) for each in ahead]
    with connection.cursor() as cursor:
        row = (subject, event_id, before, after, sealed, critical, b"".join(made), ahead[0])
        cursor.execute(_ENTER, row)
        version = cursor.fetchone()[0]
        if version not in ahead:
            envelope = b"%b%d%b" % (before, version, after)
            tag = mac(envelope, sealed, key=key)
            cursor.execute(_INSERT, [event_id, envelope, sealed, critical, tag])
    if len(_latest) >= _MOST:
        _latest.clear()
    _latest[subject] = version


def _new_id() -> uuid.UUID:
    """Return a UUID of version 7: time comes first, so the index over millions grows at its end."""
    millisecond, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    fields = millisecond << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1
    return uuid.UUID(int=fields)


def mac(envelope: bytes, payload: bytes, *, key: bytes = b"") -> bytes:
    """Return the 32-byte tag that shows whether a pending row was altered in the database.

    It is made with one of `keys()`, by default the current one.
    """
    text = len(envelope).to_bytes(8) + envelope + payload
    return hashlib.blake2b(text, key=key or keys()[0], digest_size=32).digest()


def keys() -> list[bytes]:
    """Return the keys of tags: the current one, then those that are being rotated out."""
    return [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@functools.lru_cache(maxsize=8)
def _key(secret: str | bytes) -> bytes:
    return hashlib.sha256(b"bg.pending.v1\0" + force_bytes(secret)).digest()


def is_authentic(envelope: bytes, payload: bytes, tag: bytes, *, keys: Sequence[bytes]) -> bool:
    """Whether `tag` was made by us, with one of these keys."""
    return any(hmac.compare_digest(mac(envelope, payload, key=key), tag) for key in keys)


def transition(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a verb in one transaction, and record the refusal when it is not allowed.

    A refusal undoes everything the verb did; its entry is written in a transaction of its own.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return verb(*args, **kwargs)
        except DomainError as refusal:
            if refusal.attempt:
                refused(refusal, refusal.attempt, verb=verb.__name__)
            raise

    return run


def refused(refusal: DomainError, attempt: Attempt, *, verb: str) -> None:
    """Record that somebody tried `verb` and was not allowed to, in a transaction of its own."""
    with transaction.atomic():
        record(
            AccessRefused(verb=verb, why=str(refusal)),
            actor=attempt.actor,
            subject=attempt.subject,
            at=attempt.at,
            case=attempt.case,
        )
