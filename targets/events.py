"""What the record says about doors and what is done behind them."""

import dataclasses

from audit.events import Event


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOpening(Event, kind="door.opening"):
    """A door is to be opened: the intent, before anything is done at the target."""

    target: str
    starts_at: str
    until: str
    read_only: bool

    def sentence(self) -> str:
        looking = ", for looking only" if self.read_only else ""
        return f"asked for the door of {self.target} to be opened{looking}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOpened(Event, kind="door.opened"):
    """The target lets the holder in."""

    target: str
    until: str
    milliseconds: int

    def sentence(self) -> str:
        return f"opened the door of {self.target} in {self.milliseconds} ms"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOpenFailed(Event, kind="door.open_failed"):
    """The target could not be opened; it is tried again until the access ends."""

    target: str
    error: str

    def sentence(self) -> str:
        return f"could not open the door of {self.target}: {self.error}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorClosing(Event, kind="door.closing"):
    """A door is to be closed: the intent."""

    target: str
    why: str

    def sentence(self) -> str:
        return f"began to close the door of {self.target}: {self.why}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorClosed(Event, kind="door.closed"):
    """A probe has shown that the target refuses the holder."""

    target: str
    verified_at: str
    left_behind: list[str]

    def sentence(self) -> str:
        rest = f"; handed over {', '.join(self.left_behind)}" if self.left_behind else ""
        return f"closed the door of {self.target} and saw a login refused{rest}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorCloseFailed(Event, kind="door.close_failed", critical=True):
    """A door could not be proved closed for a minute; it is tried again until it is."""

    target: str
    error: str

    def sentence(self) -> str:
        return f"cannot close the door of {self.target}, and keeps trying: {self.error}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorRepaired(Event, kind="door.repaired"):
    """The target was not as it should be, and is again."""

    target: str
    what: list[str]

    def sentence(self) -> str:
        return f"repaired the door of {self.target}: {', '.join(self.what)}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOrphanRemoved(Event, kind="door.orphan_removed"):
    """A principal of ours that no door explains was removed from a target."""

    target: str
    handle: str

    def sentence(self) -> str:
        return f"removed {self.handle} from {self.target}, which no access explains"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorProlonged(Event, kind="door.prolonged"):
    """The end of a door was moved."""

    target: str
    until: str

    def sentence(self) -> str:
        return f"moved the end of the door of {self.target}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class CredentialsIssued(Event, kind="credentials.issued"):
    """A password for a door was shown, once."""

    target: str
    renewed: bool

    def sentence(self) -> str:
        again = "new " if self.renewed else ""
        return f"took {again}credentials for {self.target}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ActionPerformed(
    Event,
    kind="action.performed",
    personal=("statement", "parameters", "message", "client_address", "application"),
):
    """Somebody did something behind a door.

    `result` is an SQLSTATE ("00000" when it went well), empty where the end was never seen.
    `truncated` tells that the statement was longer than what is kept.
    """

    target: str
    statement: str
    parameters: str
    verb: str
    objects: list[str]
    result: str
    message: str
    database: str
    session: str
    application: str
    client_address: str
    microseconds: int | None
    truncated: bool

    def sentence(self) -> str:
        objects = f" {', '.join(self.objects)}" if self.objects else ""
        failed = "" if self.result in ("00000", "") else f" (failed: {self.result})"
        return f"did {self.verb}{objects} on {self.target}{failed}"
