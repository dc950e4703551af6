"""The seal of a case: what its record, and the rules it was asked under, were when it closed.

A case closes when its review is closed and no obligation is left; findings and questions may
still be open. The manifest has one hash for
each part: SHA-256 over the leaf hashes (RFC 6962) of its entries, in their order. So it holds after
an erasure, which leaves every leaf as it is, and anybody can compute it again from the entries of a
case file, without us. What comes later (the message about the seal) is not under it.

A case can be sealed more than once: each seal goes on holding for the entries before it, and names
the one that was set before.
"""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit import reading
from audit.leaf import canonical, leaf_hash
from audit.models import Entry
from breakglass.models import Request
from core.speech import phrase
from reviews.seal_events import CaseSealed

# What each part is called, and how the kinds of its entries begin; the last takes the rest.
PARTS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "request": (_lazy("Request and questions"), ("request.", "question.", "debt.")),
    "decisions": (_lazy("Decisions"), ("decision.", "counter.", "ratification.")),
    "access": (
        _lazy("Access and doors"),
        ("grant.", "breakglass.", "door.", "credentials.", "freeze."),
    ),
    "actions": (_lazy("Actions"), ("action.",)),
    "alerts": (_lazy("Alerts"), ("delivery.", "alert.", "alarm.")),
    "review": (_lazy("Review"), ("review.", "finding.", "obligation.", "case.")),
    "other": (_lazy("Everything else"), ("",)),
}
SOON = phrase("Everything is done that has to be done first. It is sealed in a moment.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One part of a manifest beside what the record says of it now."""

    label: str
    entries: int
    sealed: str
    found: str

    @property
    def matches(self) -> bool:
        """Whether it is now what it was."""
        return self.sealed == self.found


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seal:
    """One seal of a case: its entry, when it was set, and up to which entry it holds.

    `leaf` is the hash of its own entry, by which the seal after it names it as `former`.
    """

    seq: int
    at: datetime
    until: int
    manifest: Mapping[str, Any]
    leaf: str
    former: Mapping[str, Any]

    @property
    def entries(self) -> int:
        """How many entries are under it."""
        return sum(part["entries"] for part in self.manifest["parts"].values())


def manifest_of(case: Request, *, until: int) -> dict[str, Any]:
    """Return the hashes of a case: of its entries before `until`, and of its scenario's version."""
    hashes = {name: hashlib.sha256() for name in PARTS}
    counts = dict.fromkeys(PARTS, 0)
    rows = Entry.objects.filter(case=case.case_ref, seq__lt=until).order_by("seq")
    for kind, leaf in rows.values_list("kind", "leaf").iterator(chunk_size=2000):
        name = _part(kind)
        hashes[name].update(leaf_hash(bytes(leaf)))
        counts[name] += 1
    return {
        "parts": {
            name: {"entries": counts[name], "sha256": hashes[name].hexdigest()}
            for name in PARTS
            if counts[name]
        },
        "version": {
            "number": case.version.number,
            "sha256": hashlib.sha256(canonical(case.version.body)).hexdigest(),
        },
    }


def newest(case: Request) -> Seal | None:
    """Return the newest seal of a case; None where it never closed, or where its words are gone."""
    return next(_of(case), None)


def every(case: Request) -> list[Seal]:
    """Return all seals of a case that can be read, the newest first: each holds for itself."""
    return list(_of(case))


def _of(case: Request) -> Iterator[Seal]:
    """Yield the seals of a case, the newest first, until one cannot be read."""
    for entry in Entry.objects.filter(case=case.case_ref, kind=CaseSealed.kind).order_by("-seq"):
        event = reading.event_of(entry)
        if not isinstance(event, CaseSealed):
            return
        yield Seal(
            seq=entry.seq, at=entry.occurred_at, until=event.until, manifest=event.manifest,
            leaf=bytes(entry.leaf_hash).hex(), former=event.former,
        )  # fmt: skip


def compared(case: Request, seal: Seal) -> list[Line]:
    """Return each part of a seal beside what the record and the version are now."""
    now = manifest_of(case, until=seal.until)
    lines = [
        Line(
            label=str(label),
            entries=seal.manifest["parts"].get(name, {}).get("entries", 0),
            sealed=seal.manifest["parts"].get(name, {}).get("sha256", ""),
            found=now["parts"].get(name, {}).get("sha256", ""),
        )
        for name, (label, _words) in PARTS.items()
        if name in seal.manifest["parts"] or name in now["parts"]
    ]
    version = Line(
        label=str(_lazy("Version of the scenario")),
        entries=0,
        sealed=seal.manifest["version"]["sha256"],
        found=now["version"]["sha256"],
    )
    return [*lines, version, *_former(seal)]


def match(case: Request, seal: Seal) -> bool:
    """Whether the record and the version are what they were when this seal was set."""
    return all(line.matches for line in compared(case, seal))


def _former(seal: Seal) -> Iterator[Line]:
    """Compare the entry of the seal before it, which it names."""
    if not seal.former:
        return
    leaf = Entry.objects.filter(seq=seal.former["seq"]).values_list("leaf", flat=True).first()
    yield Line(
        label=_("Seal of entry %(seq)s, before this one") % {"seq": seal.former["seq"]},
        entries=1,
        sealed=seal.former["sha256"],
        found=leaf_hash(bytes(leaf)).hex() if leaf is not None else "",
    )


def _part(kind: str) -> str:
    return next(name for name, (_label, words) in PARTS.items() if kind.startswith(words))
