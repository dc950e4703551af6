"""Who may read the record, and what of it may be erased, said once."""

from collections.abc import Sequence
from typing import Protocol

from audit.holds import Hold
from audit.models import Entry, Payload
from core.speech import phrase

# What the verifier needs: whatever else is erased, these stay readable.
TELLING = ("audit.anchor", "audit.erased", "audit.key_rotated", "audit.pruned")


class Reader(Protocol):
    """A person, as far as the record knows them. `accounts` decides who may read."""

    @property
    def ref(self) -> str:
        """How the record names this person."""

    @property
    def may_read_record(self) -> bool:
        """Whether this person plays a part that reads the record."""

    @property
    def may_verify_record(self) -> bool:
        """Whether this person plays a part that sees to it that the record is whole."""

    @property
    def may_hold_record(self) -> bool:
        """Whether this person plays a part that places and lifts legal holds."""


def why_not_read(reader: Reader) -> str | None:
    """Return why `reader` may not read the record, or nothing."""
    if reader.may_read_record:
        return None
    return phrase(
        "Only auditors and compliance officers read the whole record. What concerns a case you"
        " may see stands on its page; ask an administrator if auditing is your part."
    )


def why_not_resolve(reader: Reader) -> str | None:
    """Return why `reader` may not explain a difference between a table and the record."""
    if reader.may_read_record:
        return None
    return phrase("Only auditors and compliance officers explain differences.")


def why_not_verify(reader: Reader) -> str | None:
    """Return why `reader` may not have the record verified or see what came of it, or nothing."""
    if reader.may_verify_record:
        return None
    return phrase(
        "Only auditors, compliance officers and administrators have the record verified. Whether"
        " it is whole stands on your home page."
    )


def why_not_erase(seqs: Sequence[int], part: str) -> str | None:
    """Return why a compartment of these entries cannot be erased, or nothing."""
    held = Payload.objects.filter(entry__in=seqs, part=part)
    telling = held.filter(entry__kind__in=TELLING).order_by("entry").first()
    if telling:
        return phrase(
            "Entry %(seq)s says what the verifier has to know, names nobody, and stays.",
            seq=telling.entry_id,
        )
    under = Entry.objects.filter(Hold.objects.standing().entries(), seq__in=seqs)
    if kept := under.order_by("seq").first():
        return phrase(
            "Entry %(seq)s is under a legal hold, and stays until that is lifted.", seq=kept.seq
        )
    missing = sorted({*seqs} - {*held.values_list("entry_id", flat=True)})
    if missing:
        return phrase(
            "Entry %(seq)s has no such payload: it never had one, or it is erased already.",
            seq=missing[0],
        )
    return None
