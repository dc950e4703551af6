"""What the record costs and how fast it is read back.

Usage: python -m bench.bench_ledger [TRANSACTIONS]        (500 for each part if not given)

A business transaction (lock, change, tell) with a recorded event against one with a plain row of
the same size; then entries per second of the sequencer and of the verifier. One run, one server
with fsync on; the ratios are medians over rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable

from bench.ground import installation

ROUNDS, ENTRIES = 5, 20_000


def main(transactions: int) -> None:
    """Measure and print."""
    with installation():
        from django.contrib.auth.models import Group
        from django.utils import timezone

        from audit import sequencer, verify

        Group.objects.create(name="bench")
        parts = [_business(tell, transactions) for tell in (_nothing, _row, _record)]
        rounds = [[_seconds(part) for part in parts] for _ in range(ROUNDS)]
        for name, taken in zip(
            ("bare", "plain row", "recorded"), zip(*rounds, strict=True), strict=True
        ):
            print(f"transactions, {name}: {transactions / statistics.median(taken):8.0f} /s")
        ratio = statistics.median(row / record for _, row, record in rounds)
        print(f"recorded ÷ plain row: {ratio:.2f}")
        _fill()
        runs = iter(lambda: sequencer.run_once(at=timezone.now()), 0)
        began = time.perf_counter()
        entered = sum(runs)
        print(f"sequencer: {entered / (time.perf_counter() - began):8.0f} entries/s")
        verdict = verify.verify()
        print(f"verifier:  {verdict.checked / verdict.seconds:8.0f} entries/s. {verdict.sentence}")


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _business(tell: Callable[[int], None], transactions: int) -> Callable[[], None]:
    """Return a run of transactions that lock a row, change it, and tell."""
    from django.contrib.auth.models import Group
    from django.db import transaction

    def run() -> None:
        for number in range(transactions):
            with transaction.atomic():
                group = Group.objects.select_for_update().get(name="bench")
                Group.objects.filter(pk=group.pk).update(name="bench")
                tell(number)

    return run


def _nothing(_: int) -> None:
    pass


def _row(number: int) -> None:
    """Write a row as an audit table without proof would."""
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    key = f"{time.monotonic_ns()}.{number}"
    Session.objects.create(session_key=key, session_data="x" * 400, expire_date=timezone.now())


def _record(number: int) -> None:
    from django.utils import timezone

    from audit import log
    from audit.events import RecordRead

    event = RecordRead(page="list", filters={"kind": "grant.activated", "actor": "user:1"})
    log.record(event, actor="user:1", subject=f"grant:{number % 50}", at=timezone.now())


def _fill() -> None:
    from django.db import transaction

    with transaction.atomic():
        for number in range(ENTRIES):
            _record(number)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
