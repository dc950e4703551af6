"""What was done behind the doors of a case, as the judging made of it: what is odd comes first.

Which actions are odd is decided when they come (`reviews.judging`), so a page asks for the first
ones of each sort and counts the rest, however many there are.
"""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from audit.models import Entry
from judgement.facts import Facts, Quality, Verb
from judgement.sigma.naming import Named, named, titles
from reviews import performed
from reviews.deeds import deed
from reviews.models import Finding, JudgedAction
from targets.outcomes import REFUSED, meaning

SHOWN = 100  # to look at, and kinds of what needs no look; the rest is counted
UNFOLDED = 8  # kinds of what is explained that stand open
FOLDED = 1_000  # explained ones, and neutral ones, are read to put together what is the same
LONGEST = 2000  # characters of a statement on the page
KIND = "action.performed"
_DONE = ("00000", "")
_STRANGE = ("object_outside", "database_outside", "host_outside")  # say what is touched
_LOOKS = frozenset({Verb.READ, Verb.NEUTRAL, Verb.NETWORK})
Standing = JudgedAction.Standing
_UNSAID = frozenset(JudgedAction.ODD) - {Standing.ANNOUNCED}
_WEIGHTS = {1: Finding.Severity.LOW, 3: Finding.Severity.HIGH, 4: Finding.Severity.HIGH}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Action:
    """One action as the page shows it; `why` is empty where nothing about it is odd."""

    seq: int
    at: datetime
    statement: str
    verb: str
    deed: str  # the verb, or what the action does where that says more
    objects: list[str]
    target: str
    milliseconds: int | None
    result: str | None  # an SQLSTATE; empty where the end was not seen, None where it is erased
    standing: str
    severity: int
    readable: bool  # whether it could be read what it does
    decisive: bool  # whether it changed or ran something, or took something out
    why: list[str]
    rules: list[Named]  # of detection, that it matches
    odd_objects: list[str]
    read: Facts | None  # what was kept of it when it was judged

    @property
    def announced(self) -> bool:
        """Whether the request says so, and no more is wrong than that the scenario does not."""
        return self.standing == Standing.ANNOUNCED

    @property
    def refused(self) -> bool:
        """Whether the target refused it."""
        return self.result == REFUSED

    @property
    def outcome(self) -> str:
        """Say how it ended."""
        if self.result in _DONE:
            return _("done") if self.result else _("end not seen")
        if self.result is None:
            return _("erased")
        why = meaning(self.result)
        return why if self.refused else _("failed: %(why)s") % {"why": why}

    @property
    def failed(self) -> bool:
        """Whether the target answered with the code of a failure."""
        return self.result is not None and self.result not in _DONE

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.result == _DONE[0]

    @property
    def title(self) -> str:
        """Say what it was in two words."""
        return f"{self.deed} {', '.join(self.objects)}".strip().capitalize()

    @property
    def unjudged(self) -> str:
        """Why it could not be judged."""
        if not self.statement:
            return _("What it does could not be read: its words were erased.")
        if self.readable:
            return _("What was said could not be read, so nothing explains it.")
        return _("What it does could not be read from the statement.")

    @property
    def weight(self) -> Finding.Severity:
        """How grave a finding of it is, as far as the judging knows."""
        return _WEIGHTS.get(self.severity, Finding.Severity.MEDIUM)

    @property
    def label(self) -> str:
        """How it stands to what was said."""
        return str(Standing(self.standing).label)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repeated:
    """The same action, done once or many times with the same outcome, from when to when."""

    action: Action
    count: int
    first: datetime
    last: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tally:
    """How many actions of a case there are of each sort."""

    counts: dict[str, int]  # by standing
    verbs: list[tuple[str, int]]  # of those that are explained, the most frequent first
    outside_verbs: list[tuple[str, int]]
    announced_verbs: list[tuple[str, int]]
    waiting: int  # to be judged

    @property
    def outside_count(self) -> int:
        """How many a reviewer has to look at."""
        return sum(self.counts.get(standing, 0) for standing in JudgedAction.ODD)

    @property
    def announced(self) -> int:
        """How many of these were announced, but are outside of the scenario."""
        return self.counts.get(Standing.ANNOUNCED, 0)

    @property
    def within_count(self) -> int:
        """How many are explained, or neutral."""
        return self.explained + self.neutral

    @property
    def explained(self) -> int:
        """How many what was said explains."""
        return self.counts.get(Standing.EXPLAINED, 0)

    @property
    def neutral(self) -> int:
        """How many change and disclose nothing."""
        return self.counts.get(Standing.NEUTRAL, 0)

    @property
    def telling(self) -> int:
        """How many are judged and not neutral."""
        return self.explained + self.outside_count

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.outside_count + self.within_count + self.waiting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Actions(Tally):
    """All actions of a case: the first ones of each sort, and how many there are."""

    outside: list[Action]  # the gravest first
    within: list[Action]

    @property
    def shown(self) -> list[Action]:
        """Those that the page shows, the odd ones first."""
        return [*self.outside, *self.within]

    @functools.cached_property
    def repeated(self) -> list[Repeated]:
        """Those that need no look, each kind once: what tells something comes first."""
        return self._kinds[:SHOWN]

    @functools.cached_property
    def decisive(self) -> list[Repeated]:
        """Those by which the case is decided: explained, and they did more than look."""
        did = (each for each in self.repeated if each.action.decisive)
        return [each for each in did if each.action.standing == Standing.EXPLAINED][:UNFOLDED]

    @functools.cached_property
    def looked(self) -> list[Repeated]:
        """The others of them."""
        return [each for each in self.repeated if each not in self.decisive]

    @property
    def looked_count(self) -> int:
        """How many actions the others are, shown or not."""
        return self.within_count - sum(each.count for each in self.decisive)

    @property
    def opened(self) -> bool:
        """Whether those that need no look stand open: a few, where there is nothing else."""
        return not self.outside_count and len(self.repeated) <= UNFOLDED

    @property
    def unfolded(self) -> int:
        """How many of those that need no look do not stand among the `repeated` ones."""
        return self.within_count - sum(each.count for each in self.repeated)

    @functools.cached_property
    def _kinds(self) -> list[Repeated]:
        found: dict[tuple[bool, str, str, str], list[Action]] = {}
        for each in self.within:
            silent = each.standing == Standing.NEUTRAL
            key = (silent, each.statement, each.verb, each.outcome)
            found.setdefault(key, []).append(each)
        kinds = sorted(found.items(), key=lambda pair: pair[0][0])
        return [_repeated(same) for _key, same in kinds]


def tally(case: str) -> Tally:
    """Return how many actions a case has of each sort."""
    rows = JudgedAction.objects.of_case(case).values_list("standing", "verb", "facts__verbs")
    counted = list(rows.annotate(number=Count("pk")).order_by())
    found = [(standing, deed(verb, does or ()), number) for standing, verb, does, number in counted]
    counts: Counter[str] = Counter()
    for standing, _verb, number in found:
        counts[standing] += number
    recorded = Entry.objects.filter(case=case, kind=KIND).count()
    return Tally(
        counts=dict(counts),
        verbs=_verbs(found, {Standing.EXPLAINED}),
        outside_verbs=_verbs(found, _UNSAID),
        announced_verbs=_verbs(found, {Standing.ANNOUNCED}),
        waiting=max(0, recorded - sum(counts.values())),
    )


def of_case(case: str) -> Actions:
    """Return what was done in a case; the number of queries is always the same."""
    rows = JudgedAction.objects.of_case(case)
    odd = list(rows.filter(standing__in=JudgedAction.ODD).gravest_first()[:SHOWN])
    explained = list(rows.filter(standing=Standing.EXPLAINED).order_by("entry_seq")[:FOLDED])
    neutral = list(rows.filter(standing=Standing.NEUTRAL).order_by("entry_seq")[:FOLDED])
    within = sorted([*explained, *neutral], key=lambda each: each.entry_seq)
    entries = _entries([*odd, *within])
    outside = [_action(row, entries[row.entry_seq]) for row in odd if row.entry_seq in entries]
    inside = [_action(row, entries[row.entry_seq]) for row in within if row.entry_seq in entries]
    counted = tally(case)
    return Actions(
        outside=outside,
        within=inside,
        counts=counted.counts,
        verbs=_told_apart(counted.verbs, [a for a in inside if a.standing == Standing.EXPLAINED]),
        outside_verbs=_told_apart(
            counted.outside_verbs, [each for each in outside if not each.announced]
        ),
        announced_verbs=_told_apart(
            counted.announced_verbs, [each for each in outside if each.announced]
        ),
        waiting=counted.waiting,
    )


def _told_apart(counted: list[tuple[str, int]], told: Sequence[Action]) -> list[tuple[str, int]]:
    """Count by what statements say where all of them were read, else by what is kept of them."""
    if sum(number for _verb, number in counted) != len(told):
        return counted
    return _most_first(Counter(each.deed for each in told))


def _entries(rows: Iterable[JudgedAction]) -> dict[int, Entry]:
    seqs = [row.entry_seq for row in rows]
    return Entry.objects.prefetch_related("payloads").in_bulk(seqs)


def _repeated(same: Sequence[Action]) -> Repeated:
    """Put the same actions together; a log that was read late has them in another order."""
    times = [each.at for each in same]
    return Repeated(action=same[0], count=len(same), first=min(times), last=max(times))


def _verbs(
    counted: Iterable[tuple[str, str, int]], standings: Iterable[str]
) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for standing, verb, number in counted:
        if standing in standings:
            found[verb] += number
    return _most_first(found)


def _most_first(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _action(row: JudgedAction, entry: Entry) -> Action:
    facts = performed.details(entry)
    statement, verb = str(facts.get("statement", "")), str(facts.get("verb", "unknown"))
    micro = facts.get("microseconds")
    return Action(
        seq=entry.seq,
        at=entry.occurred_at,
        statement=statement[:LONGEST] + ("…" if len(statement) > LONGEST else ""),
        verb=verb,
        deed=deed(verb, (row.facts or {}).get("verbs", ()), statement),
        objects=list(facts.get("objects", [])),
        target=str(facts.get("target", "")),
        milliseconds=None if micro is None else round(micro / 1000),
        result=facts.get("result"),
        standing=row.standing,
        severity=row.severity,
        readable=(row.facts or {}).get("quality", Quality.NONE) != Quality.NONE,
        decisive=not _LOOKS.issuperset((row.facts or {}).get("verbs", ())),
        why=[titles(each["text"]) for each in row.findings],
        rules=[rule for each in row.findings for rule in named(each["text"])],
        odd_objects=[each["object"] for each in row.findings if each["code"] in _STRANGE],
        read=Facts.of(row.facts) if row.facts else None,
    )
