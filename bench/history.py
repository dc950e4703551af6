"""Years of cases and a long record, made by SQL and COPY: for page times, not for the demo.

Every entry is hashed, and grows the tree, as the sequencer does it: `verify_log` accepts them.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from audit import leaf, log, tiles, tree
from audit.models import State
from bench.ground import unguarded
from tests.ledger import lifted, restored

_KINDS = (
    "request.submitted", "decision.approved", "request.approved", "grant.activated",
    "door.opening", "door.opened", "credentials.issued", "action.performed", "grant.expired",
    "door.closed",
)  # fmt: skip
_DAY = 86_400

_REQUESTS = """
INSERT INTO breakglass_request (
    id, "case", scenario_id, version_id, requester_id, filed_by_id, justification, reference,
    intent, minutes, read_only, urgency, coach_score, submitted_at, lapse_at, state, decided_at,
    escalated_to, ratification, ratify_by, ratified_at)
SELECT md5('request' || n)::uuid, nextval('breakglass_case'), s.id, v.id, p.id, p.id,
    'Checkout fails for customers since ' || n || '; I will end the blocking session.',
    'INC-' || n, '', 30, false,
    CASE WHEN n %% 3 = 0 THEN 'break_glass' ELSE 'normal' END, 60 + n %% 40,
    t.at, t.at + interval '4 hours',
    CASE WHEN n %% 3 = 0 THEN 'activated' ELSE 'approved' END, t.answered, 1,
    CASE WHEN n %% 3 = 0 THEN 'ratified' ELSE 'not_required' END,
    CASE WHEN n %% 3 = 0 THEN t.at + interval '1 hour' END,
    CASE WHEN n %% 3 = 0 THEN t.at + interval '9 minutes' END
FROM generate_series(1, %(cases)s) AS n
CROSS JOIN LATERAL (
    SELECT at, at + (4 + n::bigint * 7919 %% 1800) * interval '1 second' AS answered
    FROM (SELECT %(now)s - (%(cases)s - n) * %(gap)s AS at) AS asked) t
JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS k FROM breakglass_scenario) s
    ON s.k = n %% %(scenarios)s
JOIN breakglass_scenarioversion v ON v.scenario_id = s.id
JOIN (SELECT u.id, row_number() OVER (ORDER BY u.email) - 1 AS k FROM accounts_user u
      WHERE u.email LIKE 'person%%') p ON p.k = (n * 31 + n / 7) %% %(people)s
"""

_GRANTS = """
INSERT INTO breakglass_grant (
    id, request_id, holder_id, scenario_id, read_only, break_glass, status, starts_at, ends_at,
    activated_at, ended_at, end_reason)
SELECT md5('grant' || r."case")::uuid, r.id, r.requester_id, r.scenario_id, false,
    r.urgency = 'break_glass', 'expired', r.submitted_at, r.submitted_at + interval '30 minutes',
    r.submitted_at, r.submitted_at + interval '30 minutes', ''
FROM breakglass_request r
"""

_DECISIONS = """
INSERT INTO breakglass_decision (
    request_id, by_id, kind, step, group_id, comment, decided_at, read_only, answer)
SELECT r.id, %(approver)s, CASE r.state WHEN 'activated' THEN 'ratify' ELSE 'approve' END, 1,
    %(group)s, '', r.decided_at, false, ''
FROM breakglass_request r
"""

_TARGETS = (
    """INSERT INTO breakglass_request_targets (request_id, target_id)
    SELECT r.id, t.id FROM breakglass_request r
    JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS k, count(*) OVER () AS n
        FROM targets_target) t ON t.k = (r."case" * 13 + r."case" / 11) % t.n""",
    """INSERT INTO breakglass_grant_targets (grant_id, target_id)
    SELECT g.id, t.target_id FROM breakglass_grant g
    JOIN breakglass_request_targets t ON t.request_id = g.request_id""",
    """INSERT INTO targets_door (
        id, "grant", holder, "case", target_id, read_only, state, handle, created_at, starts_at,
        until, opened_at, closing_at, closed_at, verified_at, collected_at, attempts,
        next_attempt_at, last_error)
    SELECT md5('door' || r."case")::uuid, g.id,
        'user:' || replace(g.holder_id::text, '-', ''),
        'request:' || replace(r.id::text, '-', ''), t.target_id, false, 'closed',
        'bg_' || substr(md5('door' || r."case"), 1, 16), g.starts_at, g.starts_at, g.ends_at,
        g.starts_at + r."case" * 104729 % 90 * interval '1 second',
        g.ends_at, g.ends_at, g.ends_at, g.ends_at, 0, g.ends_at, ''
    FROM breakglass_grant g JOIN breakglass_request r ON r.id = g.request_id
    JOIN breakglass_grant_targets t ON t.grant_id = g.id""",
)

_REVIEWS = """
INSERT INTO reviews_review (id, grant_id, request_id, asked_at, scenario_id, holder_id, state,
    owed_at, due_at, reviewer_id, started_at, concluded_at, closed_at, verdict, comment, reminded,
    gravity)
SELECT md5('review' || r."case")::uuid, g.id, r.id, r.submitted_at, g.scenario_id, g.holder_id,
    CASE WHEN r."case" %% 50 = 0 THEN 'due' ELSE 'closed' END, g.ends_at,
    g.ends_at + interval '3 days',
    CASE WHEN r."case" %% 50 <> 0 THEN %(reviewer)s::uuid END,
    CASE WHEN r."case" %% 50 <> 0 THEN g.ends_at + interval '1 day' END,
    CASE WHEN r."case" %% 50 <> 0 THEN g.ends_at + interval '1 day' END,
    CASE WHEN r."case" %% 50 <> 0 THEN g.ends_at + interval '1 day' END,
    CASE WHEN r."case" %% 50 <> 0 THEN 'justified' ELSE '' END, '', 0,
    r."case" / 50 %% 6
FROM breakglass_grant g JOIN breakglass_request r ON r.id = g.request_id
"""

_FINDINGS = """
INSERT INTO reviews_finding (id, kind, severity, subject, case_id, text, state, opened_at,
    opened_by_id, resolution, resolved_at, resolved_by_id, reminded)
SELECT md5('finding' || r."case")::uuid,
    CASE WHEN r."case" %% 3 = 0 THEN 'other' ELSE 'outside_plan' END, 'medium',
    'grant:' || replace(g.id::text, '-', ''), r.id, 'A dump.',
    CASE WHEN r."case" %% 800 = 0 THEN 'open' ELSE 'explained' END,
    g.ends_at + interval '1 day', %(reviewer)s::uuid,
    CASE WHEN r."case" %% 800 = 0 THEN '' ELSE 'For the vendor.' END,
    CASE WHEN r."case" %% 800 <> 0 THEN g.ends_at + interval '2 days' END,
    CASE WHEN r."case" %% 800 <> 0 THEN %(reviewer)s::uuid END, 0
FROM breakglass_grant g JOIN breakglass_request r ON r.id = g.request_id WHERE r."case" %% 40 = 0
"""

_TABLES = (
    "breakglass_request", "breakglass_request_targets", "breakglass_grant",
    "breakglass_grant_targets", "breakglass_decision", "targets_door", "reviews_review",
    "reviews_finding",
)  # fmt: skip


def make(*, cases: int, entries: int, now: datetime, **names: Any) -> None:
    """Fill the tables: `cases` over three years up to `now`, `entries` spread over them."""
    values: dict[str, Any] = {
        "cases": cases,
        "now": now,
        "gap": timedelta(days=3 * 365) / cases,
        **names,
    }
    with connection.cursor() as cursor:
        with unguarded(*_TABLES):
            for statement in (_REQUESTS, _GRANTS, _DECISIONS, *_TARGETS, _REVIEWS, _FINDINGS):
                cursor.execute(statement, values if "%(" in statement else None)
        if entries:
            cursor.execute('SELECT id FROM breakglass_request ORDER BY "case"')
            _record([row[0] for row in cursor.fetchall()], entries)
        cursor.execute("VACUUM ANALYZE")


def _record(keys: list[uuid.UUID], entries: int) -> None:
    """Write entries and payloads by COPY, below the triggers that keep others from it."""
    raw = connection.connection
    for statement in lifted():
        raw.execute(statement)
    before = State.objects.get().tree
    rows = list(_entries(keys, entries, start=before.size))
    with raw.cursor() as writer:
        with writer.copy(
            "COPY audit_entry (seq, event_id, leaf, leaf_hash, kind, actor, subject,"
            ' "case", version, at, occurred_at) FROM STDIN'
        ) as copy:
            for row, _ in rows:
                copy.write_row(row)
        with writer.copy("COPY audit_payload (entry_id, part, salt, body) FROM STDIN") as copy:
            for _, payload in rows:
                copy.write_row(payload)
    grown, filled = tree.grow(before, [row[3] for row, _ in rows], tiles.read)
    for tile in filled:
        raw.execute(
            "INSERT INTO audit_tile (level, index, data) VALUES (%s, %s, %s)"
            " ON CONFLICT (level, index) DO UPDATE SET data = excluded.data",
            [tile.level, tile.index, tile.data],
        )
    raw.execute(
        "UPDATE audit_state SET size = %s, frontier = %s, last_at = %s",
        [grown.size, bytes(grown), rows[-1][0][9]],
    )
    for statement in restored():
        raw.execute(statement)


def _entries(
    keys: list[uuid.UUID], count: int, *, start: int
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    chance = random.Random(1)
    at = datetime.now(UTC) - timedelta(days=3 * 365)
    step = timedelta(days=3 * 365) / count
    before, version = None, 0
    for seq in range(start, start + count):
        at += step
        key = keys[(seq - start) * len(keys) // count]
        before, version = key, version + 1 if key == before else 1
        kind = _KINDS[(version - 1) % len(_KINDS)]
        event_id, case = uuid.UUID(int=chance.getrandbits(128)), f"request:{key.hex}"
        body, salt = leaf.canonical({"target": "shop-db", "n": seq}), chance.randbytes(32)
        occurred = leaf.microseconds(at)
        envelope = {
            "actor": log.SYSTEM,
            "at": occurred,
            "case": case,
            "ev": kind,
            "id": event_id.hex,
            "obj": case,
            "occ": occurred,
            "ov": version,
            "pc": {"d": leaf.commitment(salt, body).hex()},
            "seq": seq,
            "v": leaf.VERSION,
        }
        text = leaf.canonical(envelope)
        hashed = leaf.leaf_hash(text)
        yield (
            (seq, event_id, text, hashed, kind, log.SYSTEM, case, case, version, at, at),
            (seq, "d", salt, body),
        )
