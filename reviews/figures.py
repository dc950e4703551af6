"""The figures of the dashboard: what was counted, named, and with the way to its cases."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from accounts.models import User
from breakglass.models import Scenario
from reviews import counting
from reviews.counting import Scope, Tally
from reviews.models import Finding
from reviews.periods import Period, Step

HOURS = 2  # in one field of the heat map
_LEVELS = 4  # of its colour; a single use is never the strongest


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Narrowed:
    """What has a list of its own: `narrow` are the filters by which it shows these cases."""

    narrow: dict[str, Any]

    @property
    def query(self) -> str:
        """The filters as they stand in an address; most of the many are never drawn."""
        return urlencode(self.narrow)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row(_Narrowed):
    """One line of a table: its figures, and the way to its cases."""

    name: str
    tally: Tally
    findings: int = 0  # open ones
    short: str = ""  # its name on an axis


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
class Figures:
    """Everything that the dashboard shows of one period."""

    period: Period
    query: str
    total: Tally
    before: Tally
    slowest: dict[str, Any]
    repeated: list[tuple[UUID, int]]  # who had access three times within a week, and how often
    opened: int  # findings of the period
    open: int  # findings now
    steps: list[Row]
    days: list[Day]
    scenarios: list[Row]
    teams: list[Row]
    people: list[Row]

    @property
    def findings_query(self) -> str:
        """The filters by which the list of findings shows those of the period."""
        until = {"opened_until": self.period.last.isoformat()} if self.period.is_over else {}
        return urlencode({"tab": "all", "opened": self.period.first.isoformat(), **until})

    @property
    def more(self) -> int:
        """How many uses more than in the period before; fewer when negative."""
        return self.total.uses - self.before.uses

    @property
    def fewer(self) -> int:
        """How many uses fewer than in the period before."""
        return -self.more

    @property
    def peak(self) -> Peak | None:
        """The one field with most uses, when there are three at least."""
        fields = [(day, field) for day in self.days for field in day.fields]
        most = max(field.uses for _day, field in fields)
        (day, field), *others = [each for each in fields if each[1].uses == most]
        return None if most < 3 or others else Peak(day=day.name, field=field)


def of(period: Period, scenario: Scenario | None) -> Figures:
    """Return the figures of a period; the number of queries is always the same."""
    scope = Scope(period.since, period.until, scenario, period.now)
    counted, findings = counting.count(scope, step=period.step), _findings(scope)
    base = filters(period, scenario)
    return Figures(
        period=period,
        query=urlencode(base),
        total=counted.whole,
        before=counting.uses(Scope(period.before, period.since, scenario)),
        slowest=counted.slowest,
        repeated=counted.repeated,
        opened=sum(row["opened"] for row in findings.values()),
        open=sum(row["open"] for row in findings.values()),
        steps=[_step(step, counted.steps, base) for step in period.steps()],
        days=_days(counted.hours, base),
        scenarios=_scenarios(counted.scenarios, findings, base),
        teams=_by_uses(
            Row(name=name, tally=tally, narrow=base | {"team": key})
            for key, name, tally in counted.teams
        ),
        people=_people(counted.people, base),
    )


def filters(period: Period, scenario: Scenario | None) -> dict[str, Any]:
    """Return the filters by which a list shows the cases of a period."""
    chosen = {"scenario": scenario.slug} if scenario else {"drill": "no"}
    until = {"until": period.last.isoformat()} if period.is_over else {}
    return {"since": period.first.isoformat(), **until, **chosen}


def _findings(scope: Scope) -> dict[UUID | None, dict[str, int]]:
    """Return how many findings were opened in the period, and are open now, by scenario."""
    lately = Q(opened_at__gte=scope.since, opened_at__lt=scope.until)
    still = Q(state=Finding.State.OPEN)
    rows = Finding.objects.filter(lately | still).order_by().values("case__scenario")
    if scope.scenario:
        rows = rows.filter(case__scenario=scope.scenario)
    counted = rows.annotate(opened=Count("pk", filter=lately), open=Count("pk", filter=still))
    return {
        row["case__scenario"]: {"opened": row["opened"], "open": row["open"]} for row in counted
    }


def _step(step: Step, found: Mapping[Any, Tally], base: dict[str, Any]) -> Row:
    days = {"since": step.first.isoformat(), "until": step.last.isoformat()}
    return Row(
        name=step.title,
        short=step.name,
        tally=found.get(step.first, Tally()),
        narrow=base | days,
    )


def _days(found: Mapping[tuple[int, int], Tally], base: dict[str, Any]) -> list[Day]:
    most = max((tally.uses for tally in found.values()), default=0)
    return [
        Day(
            name=str(WEEKDAYS[weekday]),
            short=str(WEEKDAYS_ABBR[weekday]),
            fields=[
                _field(found.get((weekday + 1, hour), Tally()).uses, most, hour,
                       base | {"weekday": weekday + 1, "hour": hour, "hours": HOURS})
                for hour in range(0, 24, HOURS)
            ],
        )
        for weekday in range(7)
    ]  # fmt: skip


def _field(uses: int, most: int, hour: int, narrow: dict[str, Any]) -> Field:
    level = -(-_LEVELS * uses // max(most, _LEVELS))
    return Field(hour=hour, uses=uses, level=level, narrow=narrow)


def _scenarios(
    found: Mapping[UUID, Tally], findings: Mapping[UUID | None, dict[str, int]],
    base: dict[str, Any],
) -> list[Row]:  # fmt: skip
    open_in = {key: row["open"] for key, row in findings.items() if key and row["open"]}
    scenarios = Scenario.objects.filter(pk__in=[*found, *open_in]).only("pk", "slug", "name")
    rest = {name: value for name, value in base.items() if name != "drill"}
    return _by_uses(
        Row(
            name=scenario.name,
            tally=found.get(scenario.pk, Tally()),
            narrow=rest | {"scenario": scenario.slug},
            findings=open_in.get(scenario.pk, 0),
        )
        for scenario in scenarios
    )


def _people(found: Mapping[UUID, Tally], base: dict[str, Any]) -> list[Row]:
    used = {key: tally for key, tally in found.items() if tally.uses}
    people = User.objects.filter(pk__in=used).only("pk", "name", "email")
    return _by_uses(
        Row(name=str(person), tally=used[person.pk], narrow=base | {"person": person.pk})
        for person in people
    )


def _by_uses(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.tally.uses, row.name))


def sheet(figures: Figures, table: str) -> tuple[list[str], list[list[object]]]:
    """Return one table as a file has it, with its header; times are seconds."""
    if table == "hours":
        header = [_("Weekday"), _("From (hour)"), _("Until (hour)"), _("Uses")]
        return header, [
            [day.name, field.hour, field.hour + HOURS, field.uses]
            for day in figures.days
            for field in day.fields
        ]
    rows: list[Row] = getattr(figures, table)
    return [_TABLES[table](), *_columns()], [_line(row) for row in rows]


_TABLES = {
    "steps": lambda: _("Time"),
    "scenarios": lambda: _("Scenario"),
    "teams": lambda: _("Team"),
    "people": lambda: _("Person"),
}
TABLES = (*_TABLES, "hours")


def _columns() -> list[str]:
    return [
        _("Cases"), _("Uses"), _("Approved first"), _("Glass broken"),
        _("Time to decision, median (s)"), _("Time to decision, 9 of 10 (s)"),
        _("Time to access, median (s)"), _("Time to access, 9 of 10 (s)"),
        _("Ratified in time"), _("Ratification overdue"),
        _("Reviews in time"), _("Reviews late"), _("Reviews overdue"), _("Reviews waiting"),
    ]  # fmt: skip


def _line(row: Row) -> list[object]:
    told = row.tally
    return [
        row.name, told.cases, told.uses, told.approved, told.glass,
        told.decision.median, told.decision.most, told.access.median, told.access.most,
        told.ratified, told.silent, told.punctual, told.late, told.overdue, told.waiting,
    ]  # fmt: skip
