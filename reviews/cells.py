"""Counts the cases of one span into its cells: one statement, whatever becomes of them later.

A case belongs to the moment at which it was asked for, so that all figures of a period are about
the same cases and a list of cases can show exactly them. Counting again gives the same, or what
has become right since: a span is never added to, only counted anew.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from breakglass.models.decision import ASKED_AT
from breakglass.narrowing import QUICK
from reviews.bins import EDGES
from reviews.models.judged import Gravity
from reviews.models.span import EVERY

DECISION, ACCESS, HOUR = 0, 1000, 2000  # where the marks of each kind begin
HOURS = 168  # of a week, Monday's first is 0

# Nothing of a case is older than the case; a third use within a week looks a week further back.
_CASES = """
WITH used AS (
    SELECT r.id, r.submitted_at - lag(r.submitted_at, 2) OVER (
        PARTITION BY r.requester_id, s.drill ORDER BY r.submitted_at, r."case") AS apart
    FROM breakglass_request r
    JOIN breakglass_scenario s ON s.id = r.scenario_id
    JOIN breakglass_grant g ON g.request_id = r.id AND g.activated_at IS NOT NULL
    WHERE r.extends_id IS NULL AND r.submitted_at < %(until)s
        AND r.submitted_at >= %(since)s::timestamptz - interval '7 days'
), cases AS MATERIALIZED (
    SELECT r.id, r."case" AS number, r.scenario_id AS scenario, r.requester_id AS person,
        r.submitted_at AT TIME ZONE %(zone)s AS local, g.activated_at IS NOT NULL AS used,
        r.urgency = 'break_glass' AS glass, r.ratification, v.state <> 'closed' AS owed,
        v.verdict = 'misuse' AS misuse, v.due_at,
        CASE v.state WHEN 'closed' THEN v.closed_at > v.due_at
            ELSE v.due_at <= %(at)s END AS late,
        CASE WHEN r.urgency = 'normal' AND r.state IN ('approved', 'denied')
            THEN date_part('epoch', r.decided_at - r.submitted_at) END AS decision,
        CASE WHEN door.opened_at IS NOT NULL THEN greatest(0,
            date_part('epoch', door.opened_at - greatest(r.submitted_at, r.starts_at))) END
            AS access,
        coalesce(used.apart <= interval '7 days', false) AS third, w.id IS NOT NULL AS waived,
        v.gravity = ANY(%(startling)s) AS startling
    FROM breakglass_request r
    LEFT JOIN breakglass_grant g ON g.request_id = r.id
    LEFT JOIN LATERAL (
        SELECT min(opened_at) AS opened_at FROM targets_door WHERE "grant" = g.id) door ON true
    LEFT JOIN reviews_review v ON v.grant_id = g.id
    LEFT JOIN used ON used.id = r.id
    LEFT JOIN breakglass_waiver w ON w.request_id = r.id
    WHERE r.extends_id IS NULL AND r.submitted_at >= %(since)s AND r.submitted_at < %(until)s
), findings AS MATERIALIZED (
    SELECT cases.id, f.kind, f.state = 'open' AS open
    FROM cases JOIN reviews_finding f ON f.case_id = cases.id
), found AS (
    SELECT id, count(*) AS found, count(*) FILTER (WHERE open) AS unresolved
    FROM findings GROUP BY id
), places AS (
    SELECT cases.id, t.target
    FROM cases CROSS JOIN LATERAL (
        SELECT %(every)s::uuid AS target UNION ALL
        SELECT target_id FROM breakglass_request_targets WHERE request_id = cases.id) t
), named AS MATERIALIZED (
    SELECT cases.id, cases.scenario, p.person, places.target
    FROM cases JOIN places USING (id)
    CROSS JOIN LATERAL (VALUES (cases.person), (%(every)s::uuid)) p (person)
), tallies AS (
    SELECT scenario, person, target,
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
        count(*) FILTER (WHERE misuse AND NOT owed) AS misuse,
        count(decision) AS decided,
        count(access) AS opened,
        count(*) FILTER (WHERE third) AS third,
        count(*) FILTER (WHERE waived) AS waived,
        count(*) FILTER (WHERE startling) AS startling,
        coalesce(sum(found.found), 0)::int AS found,
        coalesce(sum(found.unresolved), 0)::int AS unresolved,
        coalesce(sum(decision), 0) AS decision_seconds,
        coalesce(sum(access), 0) AS access_seconds,
        max(ARRAY[decision, number]) FILTER (WHERE decision IS NOT NULL) AS slowest_decision,
        max(ARRAY[access, number]) FILTER (WHERE access IS NOT NULL) AS slowest_access
    FROM named JOIN (SELECT id, number, used, glass, ratification, owed, late, misuse, decision,
        access, third, waived, startling FROM cases) AS cases USING (id) LEFT JOIN found USING (id)
    GROUP BY scenario, person, target
), marked AS (
    SELECT named.scenario, named.person, named.target, m.mark, count(*) AS n
    FROM named JOIN cases USING (id)
    CROSS JOIN LATERAL (VALUES
        (%(decision)s + width_bucket(decision, %(edges)s::float8[])),
        (%(access)s + width_bucket(access, %(edges)s::float8[])),
        (CASE WHEN used THEN %(hour)s + (date_part('isodow', local)::int - 1) * 24
            + date_part('hour', local)::int END)
    ) m (mark)
    WHERE m.mark IS NOT NULL
    GROUP BY named.scenario, named.person, named.target, m.mark
), packed AS (
    SELECT scenario, person, target, array_agg(mark::smallint ORDER BY mark) AS marks,
        array_agg(n::int ORDER BY mark) AS counts
    FROM marked GROUP BY scenario, person, target
), sorts AS (
    SELECT scenario, person, target, jsonb_object_agg(kind, n) AS kinds
    FROM (SELECT scenario, person, target, kind, count(*) AS n
        FROM named JOIN findings USING (id) GROUP BY scenario, person, target, kind) AS kinds
    GROUP BY scenario, person, target
), fresh AS MATERIALIZED (
    SELECT tallies.*, coalesce(marks, '{}') AS marks, coalesce(counts, '{}') AS counts, kinds
    FROM tallies LEFT JOIN packed USING (scenario, person, target)
    LEFT JOIN sorts USING (scenario, person, target)
)"""
COUNTS = (
    "cases", "uses", "glass", "ratified", "silent", "unratified", "punctual", "late", "overdue",
    "waiting", "misuse", "decided", "opened", "third", "waived", "startling", "found",
    "unresolved",
)  # fmt: skip
_COLUMNS = (
    "scenario", "person", "target", *COUNTS, "decision_seconds", "access_seconds",
    "slowest_decision", "slowest_access", "marks", "counts", "kinds",
)  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
# Only what differs is written: the span of today is counted every few seconds. What stands for all
# targets comes first, so that a page that asks for nothing else reads a few blocks.
_CELLS = f"""{_CASES}, gone AS (
    DELETE FROM reviews_cell c WHERE span_id = %(span)s AND NOT EXISTS (
        SELECT FROM fresh f WHERE (f.scenario, f.person, f.target)
            = (c.scenario, c.person, c.target))
), told AS (
    UPDATE reviews_span SET counted_at = %(at)s, stale = false,
        turns_at = (SELECT min(due_at) FROM cases WHERE owed AND NOT late)
    WHERE id = %(span)s
)
INSERT INTO reviews_cell AS c (span_id, {_NAMES}) SELECT %(span)s, {_NAMES} FROM fresh
ORDER BY target, person
ON CONFLICT (span_id, person, target, scenario)
DO UPDATE SET ({_NAMES}) = ROW({", ".join(f"excluded.{name}" for name in _COLUMNS)})
WHERE ({", ".join(f"c.{name}" for name in _COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _COLUMNS)})"""  # noqa: S608 - made of constants only
_ASKED_AT = ASKED_AT.format("d.request_id", "d.step", "d.decided_at", "r.submitted_at")
_ANSWERS = f"""
WITH fresh AS MATERIALIZED (
    SELECT r.scenario_id AS scenario, d.by_id AS approver, count(*) AS answers,
        count(*) FILTER (WHERE d.kind IN ('approve', 'ratify')
            AND d.decided_at < asked.at + %(quick)s) AS quick,
        count(*) FILTER (WHERE d.kind IN ('deny', 'refuse')) AS noes,
        sum(date_part('epoch', d.decided_at - asked.at)) AS seconds
    FROM breakglass_request r JOIN breakglass_decision d ON d.request_id = r.id
    CROSS JOIN LATERAL (SELECT {_ASKED_AT} AS at) asked
    WHERE r.extends_id IS NULL AND r.submitted_at >= %(since)s AND r.submitted_at < %(until)s
    GROUP BY r.scenario_id, d.by_id
), gone AS (
    DELETE FROM reviews_answers a WHERE span_id = %(span)s AND NOT EXISTS (
        SELECT FROM fresh f WHERE (f.scenario, f.approver) = (a.scenario, a.approver))
)
INSERT INTO reviews_answers AS a
    (span_id, scenario, approver, answers, quick, noes, seconds)
SELECT %(span)s, scenario, approver, answers, quick, noes, seconds FROM fresh
ON CONFLICT (span_id, scenario, approver) DO UPDATE
SET (answers, quick, noes, seconds)
    = ROW(excluded.answers, excluded.quick, excluded.noes, excluded.seconds)
WHERE (a.answers, a.quick, a.noes, a.seconds)
    IS DISTINCT FROM (excluded.answers, excluded.quick, excluded.noes, excluded.seconds)"""  # noqa: S608 - made of constants only


def count(span: int, *, since: datetime, until: datetime, zone: str, at: datetime) -> None:
    """Count a span as things stand at `at`; the caller holds the lock of its row."""
    values: dict[str, Any] = {
        "span": span, "since": since, "until": until, "zone": zone, "at": at, "every": EVERY,
        "edges": list(EDGES), "decision": DECISION, "access": ACCESS, "hour": HOUR, "quick": QUICK,
        "startling": [each for each in Gravity if each.startles],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, values)
        cursor.execute(_ANSWERS, values)
