"""The figures of the dashboard: what was counted, named, and with the way to its cases."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from accounts.models import User
from audit.models import Cursor
from breakglass.models import Scenario
from reviews import tallying
from reviews.counting import Count, Narrow, Sum, Tally
from reviews.models import Finding
from reviews.periods import CHOSEN, Period, Step
from reviews.spans import cover
from targets.models import Target

HOURS = 2  # in one field of the heat map
TOP = 10  # of people and targets are shown, and timed; a file has all of them
_LEVELS = 4  # of its colour; a single use is never the strongest


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Narrowed:
    """What has a list of its own: `narrow` are the filters by which it shows these cases."""

    narrow: dict[str, Any]

    @cached_property
    def query(self) -> str:
        """The filters as they stand in an address; most of the many are never drawn."""
        return urlencode(self.narrow)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row(_Narrowed):
    """One line of a table: its figures, and the way to its cases."""

    name: str
    tally: Tally
    short: str = ""  # its name on an axis
    chosen: str = ""  # the filter of the dashboard that shows it alone


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind(_Narrowed):
    """Findings of one kind; what is judged wrong with actions comes as kinds of its own."""

    key: str
    name: str
    count: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Approver(_Narrowed):
    """How somebody answered; `mean` from question to answer."""

    name: str
    answers: int
    quick: int
    noes: int
    mean: timedelta


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field(_Narrowed):
    """One field of the heat map; `level` is 0 to 4."""

    hour: int
    uses: int
    level: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Day:
    """One weekday of the heat map."""

    name: str
    short: str
    fields: list[Field]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Peak:
    """The field of the heat map that stands out."""

    day: str
    field: Field

    @property
    def until(self) -> int:
        """The hour in which it ends."""
        return self.field.hour + HOURS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Earlier:
    """The same figures of an earlier period, to compare with."""

    period: Period
    total: Tally
    query: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figures:
    """Everything that the dashboard shows of one period."""

    period: Period
    narrow: Narrow
    query: str
    total: Tally
    before: Earlier
    year_before: Earlier | None  # None where the period before is just that
    slowest: dict[str, tuple[int, timedelta]]  # the case, and how long it took
    repeated: list[Row]  # who had access three times within a week
    steps: list[Row]
    days: list[Day]
    scenarios: list[Row]
    teams: list[Row]
    people: list[Row]
    targets: list[Row]
    drills: list[Row]
    kinds: list[Kind]
    approvers: list[Approver]
    entry: int | None  # up to which entry of the record it is counted

    @cached_property
    def here(self) -> str:
        """The query of the dashboard that shows just these."""
        period, narrow = self.period, self.narrow
        days = {"since": period.first.isoformat(), "until": period.last.isoformat()}
        beside = {name: value for name, value in chosen(narrow).items() if name != "drill"}
        return urlencode((days if period.key == CHOSEN else {"period": period.key}) | beside)

    @cached_property
    def peak(self) -> Peak | None:
        """The one field with most uses, when there are three at least."""
        fields = [(day, field) for day in self.days for field in day.fields]
        most = max(field.uses for _day, field in fields)
        (day, field), *others = [each for each in fields if each[1].uses == most]
        return None if most < 3 or others else Peak(day=day.name, field=field)


def of(period: Period, narrow: Narrow, *, everybody: Collection[str] = ()) -> Figures:
    """Return the figures of a period; the number of queries is always the same.

    Of people and targets beyond the first ten it is told how long things took only where
    `everybody` names "people" or "targets".
    """
    before, year_before = period.before(), period.year_before()
    covers = cover([period, before, year_before], at=period.now)
    asked, base = Count(covers[0], narrow), filters(period, narrow)
    counted = asked.steps()
    by_step = _by_step(counted, drills=asked.drills)
    whole, scenarios = _merged(by_step.values()), _by_scenario(counted)
    people, teams = asked.people()
    same = before.first == year_before.first
    return Figures(
        period=period,
        narrow=narrow,
        query=urlencode(base),
        total=whole.tally(),
        before=_earlier(before, asked.over(covers[1])),
        year_before=None if same else _earlier(year_before, asked.over(covers[2])),
        slowest=_slowest(whole),
        repeated=_repeated(people, base),
        steps=[_step(step, by_step.get(step.first, Sum()), base) for step in period.steps()],
        days=_days(whole.hours(), base),
        scenarios=_scenarios(scenarios, base, drills=asked.drills),
        teams=_teams(teams, base),
        people=_people(asked, people, base, everybody="people" in everybody),
        targets=_targets(asked, base, everybody="targets" in everybody),
        drills=_scenarios(scenarios, base, drills=asked.drills, only=True),
        kinds=_kinds(asked.kinds(), base),
        approvers=_approvers(asked, period),
        entry=_entry(),
    )


def _entry() -> int | None:
    """Return up to which entry of the record it is counted; None before the first."""
    cursors = Cursor.objects.filter(name=tallying.NAME, seq__gte=0)
    return cursors.values_list("seq", flat=True).first()


def filters(period: Period, narrow: Narrow) -> dict[str, Any]:
    """Return the filters by which a list shows the cases of a period."""
    until = {"until": period.last.isoformat()} if period.is_over else {}
    return {"since": period.first.isoformat(), **until, **chosen(narrow)}


def chosen(narrow: Narrow) -> dict[str, Any]:
    """Return the filters beside time by which a list shows the cases."""
    found: dict[str, Any] = {}
    if narrow.scenario:
        found["scenario"] = narrow.scenario.slug
    else:
        found["drill"] = "no"
    for name in ("team", "person"):
        if each := getattr(narrow, name):
            found[name] = each.pk
    return found | ({"target": narrow.target.slug} if narrow.target else {})


def _earlier(period: Period, asked: Count) -> Earlier:
    query = urlencode(filters(period, asked.narrow))
    return Earlier(period=period, total=asked.whole().tally(), query=query)


def _merged(sums: Iterable[Sum]) -> Sum:
    whole = Sum()
    for each in sums:
        whole.merge(each)
    return whole


def _by_step(counted: Mapping[tuple[date, UUID], Sum], *, drills: set[UUID]) -> dict[date, Sum]:
    found: dict[date, Sum] = {}
    for (step, scenario), each in counted.items():
        if scenario not in drills:
            found.setdefault(step, Sum()).merge(each)
    return found


def _by_scenario(counted: Mapping[tuple[date, UUID], Sum]) -> dict[UUID, Sum]:
    found: dict[UUID, Sum] = {}
    for (_step, scenario), each in counted.items():
        found.setdefault(scenario, Sum()).merge(each)
    return found


def _slowest(whole: Sum) -> dict[str, tuple[int, timedelta]]:
    found = zip(("decision", "access"), whole.slowest, strict=True)
    return {name: (each[1], timedelta(seconds=each[0])) for name, each in found if each}


def _step(step: Step, found: Sum, base: dict[str, Any]) -> Row:
    days = {"since": step.first.isoformat(), "until": step.last.isoformat()}
    return Row(
        name=step.title,
        short=step.name,
        tally=found.tally(),
        narrow=base | days,
    )


def _days(found: Mapping[tuple[int, int], int], base: dict[str, Any]) -> list[Day]:
    uses = {
        (weekday, hour): sum(found.get((weekday, hour + each), 0) for each in range(HOURS))
        for weekday in range(1, 8)
        for hour in range(0, 24, HOURS)
    }
    most = max(uses.values())
    return [
        Day(
            name=str(WEEKDAYS[weekday - 1]),
            short=str(WEEKDAYS_ABBR[weekday - 1]),
            fields=[
                _field(uses[weekday, hour], most, hour,
                       base | {"weekday": weekday, "hour": hour, "hours": HOURS})
                for hour in range(0, 24, HOURS)
            ],
        )
        for weekday in range(1, 8)
    ]  # fmt: skip


def _field(uses: int, most: int, hour: int, narrow: dict[str, Any]) -> Field:
    level = -(-_LEVELS * uses // max(most, _LEVELS))
    return Field(hour=hour, uses=uses, level=level, narrow=narrow)


def _scenarios(
    found: Mapping[UUID, Sum], base: dict[str, Any], *,
    drills: set[UUID], only: bool = False
) -> list[Row]:  # fmt: skip
    wanted = set(found) & drills if only else set(found) - drills
    scenarios = Scenario.objects.filter(pk__in=wanted).only("pk", "slug", "name")
    rest = {name: value for name, value in base.items() if name != "drill"}
    return _by_uses(
        Row(
            name=scenario.name,
            tally=found[scenario.pk].tally(),
            narrow=rest | {"scenario": scenario.slug},
            chosen=f"scenario={scenario.slug}",
        )
        for scenario in scenarios
    )


def _teams(found: Mapping[tuple[int, str], Sum], base: dict[str, Any]) -> list[Row]:
    return _by_uses(
        Row(name=name, tally=each.tally(), narrow=base | {"team": key}, chosen=f"team={key}")
        for (key, name), each in found.items()
    )


def _people(
    asked: Count, found: dict[UUID, Sum], base: dict[str, Any], *, everybody: bool
) -> list[Row]:
    used = {key: each for key, each in found.items() if each.counts["uses"]}
    top = _top(used, None if everybody else TOP)
    asked.mark_people(top)
    people = User.objects.filter(pk__in=top).only("pk", "name", "email")
    return _by_uses(_person(person, top[person.pk], base) for person in people)


def _person(person: User, found: Sum, base: dict[str, Any]) -> Row:
    narrow = base | {"person": person.pk}
    return Row(
        name=str(person), tally=found.tally(), narrow=narrow, chosen=f"person={person.pk}"
    )  # fmt: skip


def _repeated(found: dict[UUID, Sum], base: dict[str, Any]) -> list[Row]:
    often = _top({key: each for key, each in found.items() if each.counts["third"]}, 3)
    people = User.objects.filter(pk__in=often).only("pk", "name", "email")
    return _by_uses(_person(person, often[person.pk], base) for person in people)


def _targets(asked: Count, base: dict[str, Any], *, everybody: bool) -> list[Row]:
    top = _top(asked.targets(), None if everybody else TOP)
    if everybody:
        asked.mark_targets(top)
    targets = Target.objects.filter(pk__in=top).only("pk", "slug", "name")
    return _by_uses(
        Row(
            name=target.name,
            tally=top[target.pk].tally(),
            narrow=base | {"target": target.slug},
            chosen=f"target={target.slug}",
        )
        for target in targets
    )


def _top(found: dict[UUID, Sum], count: int | None) -> dict[UUID, Sum]:
    ordered = sorted(found, key=lambda key: (-found[key].counts["uses"], key))
    return {key: found[key] for key in ordered[:count]}


def _by_uses(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.tally.uses, row.name))


def _kinds(found: Mapping[str, int], base: dict[str, Any]) -> list[Kind]:
    labels = dict(Finding.Kind.choices)
    rows = [
        Kind(key=kind, name=str(labels.get(kind, kind)), count=count,
             narrow={"tab": "all", **base, "kind": kind})
        for kind, count in found.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.count, row.name))


def _approvers(asked: Count, period: Period) -> list[Approver]:
    """Return how people answered; the filters of their cases are those of time and scenario."""
    found = asked.answers()
    people = User.objects.only("pk", "name", "email").in_bulk([each.approver for each in found])
    base = filters(period, Narrow(scenario=asked.narrow.scenario))
    return [
        Approver(
            name=str(people[each.approver]), answers=each.answers, quick=each.quick,
            noes=each.noes, mean=each.mean, narrow=base | {"approver": each.approver},
        )
        for each in found
    ]  # fmt: skip
