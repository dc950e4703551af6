"""Fixtures for everybody. The servers behind them are started by `tests.settings`."""

import os
from collections.abc import Iterator

import pytest

from tests import servers


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
        "log_filename": "server.log",
        "log_rotation_size": "0",
        "log_rotation_age": "0",
    }
    with servers.cluster(request.param, {"fsync": "off", **logging}) as cluster:
        yield cluster.url()
