"""Adds up what was counted of days, weeks and months: the figures of a period, however many cases.

Each statement reads the cells of the period's spans and no case. Django's ORM can neither join a
list of spans nor add up arrays.
"""

import copy
import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import User
from breakglass.models import Permit, Scenario
from reviews import bins
from reviews.cells import ACCESS, COUNTS, HOUR, HOURS
from reviews.crews import Members, ensure
from reviews.models.span import EVERY
from reviews.spans import Cover
from targets.models import Target

_EACH = ", ".join(COUNTS) + ", decision_seconds, access_seconds, slowest_decision, slowest_access"
_ADDED = ", ".join(f"sum({name})::int AS {name}" for name in COUNTS) + (
    ", sum(decision_seconds) AS decision_seconds, sum(access_seconds) AS access_seconds"
)
_SLOWEST = "max(slowest_decision) AS slowest_decision, max(slowest_access) AS slowest_access"
_SUMS = f"{_ADDED}, {_SLOWEST}"
# Spans stand in a list and are joined to nothing: else the planner takes hundreds of rows for one.
_CELLS = """
    FROM reviews_cell c
    WHERE c.span_id = ANY(%(spans)s::bigint[]) AND c.scenario = ANY(%(scenarios)s)
        AND c.target = %(target)s AND {person}"""
# A team as a whole has cells of its own.
_CREWS = """
    FROM reviews_crewcell c
    WHERE c.crew_id = ANY(%(crews)s::bigint[]) AND c.scenario = ANY(%(scenarios)s)
        AND c.target = %(target)s"""
# Who is in a team now, and the scenarios in which it may ask.
_TEAMS = """
    SELECT team.id, team.name, member.user_id AS person, permit.content_object_id AS scenario
    FROM auth_group team
    JOIN accounts_user_groups member
        ON member.group_id = team.id AND (member.until IS NULL OR member.until > now())
    JOIN breakglass_grouppermit permit ON permit.group_id = team.id AND permit.permission_id
        = ANY(ARRAY(SELECT id FROM auth_permission WHERE codename = %(request)s))"""
# Of one team they are asked for first: each with each makes a product that indexes can answer.
_OF_TEAM = "c.person = ANY(%(members)s) AND c.scenario = ANY(%(theirs)s)"
_PEOPLE = f"""
    WITH people AS MATERIALIZED (
        SELECT scenario, person, {_ADDED} {{cells}} GROUP BY scenario, person)
    SELECT 'person' AS part, person::text AS key, '' AS name, {_ADDED}
    FROM people GROUP BY person
    UNION ALL
    SELECT 'team', team.id::text, team.name, {_ADDED}
    FROM people JOIN ({_TEAMS}) AS team USING (scenario, person) GROUP BY team.id, team.name"""  # noqa: S608
# How long it took. At which hours stands behind that in each cell, and more than half of it: it is
# cut off before bins are unpacked, and asked of the whole alone, which reads the cells themselves.
_TIMES = "[:width_bucket(%(hour)s::smallint - 1::smallint, marks)]"
_MARKS = f"""
    SELECT {{keys}}, array_agg(mark), array_agg(n) FROM (
        SELECT {{keys}}, mark, sum(n)::int AS n
        FROM (SELECT {{keys}}, unnest(marks{_TIMES}) AS mark, unnest(counts{_TIMES}) AS n
            {{cells}}) AS c
        GROUP BY {{keys}}, mark) AS marks
    GROUP BY {{keys}}"""  # noqa: S608 - made of constants only
_ANSWERS = """
    SELECT approver, sum(answers)::int, sum(quick)::int, sum(noes)::int, sum(seconds)
    FROM reviews_answers
    WHERE span_id = ANY(%(spans)s::bigint[]) AND scenario = ANY(%(scenarios)s)
        AND {approver} GROUP BY approver"""


@dataclasses.dataclass(frozen=True)
class Times:
    """How long something took: in half of the cases, in nine of ten, and on average."""

    median: timedelta | None = None
    most: timedelta | None = None
    mean: timedelta | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tally:
    """What happened in some cases."""

    cases: int = 0
    uses: int = 0  # access was given
    glass: int = 0  # of these: before approval
    ratified: int = 0  # somebody answered in time, yes or no
    silent: int = 0  # nobody did
    unratified: int = 0  # there is still time
    punctual: int = 0  # reviews: closed in time
    late: int = 0  # closed after the deadline
    overdue: int = 0  # open after the deadline
    waiting: int = 0  # open, with time left
    misuse: int = 0  # closed with this verdict
    decided: int = 0  # answered before anything started
    decision: Times = Times()
    opened: int = 0  # a door was opened
    access: Times = Times()
    third: int = 0  # uses that were the person's third within a week
    waived: int = 0  # something was overdue, and somebody said why it cannot wait
    startling: int = 0  # grave or unexplained, by what was done
    found: int = 0  # findings
    unresolved: int = 0  # of these: open

    @property
    def share(self) -> int | None:
        """The percentage of uses that began by breaking the glass."""
        return _percent(self.glass, self.uses)

    @property
    def ratified_share(self) -> int | None:
        """The percentage of ratifications that were answered in time."""
        return _percent(self.ratified, self.ratified + self.silent)

    @property
    def punctual_share(self) -> int | None:
        """The percentage of reviews that were closed in time, of those whose time is over."""
        return _percent(self.punctual, self.punctual + self.late + self.overdue)

    @property
    def approved(self) -> int:
        """How many uses began after approval."""
        return self.uses - self.glass

    @property
    def unused(self) -> int:
        """How many cases came to no access."""
        return self.cases - self.uses


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Narrow:
    """Which cases are counted: of one scenario or of all that are no drills, of one team, person
    or target or of all.
    """

    scenario: Scenario | None = None
    team: Group | None = None
    person: User | None = None
    target: Target | None = None


@dataclasses.dataclass
class Sum:
    """What is being added up of some cells."""

    counts: defaultdict[str, int] = dataclasses.field(default_factory=lambda: defaultdict(int))
    seconds: list[float] = dataclasses.field(default_factory=lambda: [0.0, 0.0])
    slowest: list[tuple[float, int] | None] = dataclasses.field(
        default_factory=lambda: [None, None]
    )
    marks: defaultdict[int, int] = dataclasses.field(default_factory=lambda: defaultdict(int))

    def add(self, row: Sequence[Any]) -> None:
        """Add what stands in a row of `_ADDED` or of `_SUMS`."""
        _more(self.counts, dict(zip(COUNTS, row, strict=False)))
        for which, seconds in enumerate(row[len(COUNTS) : len(COUNTS) + 2]):
            self.seconds[which] += seconds
        self.slow(row[len(COUNTS) + 2 :])

    def slow(self, row: Sequence[Any]) -> None:
        """Remember what took longest, of a row of `_SLOWEST`."""
        for which, slowest in enumerate(row):
            if slowest:
                found = slowest[0], int(slowest[1])
                self.slowest[which] = max(self.slowest[which] or found, found)

    def merge(self, other: "Sum") -> None:
        """Add what another one has added up."""
        _more(self.counts, other.counts)
        _more(self.marks, other.marks)
        for which in range(2):
            self.seconds[which] += other.seconds[which]
            if found := other.slowest[which]:
                self.slowest[which] = max(self.slowest[which] or found, found)

    def mark(self, marks: Iterable[int], counts: Iterable[int]) -> None:
        """Add how many fell into each bin."""
        _more(self.marks, dict(zip(marks, counts, strict=True)))

    def tally(self) -> Tally:
        """Return what was added up."""
        marks = self.marks
        decisions = {mark: count for mark, count in marks.items() if mark < ACCESS}
        accesses = {m - ACCESS: count for m, count in marks.items() if ACCESS <= m < HOUR}
        return Tally(
            **{name: self.counts[name] for name in COUNTS},
            decision=self._times(0, decisions, self.counts["decided"]),
            access=self._times(1, accesses, self.counts["opened"]),
        )

    def _times(self, which: int, found: dict[int, int], count: int) -> Times:
        if not count:
            return Times()
        slowest = self.slowest[which]
        most = slowest[0] if slowest else 0.0
        return Times(
            median=bins.quantile(found, 0.5, most=most),
            most=bins.quantile(found, 0.9, most=most),
            mean=timedelta(seconds=self.seconds[which] / count),
        )

    def hours(self) -> dict[tuple[int, int], int]:
        """Return the uses by weekday (Monday is 1) and hour."""
        return {
            (mark // 24 + 1, mark % 24): self.marks[HOUR + mark]
            for mark in range(HOURS)
            if self.marks[HOUR + mark]
        }


def _more(sums: defaultdict[Any, int], found: Mapping[Any, int]) -> None:
    """Add to each sum what was found; a page does it with thousands of bins."""
    if not sums:
        sums.update(found)
        return
    for key, count in found.items():
        sums[key] += count


@dataclasses.dataclass(frozen=True)
class Answered:
    """How one person answered."""

    approver: UUID
    answers: int
    quick: int
    noes: int
    mean: timedelta


class Count:
    """Asks for the figures of a cover, narrowed; each method is one statement."""

    def __init__(self, cover: Cover, narrow: Narrow) -> None:
        self.narrow = narrow
        self.team = Members.of(narrow.team)[0] if narrow.team else None
        scenarios = Scenario.objects.values_list("pk", "drill")
        chosen = narrow.scenario
        self.drills = {pk for pk, drill in scenarios if drill and not chosen}
        self.values: dict[str, Any] = {
            "scenarios": [chosen.pk] if chosen else [pk for pk, _ in scenarios],
            "target": narrow.target.pk if narrow.target else EVERY,
            "person": narrow.person.pk if narrow.person else EVERY,
            "members": self.team.people if self.team else [],
            "theirs": self.team.scenarios if self.team else [],
            "every": EVERY,
            "hour": HOUR,
            "request": Permit.REQUEST.value,
        }
        self.values |= self._spans(cover)

    def over(self, cover: Cover) -> "Count":
        """Return the same question about other spans."""
        other = copy.copy(self)
        other.values = self.values | self._spans(cover)
        return other

    def _spans(self, cover: Cover) -> dict[str, Any]:
        spans = [span for span, _ in cover]
        if not self.team or self.narrow.person:
            return {"spans": spans, "steps": dict(cover)}
        crews = ensure(spans, self.team)
        steps = {crews[span]: step for span, step in cover}
        return {"spans": spans, "crews": list(steps), "steps": steps}

    def steps(self) -> dict[tuple[date, UUID], Sum]:
        """Return what happened by step and scenario, drills among them."""
        cells = self._cells()
        found: dict[tuple[date, UUID], Sum] = {}
        of = "crew_id" if cells is _CREWS else "span_id"
        # One cell each as a rule: there is little for the database to add up.
        for span, scenario, marks, counts, *row in self._ask(
            f"SELECT {of}, scenario, marks, counts, {_EACH} {cells}"
        ):
            each = found.setdefault((self.values["steps"][span], scenario), Sum())
            each.add(row)
            each.mark(marks, counts)
        return found

    def whole(self) -> Sum:
        """Return what happened altogether, without drills; of how long it took, only averages."""
        cells = self._cells()
        found = Sum()
        for row in self._ask(f"SELECT {_SUMS} {cells}", drills=False):
            if row[0] is not None:
                found.add(row)
        for _every, marks, counts in self._ask(
            _MARKS.format(keys="target", cells=cells), drills=False
        ):
            found.mark(marks, counts)
        return found

    def kinds(self) -> dict[str, int]:
        """Return the number of findings of each kind."""
        cells = self._cells()
        return dict(
            self._ask(
                f"SELECT key, sum(value::int)::int FROM (SELECT kinds {cells}"  # noqa: S608
                " AND kinds IS NOT NULL) AS c, jsonb_each_text(kinds) GROUP BY key",
                drills=False,
            )
        )

    def people(self) -> tuple[dict[UUID, Sum], dict[tuple[int, str], Sum]]:
        """Return what happened by person, and by team."""
        people: dict[UUID, Sum] = {}
        teams: dict[tuple[int, str], Sum] = {}
        cells = _CELLS.format(person=self._person(named=True))
        for part, key, name, *row in self._ask(_PEOPLE.format(cells=cells), drills=False):
            if part == "person":
                people.setdefault(UUID(key), Sum()).add(row)
            else:
                teams.setdefault((int(key), name), Sum()).add(row)
        return people, teams

    def targets(self) -> dict[UUID, Sum]:
        """Return what happened by target; a case with two of them counts in both."""
        found: dict[UUID, Sum] = {}
        for target, *row in self._ask(
            f"SELECT target, {_SUMS} {self._of_targets()} GROUP BY target", drills=False
        ):  # fmt: skip
            found.setdefault(target, Sum()).add(row)
        return found

    def mark_people(self, people: dict[UUID, Sum]) -> None:
        """Add how long it took to what is known of some people."""
        cells = _CELLS.format(person=f"{self._person(named=True)} AND c.person = ANY(%(some)s)")
        self._mark("person", people, cells)
        # Asked of these alone: the longest of everybody costs as much as all sums.
        longest = f"SELECT person, {_SLOWEST} {cells} GROUP BY person"
        for person, *row in self._ask(longest, drills=False, some=list(people)):
            people[person].slow(row)

    def mark_targets(self, targets: dict[UUID, Sum]) -> None:
        """Add how long it took to what is known of some targets."""
        self._mark("target", targets, f"{self._of_targets()} AND c.target = ANY(%(some)s)")

    def _mark(self, key: str, sums: dict[UUID, Sum], cells: str) -> None:
        statement = _MARKS.format(keys=key, cells=cells)
        for each, marks, counts in self._ask(statement, drills=False, some=list(sums)):
            sums[each].mark(marks, counts)

    def answers(self) -> list[Answered]:
        """Return how people answered, those with most quick answers first.

        Of a person or a team it is told how they answered; a target makes no difference.
        """
        approver = "true"
        if self.narrow.person:
            approver = "approver = %(person)s"
        elif self.narrow.team:
            approver = "approver = ANY(%(members)s)"
        rows = self._ask(_ANSWERS.format(approver=approver), drills=False)
        found = [
            Answered(approver, answers, quick, noes, timedelta(seconds=seconds / answers))
            for approver, answers, quick, noes, seconds in rows
        ]
        return sorted(found, key=lambda each: (-each.quick, -each.answers, each.approver))

    def _person(self, *, named: bool = False) -> str:
        """Return the condition on a cell's person: everybody's cells, or those of somebody."""
        if self.narrow.person:
            return f"c.person = %(person)s{f' AND {_OF_TEAM}' if self.team else ''}"
        if self.team:
            return _OF_TEAM
        return "c.person <> %(every)s" if named else "c.person = %(every)s"

    def _cells(self) -> str:
        """Return where it stands what all did together whom it is about."""
        if self.team and not self.narrow.person:
            return _CREWS
        return _CELLS.format(person=self._person())

    def _of_targets(self) -> str:
        cells = self._cells()
        if self.narrow.target:
            return cells
        return cells.replace("c.target = %(target)s", "c.target <> %(every)s")

    def _ask(self, statement: str, *, drills: bool = True, **values: Any) -> list[tuple[Any, ...]]:
        given = {**self.values, **values}
        del given["steps"]
        if not drills:
            given["scenarios"] = [pk for pk in given["scenarios"] if pk not in self.drills]
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
