"""Page times at a size that a large organisation reaches in years: median and 95th percentile.

Usage: python -m bench.bench_pages [CASES] [ENTRIES]      (100,000 and 1,000,000 if not given)

Each page is asked for in this process, through every middleware, as the person it is for.
"""

import sys
import time
from datetime import UTC, datetime
from typing import Any

from bench.ground import installation, quantile

ROUNDS = 30
GOAL = 0.2  # seconds


def main(cases: int, entries: int) -> int:
    """Fill an installation, ask for each page, print a table; return 1 when a goal is missed."""
    with installation():
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        people, latest = fill(cases, entries)
        print(f"{cases:,} cases, {entries:,} entries, {ROUNDS} rounds a page")
        print(f"{'page':<12}{'as':<12}{'median ms':>10}{'p95 ms':>10}{'queries':>9}")
        missed = 0
        for name, address, person in _pages(latest):
            client = Client(SERVER_NAME="127.0.0.1")
            client.force_login(people[person])
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
                asked = len(queries)
            assert answer.status_code == 200, (address, answer.status_code)
            times = [_timed(client, address) for _ in range(ROUNDS)]
            worst = quantile(times, 0.95)
            missed += worst > GOAL
            print(f"{name:<12}{person:<12}{quantile(times, 0.5) * 1e3:>10.0f}{worst * 1e3:>10.0f}"
                  f"{asked:>9}")  # fmt: skip
    return int(missed > 0)


def _timed(client: Any, address: str) -> float:
    begun = time.perf_counter()
    client.get(address)
    return time.perf_counter() - begun


def _pages(latest: int) -> list[tuple[str, str, str]]:
    from breakglass.models import Request

    busy = Request.objects.get(case=latest).scenario
    return [
        ("Home", "/", "requester"),
        ("Home", "/", "approver"),
        ("Home", "/", "compliance"),
        ("Case", f"/cases/{latest}/", "requester"),
        ("Case", f"/cases/{latest}/", "compliance"),
        ("Cases", "/cases/", "approver"),
        ("Cases", "/cases/", "compliance"),
        ("Decide", "/decide/", "approver"),
        ("Now", "/now/", "responder"),
        ("Reviews", "/reviews/", "compliance"),
        ("Dashboard", "/dashboard/", "compliance"),
        ("Alerts", "/alerts/", "responder"),
        ("Ledger", "/ledger/", "auditor"),
        ("Ledger", f"/ledger/?subject={busy.ref}", "auditor"),
        ("Search", "/search/?q=person001", "compliance"),
        ("Search", "/search/?q=shop+yesterday", "approver"),
        ("Search", "/search/?q=inc-4321", "requester"),
        ("Search", "/search/?q=nothing+of+this", "compliance"),
    ]


def fill(cases: int, entries: int, *, targets: int = 1) -> tuple[dict[str, Any], int]:
    """Make a house of 200 people, 5 scenarios and years of cases; return its people by their
    part, and the number of the requester's newest case.
    """
    from accounts.models import Part, User
    from bench import history
    from breakglass.models import Request
    from reviews import tallying
    from tests.make import make_group, make_scenario, make_target, make_user

    people = {
        "requester": make_user("person000"),
        "approver": make_user("bob"),
        "responder": make_user("dana"),
        "compliance": make_user("rita"),
        "auditor": make_user("elif"),
    }
    for part, person in [
        (Part.RESPONDER, "responder"), (Part.COMPLIANCE, "compliance"), (Part.AUDITOR, "auditor"),
    ]:  # fmt: skip
        make_group(f"{person}s", people[person], part=part)
    crowd = [make_user(f"person{number:03}") for number in range(200)]
    for number in range(5):
        make_scenario(f"scenario-{number}")
    platform = make_group("Platform engineers", *crowd)
    assert platform.user_set.count() >= 200
    for number in range(1, targets):
        make_target(f"target-{number:02}")
    history.make(
        cases=cases,
        entries=entries,
        now=datetime.now(UTC),
        scenarios=5,
        people=User.objects.filter(email__startswith="person").count(),
        approver=people["approver"].pk,
        reviewer=people["compliance"].pk,
        group=make_group("Database team").pk,
    )
    for _ in tallying.rebuild(at=datetime.now(UTC)) if entries else ():
        pass  # what the sweep does by and by
    own = Request.objects.filter(requester=people["requester"]).order_by("-case").first()
    assert own is not None
    return dict(people), own.case


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*(sizes + [100_000, 1_000_000][len(sizes) :])))
