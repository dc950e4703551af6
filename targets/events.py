"""What the record says about doors and what is done behind them."""

import dataclasses
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from targets.outcomes import meaning

GIVEN_POWER = "its role was given power at the target: "  # what the reconciler writes before it
MEMBER_OF = "member of "


def why_closing(why: str) -> str:
    """Say to the reader why a door is closed; names of powers and roles are those of the target."""
    powers = why.removeprefix(GIVEN_POWER)
    if powers == why:
        return _(why) if why else ""
    said = ", ".join(_power(each) for each in powers.split(", "))
    return _("its role was given power at the target: %(what)s") % {"what": said}


def _power(power: str) -> str:
    role = power.removeprefix(MEMBER_OF)
    return power if role == power else _("member of %(role)s") % {"role": role}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOpening(Event, kind="door.opening", title=_lazy("Door opening")):
    """A door is to be opened: the intent, before anything is done at the target."""

    target: str
    starts_at: str
    until: str
    read_only: bool

    def sentence(self) -> str:
        said = (
            _("asked for the door of %(target)s to be opened, for looking only")
            if self.read_only
            else _("asked for the door of %(target)s to be opened")
        )
        return said % {"target": self.target}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOpened(Event, kind="door.opened", title=_lazy("Door opened")):
    """The target lets the holder in."""

    target: str
    until: str
    milliseconds: int

    def sentence(self) -> str:
        said = _("opened the door of %(target)s in %(milliseconds)s ms")
        return said % {"target": self.target, "milliseconds": self.milliseconds}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOpenFailed(Event, kind="door.open_failed", title=_lazy("Door does not open")):
    """The target could not be opened; it is tried again until the access ends."""

    target: str
    error: str

    def sentence(self) -> str:
        said = _("could not open the door of %(target)s: %(error)s")
        return said % {"target": self.target, "error": self.error}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorClosing(Event, kind="door.closing", title=_lazy("Door closing")):
    """A door is to be closed: the intent."""

    target: str
    why: str

    def sentence(self) -> str:
        said = _("began to close the door of %(target)s: %(why)s")
        return said % {"target": self.target, "why": why_closing(self.why)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorClosed(Event, kind="door.closed", title=_lazy("Door closed")):
    """A probe has shown that the target refuses the holder."""

    target: str
    verified_at: str
    left_behind: list[str]

    def sentence(self) -> str:
        said = (
            _("closed the door of %(target)s and saw a login refused; handed over %(what)s")
            if self.left_behind
            else _("closed the door of %(target)s and saw a login refused")
        )
        return said % {"target": self.target, "what": ", ".join(self.left_behind)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorCloseFailed(
    Event, kind="door.close_failed", title=_lazy("Door does not close"), critical=True
):
    """A door could not be proved closed for a minute; it is tried again until it is."""

    target: str
    error: str

    def sentence(self) -> str:
        said = _("cannot close the door of %(target)s, and keeps trying: %(error)s")
        return said % {"target": self.target, "error": self.error}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorRepaired(Event, kind="door.repaired", title=_lazy("Door repaired")):
    """The target was not as it should be, and is again."""

    target: str
    what: list[str]

    def sentence(self) -> str:
        said = _("repaired the door of %(target)s: %(what)s")
        return said % {"target": self.target, "what": ", ".join(map(_, self.what))}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorOrphanRemoved(Event, kind="door.orphan_removed", title=_lazy("Stray login removed")):
    """A principal of ours that no door explains was removed from a target."""

    target: str
    handle: str

    def sentence(self) -> str:
        said = _("removed %(handle)s from %(target)s, which no access explains")
        return said % {"handle": self.handle, "target": self.target}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorProlonged(Event, kind="door.prolonged", title=_lazy("Door kept open longer")):
    """The end of a door was moved."""

    target: str
    until: str

    def sentence(self) -> str:
        return _("moved the end of the door of %(target)s") % {"target": self.target}


@dataclasses.dataclass(frozen=True, kw_only=True)
class CredentialsIssued(Event, kind="credentials.issued", title=_lazy("Way in shown")):
    """A password for a door was shown, once."""

    target: str
    renewed: bool

    def sentence(self) -> str:
        said = (
            _("took new credentials for %(target)s")
            if self.renewed
            else _("took credentials for %(target)s")
        )
        return said % {"target": self.target}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ActionPerformed(
    Event,
    kind="action.performed",
    title=_lazy("Action"),
    personal=(
        "statement", "parameters", "message", "client_address", "application", "identity",
    ),
):  # fmt: skip
    """Somebody did something behind a door, or where another system saw it.

    `result` is an SQLSTATE ("00000" when it went well), empty where the end was never seen.
    `truncated` tells that the statement was longer than what is kept. What a source sent in has
    its name as `source`, and whom the target knew as `identity`; the statement is an event in
    JSON where `language` says so (`judgement.facts.Kind`).
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
    language: str = "sql"
    source: str = ""
    identity: str = ""

    def sentence(self) -> str:
        said = (
            _("did %(deed)s on %(target)s")
            if self.result in ("00000", "")
            else _("did %(deed)s on %(target)s (failed: %(result)s)")
        )
        deed = f"{self.verb} {', '.join(self.objects)}".strip()
        return said % {"deed": deed, "target": self.target, "result": meaning(self.result)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogGap(Event, kind="log.gap", title=_lazy("Part of a log lost"), critical=True):
    """What a target wrote after `offset` of a file may never come onto the record, or, where it is
    unreadable, a line of it.

    `since` is when the file was last changed as far as it was read, by the target's clock.
    """

    REMOVED: ClassVar[str] = "removed"
    BEGUN_ANEW: ClassVar[str] = "begun_anew"
    UNREADABLE: ClassVar[str] = "unreadable"

    target: str
    file: str
    offset: int
    why: str
    since: str

    def sentence(self) -> str:
        said = {
            self.REMOVED: _(
                "lost a part of the log of %(target)s: %(file)s was removed before it was read"
                " whole"
            ),
            self.BEGUN_ANEW: _(
                "may have lost a part of the log of %(target)s: %(file)s was begun anew"
            ),
            self.UNREADABLE: _("could not read a line in the log of %(target)s: %(file)s"),
        }[self.why]
        return said % {"target": self.target, "file": self.file}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceSilent(Event, kind="source.silent", title=_lazy("Source silent"), personal=("name",)):
    """A source was not heard of for longer than is usual for it."""

    name: str
    since: str
    usual_seconds: int

    def sentence(self) -> str:
        return _("heard nothing of the source %(name)s for longer than usual") % {"name": self.name}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceHeard(Event, kind="source.heard", title=_lazy("Source heard"), personal=("name",)):
    """A source that had fallen silent is heard of again."""

    name: str
    since: str

    def sentence(self) -> str:
        return _("heard of the source %(name)s again") % {"name": self.name}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceTokenGiven(
    Event, kind="source.token_given", title=_lazy("Token of a source"), personal=("name",)
):
    """A source got a token by which it sends actions in; the one before it ended."""

    name: str

    def sentence(self) -> str:
        return _("gave the source %(name)s a new token") % {"name": self.name}
