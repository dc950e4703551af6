"""Erasing payloads: an entry says so first, and once it is signed they go.

What an entry `audit.erased` covers is deleted by a function of the database, which looks whether
that entry is on the record and under a signed head. A crash in between changes nothing: the next
run of `finish` does what is left.
"""

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from audit import heads
from audit.events import Erased
from audit.holds import Hold
from audit.models import Cursor, Entry, Payload
from audit.policy import TELLING

CURSOR = "erasure"
PERSONAL, DETAIL = "p", "d"
_CHUNK = 2000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Order:
    """Why something is erased: on which grounds, who wants it and who says that it may be.

    `reference` is where the letter is filed; it stays for ever, so it names nobody.
    """

    basis: str
    requested_by: str
    approver: str
    reference: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class About:
    """How a person is found on the record: their reference, their cases, names and addresses."""

    ref: str
    cases: Sequence[str] = ()
    words: Sequence[str] = ()

    def named(self) -> re.Pattern[str] | None:
        """Return what finds their names and addresses in a text, or nothing without any."""
        words = "|".join(re.escape(word) for word in self.words if word)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None


@dataclasses.dataclass(frozen=True)
class Found:
    """Compartments that would go: the entries whose "p", and those whose "d"."""

    personal: list[int] = dataclasses.field(default_factory=list)
    detail: list[int] = dataclasses.field(default_factory=list)

    def __len__(self) -> int:
        return len(self.personal) + len(self.detail)


def find(about: About) -> Found:
    """Return what there is on the record about a person, and what was written by them.

    Personal are the words of entries that they made, that are about them or belong to their cases,
    and of every entry that names them. Details go only where they hold a name or an address.
    Reads every payload: minutes on a record of millions.
    """
    personal = set(_of(about))
    detail: set[int] = set()
    named = about.named()
    for seq, part, text in texts():
        if about.ref in text:
            personal.add(seq)
        if named and named.search(text):
            (personal if part == PERSONAL else detail).add(seq)
    return Found(held_of(personal, PERSONAL), held_of(detail, DETAIL))


def count_of(about: About) -> int:
    """Return of how many entries words would go at least: those that an index finds."""
    theirs = Q(entry__actor=about.ref) | Q(entry__subject=about.ref)
    rows = Payload.objects.filter(theirs | Q(entry__case__in=about.cases), part=PERSONAL)
    return rows.exclude(entry__kind__in=TELLING).count()


def _of(about: About) -> Iterator[int]:
    for chosen in ({"actor": about.ref}, {"subject": about.ref}, {"case__in": about.cases}):
        yield from Entry.objects.filter(**chosen).values_list("seq", flat=True)


def held_of(seqs: Iterable[int], part: str) -> list[int]:
    """Return those of the entries that still have the compartment, and may lose it.

    What is under a legal hold may not, until that is lifted.
    """
    wanted, held = sorted(seqs), Hold.objects.standing().entries("entry__")
    rows = Payload.objects.filter(~held, entry__in=wanted, part=part)
    rows = rows.exclude(entry__kind__in=TELLING)
    return sorted(rows.values_list("entry_id", flat=True))


def texts() -> Iterator[tuple[int, str, str]]:
    """Yield every payload of the record: its entry, its compartment and its JSON."""
    for payload in Payload.objects.order_by("pk").iterator(_CHUNK):
        yield payload.entry_id, payload.part, payload.said.decode()


def finish() -> int:
    """Delete what signed erasures cover; return how many compartments went.

    Running twice is harmless; of two at the same time one does it.
    """
    Cursor.objects.get_or_create(name=CURSOR)
    head, gone = heads.newest(), 0
    with transaction.atomic():
        done = Cursor.objects.select_for_update(skip_locked=True).filter(name=CURSOR).first()
        if done is None or head is None:
            return 0
        rows = Entry.objects.filter(kind=Erased.kind, seq__gt=done.seq, seq__lt=head.size)
        for seq in rows.order_by("seq").values_list("seq", flat=True):
            with connection.cursor() as cursor:
                cursor.execute("SELECT audit_erase(%s)", [seq])
                gone += cursor.fetchone()[0]
            done.seq = seq
        done.save(update_fields=["seq"])
    return gone


def is_finished(events: Collection[UUID] = ()) -> bool:
    """Whether these events are entries, and every erasure on the record has been carried out."""
    if Entry.objects.filter(event_id__in=events).count() < len(events):
        return False
    done = Cursor.objects.filter(name=CURSOR).values_list("seq", flat=True).first()
    last = -1 if done is None else done
    return not Entry.objects.filter(kind=Erased.kind, seq__gt=last).exists()
