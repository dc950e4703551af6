"""Counts cases and their times in PostgreSQL: one pass gives every grouping that a page shows.

A case belongs to the moment at which it was asked for, so that all figures of a period are about
the same cases and a list of cases can show exactly them. Django's ORM has no grouping sets;
asking once for each table of the page would read the period eight times.

Nothing of a case is older than the case. That its parts are asked for from the same moment on says
nothing new, and lets an index find them among those of all years.
"""

import dataclasses
import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from breakglass.models import Permit, Request, Scenario

_CASES = """
WITH opened AS (
    SELECT "grant", min(opened_at) AS at FROM targets_door
    WHERE created_at >= %(since)s AND opened_at IS NOT NULL GROUP BY "grant"
), cases AS MATERIALIZED (
    SELECT r."case" AS number, r.scenario_id AS scenario, r.requester_id AS person,
        r.submitted_at AT TIME ZONE %(zone)s AS local, g.activated_at IS NOT NULL AS used,
        r.urgency = 'break_glass' AS glass, r.ratification, v.state <> 'closed' AS owed,
        CASE v.state WHEN 'closed' THEN v.closed_at > v.due_at
            ELSE v.due_at <= %(now)s END AS late,
        CASE WHEN r.urgency = 'normal' AND r.state IN ('approved', 'denied')
            THEN date_part('epoch', r.decided_at - r.submitted_at) END AS decision,
        CASE WHEN opened.at IS NOT NULL THEN greatest(0,
            date_part('epoch', opened.at - greatest(r.submitted_at, r.starts_at))) END
            AS access
    FROM breakglass_request r
    JOIN breakglass_scenario s ON s.id = r.scenario_id
    LEFT JOIN breakglass_grant g ON g.request_id = r.id AND g.starts_at >= %(since)s
    LEFT JOIN opened ON opened."grant" = g.id
    LEFT JOIN reviews_review v ON v.grant_id = g.id AND v.owed_at >= %(since)s
    WHERE r.extends_id IS NULL AND r.submitted_at >= %(since)s AND r.submitted_at < %(until)s
        AND CASE WHEN %(scenario)s::uuid IS NULL THEN NOT s.drill ELSE s.id = %(scenario)s END
)
"""
_FIGURES = """
    count(*) AS cases,
    count(*) FILTER (WHERE used) AS uses,
    count(*) FILTER (WHERE used AND glass) AS glass,
    count(*) FILTER (WHERE ratification IN ('ratified', 'refused')) AS ratified,
    count(*) FILTER (WHERE ratification = 'overdue') AS silent,
    count(*) FILTER (WHERE ratification = 'pending') AS unratified,
    count(*) FILTER (WHERE NOT owed AND NOT late) AS punctual,
    count(*) FILTER (WHERE NOT owed AND late) AS late,
    count(*) FILTER (WHERE owed AND late) AS overdue,
    count(*) FILTER (WHERE owed AND NOT late) AS waiting,
    count(decision) AS decided,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY decision) AS decision,
    count(access) AS opened,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY access) AS access
"""
_PARTS = {
    # everything, each day, week or month, each scenario, each person, each field of the heat map
    "grouped": f"""
        SELECT grouping(step, scenario, person, weekday) AS which, step, scenario, person, weekday,
            hour, {_FIGURES}
        FROM (SELECT *, date_trunc(%(step)s, local)::date AS step,
            date_part('isodow', local)::int AS weekday,
            date_part('hour', local)::int / 2 * 2 AS hour FROM cases) AS cases
        GROUP BY GROUPING SETS ((), (step), (scenario), (person), (weekday, hour))""",  # noqa: S608 - this and the rest are made of constants only
    "team": f"""
        SELECT team.id, team.name, {_FIGURES} FROM cases
        JOIN accounts_user_groups member ON member.user_id = cases.person
            AND (member.until IS NULL OR member.until > now())
        JOIN auth_group team ON team.id = member.group_id
        JOIN breakglass_grouppermit permit
            ON permit.group_id = team.id AND permit.content_object_id = cases.scenario
        JOIN auth_permission permission
            ON permission.id = permit.permission_id AND permission.codename = %(request)s
        GROUP BY team.id, team.name""",  # noqa: S608
    "slowest_decision": """
        SELECT number, decision AS seconds FROM cases WHERE decision IS NOT NULL
        ORDER BY decision DESC, number DESC LIMIT 1""",
    "slowest_access": """
        SELECT number, access AS seconds FROM cases WHERE access IS NOT NULL
        ORDER BY access DESC, number DESC LIMIT 1""",
    # a third use within a week of the first; how often in the whole period
    "repeated": """
        SELECT person, count(*) AS uses FROM (
            SELECT person, local - lag(local, 2) OVER (PARTITION BY person ORDER BY local) AS apart
            FROM cases WHERE used) AS used
        GROUP BY person HAVING min(apart) <= interval '7 days' ORDER BY uses DESC, person""",
}
# The cases are read once; each part is told as JSON, so that all fit into one answer.
_EVERYTHING = _CASES + " UNION ALL ".join(
    f"SELECT '{part}', to_jsonb(part) FROM ({statement}) AS part"  # noqa: S608
    for part, statement in _PARTS.items()
)
_WHICH = {15: "whole", 7: "step", 11: "scenario", 13: "person", 14: "hour"}


@dataclasses.dataclass(frozen=True)
class Times:
    """How long something took: in half of the cases, and in nine of ten."""

    median: timedelta | None = None
    most: timedelta | None = None


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
    decided: int = 0  # answered before anything started
    decision: Times = Times()
    opened: int = 0  # a door was opened
    access: Times = Times()

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


@dataclasses.dataclass(frozen=True)
class Scope:
    """Which cases are counted: those of one scenario, or of all that are no drills."""

    since: datetime
    until: datetime
    scenario: Scenario | None = None
    now: datetime | None = None  # where that is not the end

    @property
    def values(self) -> dict[str, Any]:
        """What the statements take."""
        return {
            "since": self.since,
            "until": self.until,
            "now": self.now or self.until,
            "zone": str(timezone.get_current_timezone()),
            "scenario": self.scenario.pk if self.scenario else None,
        }


@dataclasses.dataclass
class Counted:
    """The figures of the same cases as a whole and by each way to look at them.

    Teams are those that may ask in the scenario of a case: somebody in two of them counts in both,
    who has left counts in none.
    """

    whole: Tally = dataclasses.field(default_factory=Tally)
    steps: dict[date, Tally] = dataclasses.field(default_factory=dict)
    scenarios: dict[UUID, Tally] = dataclasses.field(default_factory=dict)
    people: dict[UUID, Tally] = dataclasses.field(default_factory=dict)
    hours: dict[tuple[int, int], Tally] = dataclasses.field(default_factory=dict)
    teams: list[tuple[int, str, Tally]] = dataclasses.field(default_factory=list)
    slowest: dict[str, tuple[int, timedelta]] = dataclasses.field(default_factory=dict)
    repeated: list[tuple[UUID, int]] = dataclasses.field(default_factory=list)

    def add(self, part: str, row: dict[str, Any]) -> None:
        """Put one row of the answer in its place."""
        if part == "repeated":
            self.repeated.append((UUID(row["person"]), row["uses"]))
        elif part == "team":
            self.teams.append((row["id"], row["name"], _tally(row)))
        elif part == "grouped":
            self._add(_WHICH[row["which"]], row, _tally(row))
        else:
            which = part.removeprefix("slowest_")
            self.slowest[which] = row["number"], timedelta(seconds=row["seconds"])

    def _add(self, which: str, row: dict[str, Any], tally: Tally) -> None:
        if which == "whole":
            self.whole = tally
        elif which == "step":
            self.steps[date.fromisoformat(row["step"])] = tally
        elif which == "hour":
            self.hours[row["weekday"], row["hour"]] = tally
        else:
            found = self.scenarios if which == "scenario" else self.people
            found[UUID(row[which])] = tally


def count(scope: Scope, *, step: str) -> Counted:
    """Return everything that is counted, in one query; `step` is day, week or month."""
    found = Counted()
    values = scope.values | {"step": step, "request": Permit.REQUEST.value}
    with connection.cursor() as cursor:
        cursor.execute(_EVERYTHING, values)
        for part, row in cursor.fetchall():
            found.add(part, json.loads(row))
    return found


def uses(scope: Scope) -> Tally:
    """Return only how many uses there were, and how many of them by breaking the glass."""
    rows = Request.objects.cases().filter(
        grant__activated_at__isnull=False,
        grant__starts_at__gte=scope.since,
        submitted_at__gte=scope.since,
        submitted_at__lt=scope.until,
    )
    of = {"scenario": scope.scenario} if scope.scenario else {"scenario__drill": False}
    glass = Q(urgency=Request.Urgency.BREAK_GLASS)
    counted = rows.filter(**of).aggregate(uses=Count("pk"), glass=Count("pk", filter=glass))
    return Tally(**counted)


_COUNTS = [field.name for field in dataclasses.fields(Tally) if field.default == 0]


def _tally(row: dict[str, Any]) -> Tally:
    counts = {name: row[name] for name in _COUNTS}
    return Tally(**counts, decision=_times(row["decision"]), access=_times(row["access"]))


def _times(seconds: list[float] | None) -> Times:
    return Times(*(timedelta(seconds=each) for each in seconds or ()))
