"""What the benchmarks stand on: a PostgreSQL server of their own, with fsync as in production."""

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests import servers

# Enough memory for a machine of the size that runs the product; durability as shipped.
_SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    "max_connections": "100",
}


@contextmanager
def installation() -> Iterator[str]:
    """Run an empty, migrated installation; yield the address of its database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SECRET_KEY", "a-key-for-benchmarks-alone-that-protects-nothing")
    os.environ.setdefault("TARGET_KEYS", "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
    with servers.cluster(settings=_SETTINGS) as cluster:
        os.environ["DATABASE_URL"] = cluster.url("postgres")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield os.environ["DATABASE_URL"]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
