"""What the record could see of a case: who reported, from when to when, how late, what is missing.

An empty list of actions proves nothing unless somebody was looking. This says who was, and names
every gap that the record knows of; what a log or a source can never show is said as well.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import reading
from audit.models import Entry
from core.dates import moment_words
from core.words import duration_words, seconds_words
from reviews.sightings import Sighting, of_case
from targets.events import LogGap
from targets.models import Door, LogPosition, Source
from targets.unseen import OF_LANGUAGE, OF_LOG

_LOOKED_BEHIND = timedelta(days=7)  # the access: how late the end of a silence may come


@dataclasses.dataclass(frozen=True, kw_only=True)
class Missing:
    """Something that was not seen; `danger` where what was done may never be known."""

    text: str
    danger: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stream:
    """One reporter of one target: the target's own log (`source` is empty), or a source.

    `until` is None while the door stands open.
    """

    target: str
    source: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sighting: Sighting | None = None
    blind: str = ""
    missing: tuple[Missing, ...] = ()

    @property
    def tone(self) -> str:
        """How it stands: ok, wait or danger."""
        if any(each.danger for each in self.missing):
            return "danger"
        return "wait" if self.missing else "ok"

    @property
    def brought(self) -> str:
        """Say how many actions it brought, and how soon they were on the record."""
        if not self.sighting:
            return _("It brought no action of this case.")
        number = self.sighting.count
        typical, worst = _lag(self.sighting.typical), _lag(self.sighting.worst)
        text = ngettext(
            "%(number)s action; it was on the record %(typical)s later.",
            "%(number)s actions; they were on the record %(typical)s later.",
            number,
        )
        if typical != worst:
            text = _(
                "%(number)s actions; half were on the record within %(typical)s, all within"
                " %(worst)s."
            )
        return text % {"number": number, "typical": typical, "worst": worst}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Coverage:
    """All that reported about a case, and what is missing."""

    opened: tuple[str, ...]  # names of the targets of which a door was opened
    streams: tuple[Stream, ...]

    @property
    def unwatched(self) -> list[str]:
        """The opened targets of which nothing reports."""
        reported = {stream.target for stream in self.streams}
        return [name for name in self.opened if name not in reported]

    @property
    def missing(self) -> list[tuple[str, Missing]]:
        """Everything that was not seen, and of which target, the gravest first."""
        text = _("Nothing reports from here, so nothing that was done there is on the record.")
        found = [(name, Missing(text=text, danger=True)) for name in self.unwatched]
        found += [(stream.target, each) for stream in self.streams for each in stream.missing]
        return sorted(found, key=lambda each: not each[1].danger)

    @property
    def tone(self) -> str:
        """How it stands: ok, wait or danger; nothing where no door was opened."""
        if any(each.danger for _target, each in self.missing):
            return "danger"
        return "wait" if self.missing else "ok" if self.opened else ""

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        if not self.opened:
            return _("No door was opened, so there was nothing to see.")
        every, gaps = len(self.opened), len(self.missing)
        facts = {"seen": every - len(self.unwatched), "all": every, "number": gaps}
        if not gaps:
            text = ngettext(
                "Seen: %(seen)s of %(all)s targets, nothing missing.",
                "Seen: %(seen)s of %(all)s targets, nothing missing.",
                every,
            )
            return text % facts
        text = ngettext(
            "Seen: %(seen)s of %(all)s targets.", "Seen: %(seen)s of %(all)s targets.", every
        )
        more = ngettext("%(number)s gap.", "%(number)s gaps.", gaps)
        return f"{text % facts} {more % facts}"


def _lag(lag: timedelta) -> str:
    seconds = lag.total_seconds()
    return seconds_words(seconds) if seconds < 10 else duration_words(lag)


def of(doors: Sequence[Door], *, case: str, at: datetime) -> Coverage:
    """Return what was seen through the doors of a case; the number of queries is always the same.

    `case` is as the ledger names it.
    """
    seen = of_case(case)
    opened = [door for door in doors if door.opened_at]
    sources = _sources(opened, seen)
    told = _told(case, sources, opened, at=at)
    streams = [*_logs(opened, seen, told), *_reports(sources, opened, seen, told, at=at)]
    known = {(stream.target, stream.source) for stream in streams}
    streams += [
        Stream(target=target, source=source, sighting=each)
        for (target, source), each in seen.items()  # as they were called at that time
        if (target, source) not in known
    ]
    names = dict.fromkeys(door.target.name for door in opened)
    return Coverage(opened=tuple(names), streams=tuple(streams))


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Told:
    """What the record says of gaps: those of logs by target, and of sources as (from, until)."""

    gaps: Mapping[str, list[Missing]]
    silences: Mapping[str, list[tuple[datetime, datetime]]]


_Seen = Mapping[tuple[str, str], Sighting]


def _sources(opened: Sequence[Door], seen: _Seen) -> list[Source]:
    """Return the sources of the opened targets, and those that brought something of the case."""
    own = Q(target__in=[door.target_id for door in opened], enabled=True)
    brought = Q(name__in=[source for _target, source in seen])
    return list(Source.objects.filter(own | brought).order_by("name"))


def _told(case: str, sources: Sequence[Source], opened: Sequence[Door], *, at: datetime) -> _Told:
    since = min((door.opened_at for door in opened if door.opened_at), default=at)
    until = max((door.closed_at or at for door in opened), default=at) + _LOOKED_BEHIND
    heard = Q(kind="source.heard", subject__in=[source.ref for source in sources])
    lost = Q(kind="log.gap", case=case)
    rows = Entry.objects.filter(lost | (heard & Q(at__range=(since, until))))
    gaps: dict[str, list[Missing]] = {}
    silences: dict[str, list[tuple[datetime, datetime]]] = {}
    for entry in rows.prefetch_related("payloads").order_by("seq"):
        facts = reading.parts_of(entry).get("d", {})
        if entry.kind == "log.gap":
            gaps.setdefault(facts["target"], []).append(_gap(facts, entry.at))
        else:
            silence = (datetime.fromisoformat(facts["since"]), entry.at)
            silences.setdefault(entry.subject, []).append(silence)
    return _Told(gaps=gaps, silences=silences)


def _gap(facts: Mapping[str, str], at: datetime) -> Missing:
    text = {
        LogGap.REMOVED: _(
            "%(file)s was removed before it was read whole: something after %(since)s may be lost."
        ),
        LogGap.BEGUN_ANEW: _(
            "%(file)s was begun anew: something between %(since)s and %(until)s may be lost."
        ),
        LogGap.UNREADABLE: _("%(file)s has a line about this access that cannot be read."),
    }[facts["why"]]
    since = moment_words(datetime.fromisoformat(facts["since"]), "DAY")
    said = {"file": facts["file"], "since": since, "until": moment_words(at, "DAY")}
    return Missing(text=text % said, danger=True)


def _logs(opened: Sequence[Door], seen: _Seen, told: _Told) -> Iterator[Stream]:
    """Yield what the targets' own logs brought."""
    positions = LogPosition.objects.in_bulk([door.target_id for door in opened])
    for door in opened:
        name, sighting = door.target.name, seen.get((door.target.name, ""))
        if door.target.kind in OF_LOG:
            missing = [
                *told.gaps.get(name, []),
                *_unread(door, positions.get(door.target_id)),
                *_cut(sighting),
                *_endless(sighting),
            ]
            yield Stream(
                target=name,
                since=door.opened_at,
                until=door.closed_at,
                sighting=sighting,
                blind=str(OF_LOG[door.target.kind]),
                missing=tuple(missing),
            )


def _unread(door: Door, position: LogPosition | None) -> Iterator[Missing]:
    """Say what of the log is not read yet; while a door is open, only what hinders it."""
    if door.collected_at:
        return
    if position and position.last_error:
        text = _("Its log cannot be read now, and is tried again: %(why)s")
        yield Missing(text=text % {"why": position.last_error})
    elif door.closed_at:
        yield Missing(text=_("Its log is not read to the end of this access yet."))


def _cut(sighting: Sighting | None) -> Iterator[Missing]:
    if sighting and (number := sighting.truncated):
        text = ngettext(
            "%(number)s statement is longer than what is kept; only its beginning is there.",
            "%(number)s statements are longer than what is kept; only their beginning is there.",
            number,
        )
        yield Missing(text=text % {"number": number})


def _endless(sighting: Sighting | None) -> Iterator[Missing]:
    """Say how many statements ended unseen; sources need not say how anything ended."""
    if sighting and (number := sighting.endless):
        text = ngettext(
            "The end of %(number)s statement was not seen: how it went is not known.",
            "The end of %(number)s statements was not seen: how they went is not known.",
            number,
        )
        yield Missing(text=text % {"number": number})


def _reports(
    sources: Sequence[Source], opened: Sequence[Door], seen: _Seen, told: _Told, *, at: datetime
) -> Iterator[Stream]:
    """Yield what sources brought, or were there to bring, about each opened target."""
    for door in opened:
        for source in sources:
            sighting = seen.get((door.target.name, source.name))
            if sighting is None and source.target_id != door.target_id:
                continue
            quiet = _silent(source, door, told.silences.get(source.ref, []), at=at)
            heard = sighting or source.last_heard_at
            yield Stream(
                target=door.target.name,
                source=source.name,
                language=source.get_language_display(),
                since=door.opened_at if heard else None,
                until=door.closed_at if heard else None,
                sighting=sighting,
                blind=str(OF_LANGUAGE.get(source.language, "")),
                missing=(*quiet, *_cut(sighting)),
            )


def _silent(
    source: Source, door: Door, silences: Sequence[tuple[datetime, datetime]], *, at: datetime
) -> Iterator[Missing]:
    """Say when a source was silent for longer than usual while a door stood open."""
    opened, closed = door.opened_at or at, door.closed_at or at
    if source.last_heard_at is None:
        yield Missing(text=_("Nothing was ever heard of this source."))
    for since, until in silences:
        if since < closed and until > opened:
            text = _("Silent from %(since)s to %(until)s, longer than usual.")
            said = {"since": moment_words(since, "DAY"), "until": moment_words(until, "DAY")}
            yield Missing(text=text % said)
    if source.silent_since and source.silent_since < closed:
        text = _("Silent since %(since)s, longer than usual.")
        yield Missing(text=text % {"since": moment_words(source.silent_since, "DAY")})
