"""Make records that are old enough to be pruned."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from audit import evidence, log, transitions, watch
from audit.models import Cursor, Entry, Key
from audit.retention import carrying_out
from audit.retention import transitions as retention
from audit.retention.plan import Plan, plan
from tests.audit.core.make import ask
from tests.audit.make import NOON, Happened, happen, sequence

OLD, NEW = NOON, NOON + timedelta(days=100)
DAY = timedelta(days=1)
NOW = NOON + timedelta(days=200)
CUT = 256  # of the 300 entries that are old, those in whole tiles


def fill(count: int, *, at: datetime, cases: int, first: int = 0) -> None:
    """Enter events of as many things, each the next of its thing, in cases or in none."""
    with transaction.atomic():
        for number in range(first, first + count):
            case = f"case:{number % cases}" if cases else ""
            event = Happened(what=str(number), words=f"Words of {number}.")
            log.record(event, actor="user:ada", subject=f"thing:{number % 50}", at=at, case=case)
    sequence(at=at)


def verify_whole(*, at: datetime) -> None:
    """Have the whole record verified, as the night does."""
    transitions.ask_for_verification(by=None, at=at)
    while watch.go_on(lambda: at):
        pass
    sequence(at=at)


def fill_record() -> None:
    """Enter 301 old and 30 new events, and have them verified; one thing never comes again."""
    happen("thing:dormant", at=OLD)
    fill(300, at=OLD, cases=7)
    fill(30, at=NEW, cases=0)
    verify_whole(at=NEW)


def order(before: datetime = NEW) -> Plan:
    """Put a pruning on the record."""
    made = plan(before, at=NOW)
    retention.prune(made, by="system:test", at=NOW)
    sequence(at=NOW)
    return made


def finish() -> int:
    """Carry out what is due."""
    return carrying_out.finish(at=NOW)


def write_log(folder: Path) -> Path:
    """Write the record as files."""
    for name, data in evidence.record_files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def bgverify(folder: Path, *words: object) -> tuple[int, str]:
    """Verify a folder with the auditors' verifier."""
    return ask("log", folder, "--vkey", Key.objects.get().vkey, *words)


def seqs() -> list[int]:
    """Return the entries that are there."""
    return list(Entry.objects.order_by("seq").values_list("seq", flat=True))


def reader(seq: int) -> None:
    """Let a reader of the record have come so far."""
    Cursor.objects.update_or_create(name="test.reader", defaults={"seq": seq})
