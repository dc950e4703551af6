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

    @property
    def may_verify_record(self) -> bool:
        """Whether this person plays a part that sees to it that the record is whole."""


def why_not_read(reader: Reader) -> str | None:
    """Return why `reader` may not read the record, or nothing."""
    if reader.may_read_record:
        return None
    return phrase(
        "Only auditors and compliance officers read the whole record. What concerns a case you"
        " may see stands on its page; ask an administrator if auditing is your part."
    )


def why_not_verify(reader: Reader) -> str | None:
    """Return why `reader` may not have the record verified or see what came of it, or nothing."""
    if reader.may_verify_record:
        return None
    return phrase(
        "Only auditors, compliance officers and administrators have the record verified. Whether"
        " it is whole stands on your home page."
    )
