"""What pruning would take: how far it may go, and what stands in its way."""

import dataclasses
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Min

from audit import pruned
from audit.anchors import places
from audit.models import Entry, Payload
from audit.outside import Place
from audit.retention import obstacles
from audit.retention.obstacles import Obstacle
from audit.tree import WIDTH
from core.speech import Sentence, phrase


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """How far the record goes: entries from `low` up to `cut` now, and up to `wanted` if it could.

    All of them are of before `before`. Both ends are whole numbers of full tiles.
    """

    before: datetime
    low: int
    wanted: int
    cut: int
    obstacles: list[Obstacle]
    warnings: list[Sentence]

    @property
    def entries(self) -> int:
        """How many entries go now."""
        return self.cut - self.low

    @property
    def tiles(self) -> int:
        """How many tiles, and as many bundles of entries in copies that are made from now on."""
        return self.entries // WIDTH


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """What is in the entries that would go."""

    payloads: int
    cases: int
    first_at: datetime | None
    last_at: datetime | None


def plan(before: datetime, *, at: datetime) -> Plan:
    """Return how far the record may be pruned of what was entered before a moment."""
    low, until = pruned.low(), first_since(before)
    wanted = max(low, until - until % WIDTH)
    found = obstacles.all_below(wanted, until=until, at=at) if wanted > low else []
    cut = min([wanted, *(each.seq for each in found)])
    return Plan(
        before=before,
        low=low,
        wanted=wanted,
        cut=max(low, cut - cut % WIDTH),
        obstacles=found,
        warnings=_warnings(),
    )


def content(made: Plan) -> Content:
    """Return what is in the entries that a plan takes."""
    rows = Entry.objects.filter(seq__gte=made.low, seq__lt=made.cut)
    ends = rows.aggregate(first=Min("at"), last=Max("at"))
    payloads = Payload.objects.filter(entry__gte=made.low, entry__lt=made.cut)
    return Content(
        payloads=payloads.count(),
        cases=rows.exclude(case="").values("case").distinct().count(),
        first_at=ends["first"],
        last_at=ends["last"],
    )


def first_since(moment: datetime) -> int:
    """Return the first entry that was made at a moment or later, or the place behind the last.

    Times never decrease from entry to entry, so some twenty looks find it among millions.
    """
    ends = Entry.objects.aggregate(low=Min("seq"), high=Max("seq"))
    low, high = ends["low"] or 0, -1 if ends["high"] is None else ends["high"]
    high += 1
    while low < high:
        middle = (low + high) // 2
        if Entry.objects.get(seq=middle).at >= moment:
            high = middle
        else:
            low = middle + 1
    return int(low)


def _warnings() -> list[Sentence]:
    """Return what an administrator should know, and which stops nothing."""
    if not places.watched(Place.Kind.COPY).filter(size__gt=0).exists():
        return [
            phrase("There is no copy of the record outside (LEDGER_COPIES): what goes is nowhere.")
        ]
    if not settings.LEDGER_WITNESSES:
        return [phrase("No witness signs the record's heads (LEDGER_WITNESSES).")]
    return []
