"""Fixtures for everybody. The servers behind them are started by `tests.settings`."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.ledger import flushable_record

__all__ = ["flushable_record"]


@pytest.fixture
def redis_url() -> str:
    """Return the address of the Redis of this run."""
    return os.environ["REDIS_URL"]


@pytest.fixture(scope="session", params=[18, 16], ids=["pg18", "pg16"])
def pg_cluster(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a PostgreSQL server that is a target; return the address of its superuser.

    `@pytest.mark.parametrize("pg_cluster", [18], indirect=True)` asks for one version only.
    """
    logging = {
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_directory": "log",
        "log_filename": "server-%H%M%S.log",
        "log_rotation_size": "0",
        "log_rotation_age": "0",
    }
    with servers.cluster(request.param, {"fsync": "off", **logging}) as cluster:
        yield cluster.url()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not here; in CI nothing is skipped unseen."""
    for marker in item.iter_markers("needs"):
        if not shutil.which(program := marker.args[0]):
            why = f"{program} is not installed: apt-get install {_packages()[program]}"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)


def _packages() -> dict[str, str]:
    lines = Path(__file__).with_name("system-packages").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("#")[0].split() for line in lines)
    return {row[0]: row[1] for row in rows if row}
