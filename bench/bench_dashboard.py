"""The dashboard as the number of cases grows: median and 95th percentile of each kind of page.

Beside its views there are the lists that its figures open, its files, and Home. What a page costs
is told as processor time of both processes, too: on a busy machine only that can be compared from
one size to another.

Usage: python -m bench.bench_dashboard [CASES…]      (100,000 and 1,000,000 if not given)

ACTIONS=N adds so many actions to the record for each case (10 if not given: 0 makes it quick).
KEEP=FOLDER keeps each size's database in a folder there, where the next run finds it.
ONLY=WORD asks only for pages whose name has it; ROUNDS=N asks so often (30 if not given).
Each page is asked for in this process, through every middleware, as a compliance officer.
"""

import dataclasses
import html
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from bench import bench_pages
from bench.bench_pages import GOAL, fill
from bench.ground import installation, processor, quantile, unguarded

FLAT = 1.3  # at most so much slower where there is ten times as much
TEAMS = 10
ROUNDS = int(os.environ.get("ROUNDS", bench_pages.ROUNDS))


def main(sizes: list[int]) -> int:
    """Measure every view at every size, print a table; return 1 when a goal is missed."""
    # Each installation has a process of its own: Django's connection is to one database.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        found = dict(zip(sizes, pool.imap(_measured, sizes), strict=True))
    print(f"\n{'view':<34}" + "".join(f"{f'{size:,}':>26}" for size in sizes) + f"{'ratio':>8}")
    missed = False
    # A figure that is nought in one size has no list to open there.
    for view in [view for view in found[sizes[0]] if all(view in each for each in found.values())]:
        rows = [found[size][view] for size in sizes]
        ratio = rows[-1].cost / rows[0].cost
        late = max(row.worst for row in rows) > GOAL or ratio > FLAT
        missed |= late
        cells = "".join(f"{row!s:>26}" for row in rows)
        print(f"{view:<34}{cells}{ratio:>8.2f}{'  MISSED' if late else ''}")
    print(f"median / p95 / processor, ms; goal: p95 at most {GOAL * 1e3:.0f}, ratio of processor "
          f"at most {FLAT}")  # fmt: skip
    return int(missed)


@dataclasses.dataclass(frozen=True)
class Taken:
    """How long a view took, and what it cost in processor time, in seconds."""

    median: float
    worst: float
    cost: float

    def __str__(self) -> str:
        return " / ".join(f"{each * 1e3:.0f}" for each in (self.median, self.worst, self.cost))


def _measured(cases: int) -> dict[str, Taken]:
    folder = os.environ.get("KEEP")
    with installation(kept=Path(folder, str(cases)) if folder else None):
        from django.test import Client

        from accounts.models import User
        from reviews.models import Span

        if not Span.objects.exists():
            begun = time.perf_counter()
            fill(cases, 0, targets=20)
            _teams()
            _actions(cases)
            print(f"{cases:,} cases made in {time.perf_counter() - begun:.0f} s")
        if not Span.objects.filter(stale=False).exists():  # new, or a migration counts more
            _counted()
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(email="rita@example.com"))
        found = {}
        for name, address in _pages(client):
            if os.environ.get("ONLY", "") in name:
                found[name] = _timed(client, address)
                print(f"  {name:<60} {found[name]} ms", flush=True)
        return found


def _timed(client: Any, address: str) -> Taken:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    times, costs = [], []
    for _ in range(ROUNDS + 2):
        begun, spent = time.perf_counter(), processor(backend)
        answer = client.get(address)
        times.append(time.perf_counter() - begun)
        costs.append(processor(backend) - spent)
        assert answer.status_code == 200, (address, answer.status_code)
    return Taken(quantile(times[2:], 0.5), quantile(times[2:], 0.95), quantile(costs[2:], 0.5))


def _pages(client: Any) -> Iterator[tuple[str, str]]:
    for name, query in _views():
        yield name, f"/dashboard/?{query}"
    for table in ("all", "people"):
        yield f"1-year, {table} as a file", f"/dashboard/{table}.csv?period=1-year"
    yield "home", "/"
    found: dict[str, str] = {}
    for period in ("1-year", "last-month"):
        text = client.get(f"/dashboard/?period={period}").content.decode()
        for address in re.findall(r'href="(/(?:cases|reviews|findings)/\?[^"]*)"', text):
            path, _, query = html.unescape(address).partition("?")
            # One of each kind: these say which of many it is, and when.
            words = [name if name in _WHICH else f"{name}={value}"
                     for name, value in parse_qsl(query)]  # fmt: skip
            found.setdefault(f"{period}, {path}?{'&'.join(words)}", f"{path}?{query}")
    yield from found.items()


_WHICH = ("since", "until", "scenario", "team", "person", "target", "weekday", "hour", "approver")


def _views() -> Iterator[tuple[str, str]]:
    from django.contrib.auth.models import Group

    from accounts.models import User
    from breakglass.models import Scenario
    from targets.models import Target

    small, large = (Group.objects.get(name=name) for name in ("Team 1", "Platform engineers"))
    person = User.objects.filter(email__startswith="person").first()
    scenario, target = Scenario.objects.first(), Target.objects.first()
    assert person
    assert scenario
    assert target
    for period in ("13-weeks", "1-year", "this-month", "last-month", "30-days"):
        yield period, f"period={period}"
    for words, query in (
        ("one scenario", f"scenario={scenario.slug}"),
        ("one target", f"target={target.slug}"),
        ("one person", f"person={person.pk}"),
        ("a team of 20", f"team={small.pk}"),
        ("a team of 200", f"team={large.pk}"),
        ("a team of 20 at a target", f"team={small.pk}&target={target.slug}"),
        ("a person at a target", f"person={person.pk}&target={target.slug}"),
    ):
        yield f"1-year, {words}", f"period=1-year&{query}"


def _counted() -> None:
    """Count everything, then what one day's news makes stale; say how long both took."""
    from django.db import connection

    from reviews import tallying
    from reviews.models.span import Cell, Span

    now, begun = datetime.now(UTC), time.perf_counter()
    spans = sum(1 for _ in tallying.rebuild(at=now))
    print(f"  {spans} spans counted in {time.perf_counter() - begun:.0f} s", end=", ")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reviews_cell")
        cursor.execute("SELECT pg_total_relation_size('reviews_cell') / 1e6")
        size = cursor.fetchone()[0]
    print(f"{Cell.objects.count():,} cells, {size:.0f} MB")
    today = Span.objects.filter(grain="day").latest("first")
    for grain in Span.Grain:
        span = Span.objects.filter(grain=grain, first__lte=today.first).order_by("-first")[1]
        begun = time.perf_counter()
        tallying.count(span.pk, at=now)
        print(f"  one {grain} counted again in {(time.perf_counter() - begun) * 1e3:.0f} ms")


def _teams() -> None:
    """Let ten teams of twenty ask in every scenario, beside everybody's."""
    from accounts.models import User
    from breakglass.models import GroupPermit, Permit, Scenario
    from tests.make import make_group

    crowd = list(User.objects.filter(email__startswith="person").order_by("email"))
    for number in range(TEAMS):
        team = make_group(f"Team {number}", *crowd[number * 20 : number * 20 + 20])
        for scenario in Scenario.objects.all():
            permit = GroupPermit.objects.of(Permit.REQUEST).filter(content_object=scenario)[0]
            GroupPermit.objects.create(
                group=team, permission=permit.permission, content_object=scenario
            )


def _actions(cases: int) -> None:
    """Put actions into the record, without their proofs: nothing here verifies them."""
    from django.db import connection

    from tests.ledger import lifted, restored

    each = int(os.environ.get("ACTIONS", "10"))
    if not each:
        return
    with connection.cursor() as cursor:
        for statement in lifted():
            cursor.execute(statement)
        with unguarded("audit_entry"):
            cursor.execute(
                """INSERT INTO audit_entry (seq, event_id, leaf, leaf_hash, kind, actor, subject,
                    "case", version, at, occurred_at)
                SELECT 1000 + n, md5(n::text)::uuid, '', decode(md5(n::text), 'hex'),
                    'action.performed', 'system:breakglass', '', r.ref, n, r.at, r.at
                FROM generate_series(1, %(each)s * %(cases)s) n
                JOIN (SELECT row_number() OVER () AS k, submitted_at AS at,
                    'request:' || replace(id::text, '-', '') AS ref FROM breakglass_request) r
                    ON r.k = 1 + (n - 1) / %(each)s""",
                {"each": each, "cases": cases},
            )
        for statement in restored():
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE audit_entry")


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]] or [100_000, 1_000_000]))
