"""What every kind of target must be able to do, and how it says that it cannot."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.errors import WrongState


class TargetError(WrongState):
    """A target did not do what was asked; the sentence says what to put right."""


class Unreachable(TargetError):
    """Nobody answers at the target's address."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Address:
    """Where a target is and how its administration account signs in."""

    name: str
    host: str
    port: int
    database: str
    sslmode: str
    user: str
    password: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Opening:
    """A principal as it should be: `mark` says whose it is, `seconds` how long it may live."""

    handle: str
    mark: str
    role: str
    read_only: bool
    seconds: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """A principal as the target has it.

    `drift` can be put right by opening again; `danger` means that somebody gave it power of its
    own, which only closing takes away.
    """

    exists: bool
    sessions: int = 0
    drift: tuple[str, ...] = ()
    danger: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogFile:
    """A file of the target's own log."""

    name: str
    size: int
    modified_at: datetime


class Driver(Protocol):
    """A connection to one target's administration. Every verb may be repeated at any time.

    Each raises TargetError.
    """

    kind: str
    self_expiring: bool  # the target refuses new sessions at the end, all of us dead

    def open(self, opening: Opening) -> None:
        """Make or mend the principal, whole or not at all. It has no password yet."""

    def set_password(self, handle: str, password: str) -> None:
        """Replace the password; neither it nor anything it can be read from is logged."""

    def prolong(self, handle: str, seconds: float) -> None:
        """Move the end to `seconds` from now by the target's clock."""

    def cut(self, handle: str) -> int:
        """Refuse new sessions, then end the running ones until none is left; return how many."""

    def remove(self, handle: str, *, heir: str) -> list[str]:
        """Take the principal away; `heir` gets what it owns. Return the names of those things."""

    def verify(self, opening: Opening) -> State:
        """Compare the principal with what it should be."""

    def refuses(self, handle: str) -> bool:
        """Knock as the principal and tell whether the target sends us away."""

    def sessions(self, handle: str) -> int:
        """Count the running sessions of the principal."""

    def ours(self, prefix: str) -> dict[str, str]:
        """Return handle → mark of all principals whose mark begins with `prefix`."""

    def complaints(self, roles: Sequence[str]) -> list[str]:
        """Say in sentences what keeps doors from working here; empty when all is well."""

    def log_files(self) -> list[LogFile]:
        """Return the files of the target's log, oldest first."""

    def read_log(self, name: str, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of a log file from `offset` on."""

    def log_zone(self) -> str:
        """Return the time zone that the log's times are in."""
