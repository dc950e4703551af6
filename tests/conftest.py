"""Fixtures for everybody. The servers behind them are started by `tests.settings`."""

import functools
import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import servers, turns
from tests.databases import django_db_modify_db_settings
from tests.ledger import flushable_record
from tests.spreading import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = [
    "django_db_modify_db_settings",
    "flushable_record",
    "pytest_collection_modifyitems",
    "pytest_xdist_make_scheduler",
]


def pytest_configure(config: pytest.Config) -> None:
    """Let whoever ends the run have its servers stopped, as Ctrl-C does."""
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture
def redis_url() -> str:
    """Return the address of the Redis of this run."""
    return os.environ["REDIS_URL"]


def pytest_collection_finish() -> None:
    """Look seldom for garbage, and never among the modules and tests that are there by now.

    They are many, and looking through them again and again was a tenth of the time of a run.
    """
    turns.leave()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give what needs a target's server the versions that it is marked with."""
    if "pg_cluster" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("on_postgresql")
        versions = mark.args if mark else (18,)
        ids = [f"pg{version}" for version in versions]
        metafunc.parametrize("pg_cluster", versions, ids=ids, indirect=True, scope="session")


@pytest.fixture(scope="session")
def pg_clusters() -> Iterator[Callable[[int], str]]:
    """Return what runs a PostgreSQL server of a version at its first use, and keeps it running.

    The tests of a file go from one version to the other, and those of the next file back.
    """
    logging = {
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_directory": "log",
        "log_filename": "server-%H%M%S.log",
        "log_rotation_size": "0",
        "log_rotation_age": "0",
    }
    with ExitStack() as running:

        @functools.cache
        def url(version: int) -> str:
            kept = servers.cluster(version, {"fsync": "off", **logging})
            return running.enter_context(kept).url()

        yield url


@pytest.fixture(scope="session")
def pg_cluster(request: pytest.FixtureRequest, pg_clusters: Callable[[int], str]) -> str:
    """Return the address of the superuser of a PostgreSQL server that is a target.

    It is of version 18. What speaks SQL that differs from one version to another, or reads what
    the server writes, is marked `on_postgresql(18, 16)` and runs on both.
    """
    return pg_clusters(request.param)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not here; in CI nothing is skipped unseen."""
    for marker in item.iter_markers("needs"):
        if not any(map(shutil.which, marker.args)):
            program = marker.args[0]
            why = f"{program} is not installed: apt-get install {_packages()[program]}"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)


def _packages() -> dict[str, str]:
    lines = Path(__file__).with_name("system-packages").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("#")[0].split() for line in lines)
    return {row[0]: row[1] for row in rows if row}
