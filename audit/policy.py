"""Who may read the record, said once."""

from typing import Protocol

from core.speech import phrase


class Reader(Protocol):
    """A person, as far as the record knows them. `accounts` decides who may read."""

    @property
    def ref(self) -> str:
        """How the record names this person."""

    @property
    def may_read_record(self) -> bool:
        """Whether this person plays a part that reads the record."""


def why_not_read(reader: Reader) -> str | None:
    """Return why `reader` may not read the record, or nothing."""
    if reader.may_read_record:
        return None
    return phrase(
        "Only auditors and compliance officers read the whole record. What concerns a case you"
        " may see stands on its page; ask an administrator if auditing is your part."
    )
