"""What can be recorded: one frozen class per kind of event, with its facts and its sentence."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit import legal, looked_at

_kinds: dict[str, type[Event]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. Fields hold JSON values only: str, int, bool, None, lists, dicts.

    Neither fields are part of the hashed envelope: they lie in the erasable payload, the ones
    named in `personal` (words about or by people) apart from the rest. Times are UTC strings.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""
    personal: ClassVar[frozenset[str]] = frozenset()
    critical: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        kind: str = "",
        title: str | Promise = "",
        personal: tuple[str, ...] = (),
        critical: bool = False,
    ) -> None:
        """Register a kind of event; a class without one only serves others as their base.

        `title` is what people call such an event: "Glass broken".
        """
        cls.kind = kind
        cls.title = title
        cls.personal = frozenset(personal)
        cls.critical = critical
        if not kind:
            return
        if _kinds.setdefault(kind, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"Two events are called {kind!r}.")
        _kinds[kind] = cls

    def sentence(self) -> str:
        """Say what happened, to stand after the actor's name: "revoked the access"."""
        return self.kind

    def compartments(self) -> dict[str, dict[str, Any]]:
        """Return the facts as {"p": personal ones, "d": the others}; empty ones are left out."""
        parts: dict[str, dict[str, Any]] = {"p": {}, "d": {}}
        for field in dataclasses.fields(self):
            part = "p" if field.name in self.personal else "d"
            parts[part][field.name] = getattr(self, field.name)
        return {name: facts for name, facts in parts.items() if facts}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccessRefused(Event, kind="access.refused", title=_lazy("Refused"), personal=("why",)):
    """Somebody tried what they may not do."""

    verb: str
    why: str

    def sentence(self) -> str:
        facts = {"verb": self.verb.replace("_", " "), "why": self.why}
        return gettext("was refused (%(verb)s): %(why)s") % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class PendingAltered(
    Event, kind="audit.pending_altered", title=_lazy("Entry altered"), critical=True
):
    """An event was changed in the database before it had its place in the record."""

    event: str
    why: str

    def sentence(self) -> str:
        text = gettext("set aside an event that was altered before it was entered: %(why)s")
        return text % {"why": self.why}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gap(Event, kind="audit.gap", title=_lazy("Entry missing"), critical=True):
    """An object's event is missing: it was removed before it had its place in the record."""

    expected: int
    found: int
    event: str

    def sentence(self) -> str:
        text = gettext("missed event %(expected)s of this object: the next one was %(found)s")
        return text % {"expected": self.expected, "found": self.found}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClockRegressed(Event, kind="audit.clock_regressed", title=_lazy("Clock went back")):
    """The server's clock went back; the record's times stand still until it has caught up."""

    milliseconds: int

    def sentence(self) -> str:
        seconds = {"seconds": number_format(self.milliseconds / 1000, 1)}
        return gettext("saw the clock go back by %(seconds)s s") % seconds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Degraded(
    Event, kind="audit.degraded", title=_lazy("Let in before it was signed"), critical=True
):
    """Somebody was given access although its entry could not be signed in time."""

    def sentence(self) -> str:
        return gettext("was let in before the record of it was signed")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verified(Event, kind="audit.verified", title=_lazy("Record verified")):
    """Every entry of the record was verified, and none was missing or changed."""

    entries: int
    milliseconds: int

    def sentence(self) -> str:
        facts = {
            "entries": f"{self.entries:,}",
            "seconds": number_format(self.milliseconds / 1000, 1),
        }
        text = gettext("had the whole record verified: %(entries)s entries, whole (%(seconds)s s)")
        return text % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class VerifyFailed(
    Event, kind="audit.verify_failed", title=_lazy("Record not whole"), critical=True
):
    """Verification found an entry that is missing, or not what it was; `bad` is the first one."""

    bad: int
    why: str

    def sentence(self) -> str:
        return gettext("found the record not whole: %(why)s") % {"why": self.why}


@dataclasses.dataclass(frozen=True, kw_only=True)
class VerifyMended(
    Event, kind="audit.verify_mended", title=_lazy("Record whole again"), critical=True
):
    """Verification, which had failed before, found nothing wrong any more."""

    before: str

    def sentence(self) -> str:
        text = gettext("found the record whole again; before, it was said: %(before)s")
        return text % {"before": self.before}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Anchored(Event, kind="audit.anchor", title=_lazy("Anchored")):
    """A head that witnesses signed stands in this entry, which is younger therefore.

    `sha256` is that of the head with their signatures; the verifier looks for it.
    """

    sha256: str
    size: int

    def sentence(self) -> str:
        facts = {"size": f"{self.size:,}"}
        return gettext("anchored the head of %(size)s entries: whatever follows is younger") % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class Heartbeat(Event, kind="audit.heartbeat", title=_lazy("Still here")):
    """Nothing happened for a while: without this entry, that could as well be a missing end."""

    def sentence(self) -> str:
        return gettext("said that the record is alive: nothing else had happened")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AnchorLost(Event, kind="audit.anchor_lost", title=_lazy("Anchor lost"), critical=True):
    """A witness, or another place outside, has not taken the record's heads for a while."""

    place: str
    why: str

    def sentence(self) -> str:
        return gettext("does not reach %(place)s. %(why)s") % {"place": self.place, "why": self.why}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AnchorRegained(Event, kind="audit.anchor_regained", title=_lazy("Anchor regained")):
    """A place outside takes the record's heads again."""

    place: str

    def sentence(self) -> str:
        return gettext("reaches %(place)s again") % {"place": self.place}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contradicted(
    Event, kind="audit.contradicted", title=_lazy("Record contradicted"), critical=True
):
    """A place outside knows another record than this one: one of them was changed, or put back."""

    place: str
    why: str

    def sentence(self) -> str:
        text = gettext("is contradicted by %(place)s. %(why)s")
        return text % {"place": self.place, "why": self.why}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recovered(Event, kind="audit.recovered", title=_lazy("Entries brought back"), critical=True):
    """An older copy of the database was put back; these entries came back from a copy outside."""

    first: int
    last: int

    def sentence(self) -> str:
        facts = {"first": f"{self.first:,}", "last": f"{self.last:,}"}
        return gettext("brought entries %(first)s to %(last)s back from a copy outside") % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogContinued(Event, kind="audit.log_continued", title=_lazy("New log begun"), critical=True):
    """The end of the record was lost; from this entry on it is signed as a log of another name.

    `size` and `root` are those of the last head that the old log is known to have had.
    """

    old: str
    new: str
    size: int
    root: str
    kept: int

    def sentence(self) -> str:
        facts = {"new": self.new, "kept": f"{self.kept:,}", "size": f"{self.size:,}"}
        text = gettext("went on as the log %(new)s: %(kept)s of %(size)s entries were left")
        return text % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class KeyRotated(Event, kind="audit.key_rotated", title=_lazy("Key changed"), critical=True):
    """The key `new` signs the record from here on, and `old` up to `until` entries.

    `signed` is a line by which the new key signs both, so that nobody introduces somebody else's.
    """

    old: str
    new: str
    until: int
    signed: str

    def sentence(self) -> str:
        facts = {"new": self.new, "until": f"{self.until:,}"}
        text = gettext("gave the record the new key %(new)s; the old one ends at %(until)s entries")
        return text % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecordRead(Event, kind="audit.read", title=_lazy("Ledger read")):
    """Somebody looked at the record; said once a minute and person, and of each file taken."""

    page: str
    filters: dict[str, str]

    def sentence(self) -> str:
        what = looked_at.words(self.page, self.filters)
        return gettext("read the record (%(what)s)") % {"what": what}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Erased(Event, kind="audit.erased", title=_lazy("Words erased"), critical=True):
    """Payloads of earlier entries are erased under this entry, which itself stays for ever.

    `compartment` is "p" (words about or by people) or "d" (other details) of the entries `seqs`
    or of all from the first to the last of `range`. It names nobody: `requested_by` and
    `approver` are references, `reference` a number under which a letter is filed.
    """

    compartment: str
    seqs: list[int]
    range: list[int] | None
    legal_basis: str
    requested_by: str
    approver: str
    reference: str

    def sentence(self) -> str:
        first, last = self.range or (0, -1)
        said = ngettext(
            "erased words of %(count)s entry under %(basis)s",
            "erased words of %(count)s entries under %(basis)s",
            count := len(self.seqs) + last + 1 - first,
        )
        return said % {"count": f"{count:,}", "basis": legal.short(self.legal_basis)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pruned(Event, kind="audit.pruned", title=_lazy("Entries pruned"), critical=True):
    """All entries below `below` are removed under this entry, since their time is over.

    `before` is the day up to which, `at` the time of the last of them (microseconds since 1970).
    What has to outlive them is kept: `carried` is the SHA-256 of the last version of each object,
    `keys` are the changes of the record's key, with their places.
    """

    below: int
    before: str
    at: int
    carried: str
    keys: list[dict[str, Any]]

    def sentence(self) -> str:
        facts = {"below": f"{self.below:,}", "day": self.before}
        text = gettext("pruned the entries below %(below)s, all of before %(day)s")
        return text % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConfigChanged(
    Event,
    kind="config.changed",
    title=_lazy("Configuration changed"),
    personal=("name", "changes", "reason", "address"),
):
    """Something that decides who may do what was added, changed or removed.

    `changes` maps each field to [before, after]; secrets are never in it. `second` is the person
    who accepted what the actor had proposed; empty where nobody had to.
    """

    action: str
    model: str
    name: str
    changes: dict[str, list[str]]
    reason: str
    address: str
    second: str = ""

    def sentence(self) -> str:
        facts = {
            "action": self.action,
            "model": self.model,
            "name": self.name,
            "fields": ", ".join(sorted(self.changes)),
        }
        sentence = {
            "added": gettext("added the %(model)s %(name)s"),
            "changed": gettext("changed the %(model)s %(name)s (%(fields)s)"),
            "removed": gettext("removed the %(model)s %(name)s"),
        }.get(self.action, "%(action)s the %(model)s %(name)s") % facts
        if self.second:
            sentence = gettext("%(said)s, accepted by a second administrator") % {"said": sentence}
        return f"{sentence}: {self.reason}" if self.reason else sentence


def title_of(kind: str) -> str:
    """Return what a kind of event is called in the reader's language, its own name without one."""
    return str(_kinds[kind].title or kind) if kind in _kinds else kind


def known() -> dict[str, type[Event]]:
    """Return every kind of event that the installed rooms define."""
    return dict(_kinds)
