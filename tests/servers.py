"""Private PostgreSQL and Redis servers for one run of the tests, on ports that were free.

Nothing here ever speaks to a server on a standard port: it may be somebody's.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config import embedded
from config.embedded import Cluster, Redis
from config.local import free_port

# Nothing needs to survive the machine, so nothing waits for the disk.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
}
# Slow hashes protect passwords of people; here they were most of what a connection costs.
_CHEAP = {"scram_iterations": "1"}


def provide() -> None:
    """Set DATABASE_URL and REDIS_URL, starting servers for those that are not set.

    The workers of pytest-xdist inherit what the first process has set.
    """
    if not os.environ.get("DATABASE_URL"):
        servers = cluster(settings=_FAST)
        database = servers.__enter__()
        os.environ["DATABASE_URL"] = database.url("breakglass")
        os.environ["DATABASE_SOCKET"] = str(database.home)
        os.environ["MIGRATED_DATABASE"] = "migrated"
        atexit.register(servers.__exit__, None, None, None)
    if not os.environ.get("REDIS_URL"):
        account = embedded.account_for(Path(tempfile.gettempdir()))
        server = Redis(port=free_port(), password="for-tests", account=account)
        server.start()
        atexit.register(server.stop)
        server.wait()
        os.environ["REDIS_URL"] = server.url


@contextmanager
def cluster(
    version: int = 18, settings: Mapping[str, str] | None = None, *, kept: Path | None = None
) -> Iterator[Cluster]:
    """Run a PostgreSQL server of its own, with passwords for everybody, and remove it after.

    What is `kept` in a folder is there the next time.
    """
    base = kept or Path(tempfile.mkdtemp(prefix="breakglass-tests-"))
    base.mkdir(parents=True, exist_ok=True)
    base.chmod(0o711)
    try:
        account = embedded.account_for(base)
        # Where it is kept, the name of the folder may be too long for one.
        socket = {} if kept else {"unix_socket_directories": str(base / "postgres")}
        server = Cluster(
            home=base / "postgres",
            port=free_port(),
            password="for-tests",
            account=account,
            programs=embedded.postgres_programs(version, account=account, spare=base),
            settings={**_CHEAP, **socket, **(settings or {})},
        )
        server.create()
        server.start()
        try:
            server.wait()
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute(f"ALTER ROLE postgres PASSWORD '{server.password}'".encode())
            yield server
        finally:
            server.stop()
    finally:
        if not kept:
            shutil.rmtree(base, ignore_errors=True)
