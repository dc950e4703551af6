"""The one way into the record: `record` for what happened, `transition` for every verb.

`record` inserts a *pending* row inside the business transaction, so nothing can happen without
its entry and no entry without its happening. The sequencer makes dense, linked entries of them.
"""

import functools
import hashlib
import json
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction

from audit.events import AccessRefused, Event
from audit.models import Pending
from core.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")

SYSTEM = "system:breakglass"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of JSON whose keys are ASCII and whose numbers are integers."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def microseconds(at: datetime) -> int:
    """Return the microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // timedelta(microseconds=1)


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
    event_id = uuid.uuid4()
    payload, commitments = {}, {}
    for part, body in event.compartments().items():
        salt = secrets.token_bytes(32)
        payload[part] = {"salt": salt.hex(), "body": body}
        commitments[part] = commitment(salt, canonical(body)).hex()
    envelope = canonical(
        {
            "actor": actor,
            "case": case,
            "ev": event.kind,
            "id": event_id.hex,
            "obj": subject,
            "occ": microseconds(occurred_at or at),
            "ov": _next_version(subject),
            "pc": commitments,
            "v": 1,
        }
    )
    sealed = canonical(payload)
    Pending.objects.create(
        event_id=event_id,
        envelope=envelope,
        payload=sealed,
        critical=event.critical,
        producer="web",
        mac=mac(envelope, sealed),
        created_at=at,
    )
    return event_id


def commitment(salt: bytes, body: bytes) -> bytes:
    """Return the 32-byte hash that binds a compartment without telling what is in it."""
    return hashlib.sha256(b"bg.payload.v1\0" + salt + body).digest()


def mac(envelope: bytes, payload: bytes) -> bytes:
    """Return the 32-byte tag that shows whether a pending row was altered in the database."""
    key = hashlib.sha256(b"bg.pending.v1\0" + settings.SECRET_KEY.encode()).digest()
    tag = hashlib.blake2b(key=key, digest_size=32)
    tag.update(len(envelope).to_bytes(8, "big") + envelope + payload)
    return tag.digest()


def transition(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a verb in one transaction, and record the refusal when it is not allowed.

    A refusal undoes everything the verb did; its entry is written in a transaction of its own.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return verb(*args, **kwargs)
        except NotAllowed as refusal:
            refused(refusal, verb=verb.__name__)
            raise

    return run


def refused(refusal: NotAllowed, *, verb: str) -> None:
    """Record that somebody tried `verb` and was not allowed to, in a transaction of its own."""
    with transaction.atomic():
        record(
            AccessRefused(verb=verb, why=str(refusal)),
            actor=refusal.actor,
            subject=refusal.subject,
            at=refusal.at,
            case=refusal.case,
        )


def _next_version(subject: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_subject (ref, versions) VALUES (%s, 1) ON CONFLICT (ref)"
            " DO UPDATE SET versions = audit_subject.versions + 1 RETURNING versions",
            [subject],
        )
        return int(cursor.fetchone()[0])
