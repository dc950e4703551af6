"""Make events and entries for the tests of the record."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from audit import key_file, log, sealer, sequencer, transitions
from audit.erasure import Found, Order
from audit.events import Event
from audit.models import Entry
from audit.tree import Frontier
from tests.ledger import lifted, restored

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ORIGIN = "breakglass.example.com/breakglass/1"
ORDER = Order(
    basis="gdpr-17-1-a", requested_by="user:ada", approver="user:bob", reference="letter 17"
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Happened(Event, kind="test.happened", personal=("words",)):
    """Something happened in a test."""

    what: str = "it"
    words: str = ""

    def sentence(self) -> str:
        return f"made {self.what} happen: {self.words}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pressed(Happened, kind="test.pressed", personal=("words",), critical=True):
    """Something happened that is signed at once."""


def happen(
    subject: str = "thing:1",
    *,
    actor: str = "user:ada",
    case: str = "",
    at: datetime = NOON,
    **facts: str,
) -> None:
    """Record that something happened to `subject`."""
    with transaction.atomic():
        log.record(Happened(**facts), actor=actor, subject=subject, at=at, case=case)


def sequence(at: datetime = NOON) -> list[Entry]:
    """Enter everything that is pending; return the whole record."""
    for _ in range(3):  # the sequencer's own events, of what it set aside, come a run later
        sequencer.run_once(at=at)
    return list(Entry.objects.order_by("seq"))


def sql(statement: str, *params: Any) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@contextmanager
def unprotected() -> Iterator[None]:
    """Be the superuser who switches the triggers off, tampers, and switches them on again."""
    for statement in ("SET CONSTRAINTS ALL IMMEDIATE", *lifted()):
        sql(statement)
    yield
    for statement in restored():
        sql(statement)


def put_back(size: int) -> None:
    """Put an older copy of the database back, as whoever restores a dump does."""
    with unprotected():
        sql("DELETE FROM audit_pending")
        sql("DELETE FROM audit_payload WHERE entry_id >= %s", size)
        sql("DELETE FROM audit_entry WHERE seq >= %s", size)
        sql("DELETE FROM audit_cosignature WHERE checkpoint_id > %s", size)
        sql("DELETE FROM audit_checkpoint WHERE size > %s", size)
        hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.order_by("seq")]
        sql(
            "UPDATE audit_state SET size = %s, frontier = %s",
            size,
            bytes(Frontier().append(hashes)),
        )
        sql("DELETE FROM audit_tile")  # as long as none is full at that size
        sql("DELETE FROM audit_subject")
        sql("INSERT INTO audit_subject SELECT subject, max(version) FROM audit_entry GROUP BY 1")


def six_of_two_cases() -> None:
    """Enter six entries of two cases, each with words."""
    for number in range(6):
        happen(f"request:{number}", case=f"case:{number % 2}", words=f"Words of {number}.")
    sequence()


def erase(*seqs: int, part: str = "p") -> None:
    """Enter that a compartment of some entries is erased; nothing goes before that is signed."""
    found = Found(personal=[*seqs]) if part == "p" else Found(detail=[*seqs])
    transitions.erase(found, ORDER, at=NOON)
    sequence()


def make_sealer(folder: Path) -> Callable[[], None]:
    """Return what signs the head of the record, with a key of its own in the folder."""
    key = key_file.make(folder / "key", ORIGIN)
    file = sealer.MemoryFile(folder / "memory", ORIGIN)

    def seal() -> None:
        sealer.seal(key, file, sealer.remembered(file), at=NOON)

    return seal
