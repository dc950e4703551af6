"""What the benchmarks stand on: a PostgreSQL server of their own, with fsync as in production."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from config.embedded import Cluster
from tests import servers

# Enough memory for a machine of the size that runs the product; durability as shipped.
_SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    "max_connections": "100",
}

_UNIQUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'u' AND conrelid = ANY(%(tables)s::regclass[])"""
_INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE NOT indisprimary AND indrelid = ANY(%(tables)s::regclass[])"""


@contextmanager
def installation(*, kept: Path | None = None) -> Iterator[str]:
    """Run a migrated installation, empty or as it was `kept`; yield its database's address."""
    with served_installation(kept=kept) as cluster:
        yield cluster.url("postgres")


@contextmanager
def served_installation(*, kept: Path | None = None) -> Iterator[Cluster]:
    """Run a migrated installation, empty or as it was `kept`; yield its server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SECRET_KEY", "a-key-for-benchmarks-alone-that-protects-nothing")
    os.environ.setdefault("TARGET_KEYS", "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
    with (
        servers.cluster(settings=_SETTINGS, kept=kept) as cluster,
        tempfile.TemporaryDirectory() as folder,
    ):
        os.environ["DATABASE_URL"] = cluster.url("postgres")
        for name in ("LEDGER_KEY_PATH", "LEDGER_MEMORY_PATH"):
            os.environ[name] = f"{folder}/{name}"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield cluster


@contextmanager
def unguarded(*tables: str) -> Iterator[None]:
    """Write millions of rows without what makes each of them slow: foreign keys that look whether
    there is what rows name, and all indexes but primary keys. They are made again in the end.
    """
    names = {"tables": list(tables)}
    with connection.cursor() as cursor:
        cursor.execute(_UNIQUE, names)
        unique = cursor.fetchall()
        for table, name, _definition in unique:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(_INDEXES, names)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
            for _name, definition in indexes:
                cursor.execute(definition)
            for table, name, definition in unique:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


class Goals:
    """What is printed beside its goal; `missed` is 1 once one was missed."""

    missed = 0

    def ratio(
        self, name: str, theirs: Sequence[float], ours: Sequence[float], *, least: float | None
    ) -> None:
        """Print how fast ours is beside theirs: the median of rounds in one run, in seconds.

        Without a `least` it is told and no goal.
        """
        found = statistics.median(their / our for their, our in zip(theirs, ours, strict=True))
        if least is None:
            print(f"{name:<34}{found:8.2f}")
        else:
            self._say(name, f"{found:8.2f}", f"at least {least}", good=found >= least)

    def most(self, name: str, found: float, *, most: float, unit: str = "ms") -> None:
        """Print what should be small."""
        self._say(name, f"{found:8.2f} {unit}", f"at most {most:g} {unit}", good=found <= most)

    def least(self, name: str, found: float, *, least: float, unit: str = "") -> None:
        """Print what should be large."""
        self._say(name, f"{found:8.2f} {unit}", f"at least {least:g} {unit}", good=found >= least)

    def _say(self, name: str, found: str, goal: str, *, good: bool) -> None:
        print(f"{name:<34}{found}    goal: {goal}{'' if good else '    MISSED'}")
        self.missed |= not good


def processor(*backends: int) -> float:
    """Return the seconds of processor time that this process and these took, others' left out.

    A ratio of such seconds is nearly the same whether a machine is quiet or busy; walls are not.
    """
    spent = (Path(f"/proc/{pid}/schedstat").read_text().split()[0] for pid in backends)
    return time.process_time() + sum(map(int, spent)) / 1e9


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
