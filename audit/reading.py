"""Read entries as people do: who did what, in one sentence, with what belongs to it."""

import dataclasses
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from audit import legal
from audit.events import Event, known, title_of
from audit.models import Entry, Erased
from core import refs
from core.words import standing_in

ERASED = "(erased)"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gone:
    """An erasure, as entries tell it that it took words from."""

    by: int
    at: datetime
    basis: str

    @property
    def text(self) -> str:
        """What stands in place of the words."""
        facts = {"date": date_format(localtime(self.at), "DATE_FORMAT"), "basis": self.basis}
        return _("(erased on %(date)s under %(basis)s)") % facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """One entry as it is told: `actor` `sentence`, for example "Ada revoked the access"."""

    seq: int
    at: datetime
    occurred_at: datetime
    kind: str
    actor: refs.Label
    subject: refs.Label
    case: str
    sentence: str
    details: dict[str, Any]
    gone: Gone | None = None

    @property
    def title(self) -> str:
        """What people call such an event."""
        return title_of(self.kind)


def parts_of(entry: Entry) -> dict[str, dict[str, Any]]:
    """Return the compartments of an entry that are still there: "p" personal, "d" details."""
    return {payload.part: json.loads(payload.said) for payload in entry.payloads.all()}


def event_of(entry: Entry) -> Event | None:
    """Return the event of an entry, or None when its kind is unknown or its words are gone.

    Asks the database once, and not at all for entries of `follow` or with prefetched payloads.
    """
    return _event(entry.kind, _facts(parts_of(entry)))


def told(entries: Iterable[Entry]) -> list[Told]:
    """Tell entries; the number of queries does not grow with their number."""
    entries = list(entries)
    prefetch_related_objects(entries, "payloads")
    named = {ref for entry in entries for ref in (entry.actor, entry.subject, _other(entry)) if ref}
    labels = refs.labels(named)
    gone = _gone([entry for entry in entries if _is_missing_words(entry)])
    return [_tell(entry, labels, gone.get(entry.seq)) for entry in entries]


def _other(entry: Entry) -> str:
    """Return in whose place the actor acted, or nothing: then both are named."""
    return str(_facts(parts_of(entry)).get("instead_of") or "")


def _actor(entry: Entry, labels: dict[str, refs.Label]) -> refs.Label:
    actor = labels[entry.actor]
    if not (other := _other(entry)):
        return actor
    return refs.Label(standing_in(actor.text, labels[other].text), actor.url)


def _is_missing_words(entry: Entry) -> bool:
    return len(entry.envelope["pc"]) > len(entry.payloads.all())


def _gone(entries: list[Entry]) -> dict[int, Gone]:
    """Return by which erasure entries have lost words, as far as there was one."""
    if not entries:
        return {}
    rows = Erased.objects.filter(entry__in=entries).select_related("by")
    erasures = {row.by_id: row.by for row in rows}
    prefetch_related_objects([*erasures.values()], "payloads")
    read = {
        seq: Gone(by=seq, at=by.at, basis=legal.short(_facts(parts_of(by))["legal_basis"]))
        for seq, by in erasures.items()
    }
    return {row.entry_id: read[row.by_id] for row in rows}


def _tell(entry: Entry, labels: dict[str, refs.Label], gone: Gone | None) -> Told:
    parts = parts_of(entry)
    facts = _facts(parts)
    erased = (gone.text if gone else ERASED) if _is_missing_words(entry) else ""
    event = _event(entry.kind, facts | (_blanks(entry.kind, erased) if erased else {}))
    sentence = event.sentence() if event else f"{entry.kind} {erased}".strip()
    if erased:  # said once is enough
        before, said, behind = sentence.partition(erased)
        sentence = f"{before}{said}{behind.replace(f': {erased}', '')}"
    return Told(
        seq=entry.seq,
        at=entry.at,
        occurred_at=entry.occurred_at,
        kind=entry.kind,
        actor=_actor(entry, labels),
        subject=labels[entry.subject],
        case=entry.case,
        sentence=sentence,
        details=facts,
        gone=gone,
    )


def _facts(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts.values() for name, value in part.items()}


def _blanks(kind: str, erased: str) -> dict[str, Any]:
    """Return what stands for erased words, so that the rest of the sentence can still be said."""
    fields = dataclasses.fields(known()[kind]) if kind in known() else ()
    blanks: dict[str, Any] = {"str": erased, "list": ["…"], "dict": {"…": ["", ""]}}
    found = {
        field.name: re.match(r"(?:<class ')?(str|list|dict)", str(field.type)) for field in fields
    }
    return {
        name: blanks[match[1]]
        for name, match in found.items()
        if match and name in known()[kind].personal
    }


def _event(kind: str, facts: dict[str, Any]) -> Event | None:
    """Make the event again. Facts that its class no longer has are left out."""
    if not (event := known().get(kind)):
        return None
    names = {field.name for field in dataclasses.fields(event)}
    try:
        return event(**{name: value for name, value in facts.items() if name in names})
    except TypeError:
        return None  # a fact is missing: erased, or younger than the entry
