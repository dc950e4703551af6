"""The servers that `make run` and `make test` bring along."""

import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import embedded, processes
from config.embedded import Cluster, EmbeddedError, Redis
from config.local import free_port
from config.processes import Account
from tests import servers

NOBODY = pwd.getpwnam("nobody").pw_uid
ROLES = {"breakglass_owner": "one", "breakglass_app": "two"}


class Outsider(Account):
    """Somebody who may run nothing of ours, as where the checkout is root's own."""

    def run(self, *_: str | Path) -> subprocess.CompletedProcess[str]:
        return Account.of(NOBODY).run("false")


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """Return a cluster for tests that leave it running."""
    with servers.cluster() as cluster:
        yield cluster


class TestPostgres:
    def test_asks_everybody_for_a_password(self, shared: Cluster) -> None:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(shared.url(password="a-guess"))

    def test_has_no_way_in_without_one(self, shared: Cluster) -> None:
        rules = (shared.data / "pg_hba.conf").read_text()
        words = [line.split() for line in rules.splitlines() if line and line[0] not in "#@"]
        assert {row[-1] for row in words} == {"scram-sha-256"}

    def test_never_runs_as_root(self, shared: Cluster) -> None:
        assert shared.data.stat().st_uid != 0
        assert stat.S_IMODE(shared.home.stat().st_mode) == 0o700

    def test_keeps_its_data_over_a_restart(self) -> None:
        with servers.cluster() as cluster:
            _run(cluster.url(), "CREATE TABLE kept ()")
            cluster.stop()
            cluster.create()
            cluster.start()
            cluster.wait()
            _run(cluster.url(), "SELECT FROM kept")

    def test_waits_for_a_server_that_is_still_stopping(self) -> None:
        with servers.cluster() as cluster:
            former = cluster.process
            assert former
            cluster.start()
            processes.ask(former, embedded.FAST_SHUTDOWN)
            cluster.wait()
            processes.end(former, seconds=5)
            _run(cluster.url(), "SELECT 1")

    def test_says_why_it_does_not_start(self) -> None:
        with servers.cluster() as cluster:
            cluster.stop()
            cluster.settings = {"shared_buffers": "nonsense"}
            cluster.start()
            with pytest.raises(EmbeddedError, match="shared_buffers"):
                cluster.wait()

    @pytest.mark.skipif(os.geteuid() != 0, reason="Only root runs servers as somebody else.")
    def test_programs_are_copied_for_whoever_may_not_enter(self) -> None:
        outsider = Outsider.of(NOBODY)
        with tempfile.TemporaryDirectory() as spare:
            Path(spare).chmod(0o755)
            programs = embedded.postgres_programs(18, account=outsider, spare=Path(spare))
            assert programs.is_relative_to(spare)
            assert Account.of(NOBODY).run(programs / "initdb", "--version").returncode == 0


class TestDatabase:
    @pytest.fixture(autouse=True)
    def database(self, shared: Cluster) -> None:
        for _ in range(2):  # the second time finds everything there
            embedded.make_database(
                shared.url(), "breakglass", owner="breakglass_owner", passwords=ROLES
            )

    def test_belongs_to_its_owner(self, shared: Cluster) -> None:
        owner = shared.url("breakglass", user="breakglass_owner", password="one")
        _run(owner, "CREATE TABLE mine (); DROP TABLE mine")

    def test_the_application_cannot_make_tables(self, shared: Cluster) -> None:
        application = shared.url("breakglass", user="breakglass_app", password="two")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _run(application, "CREATE TABLE mine ()")

    def test_strangers_may_not_enter(self, shared: Cluster) -> None:
        embedded.make_database(shared.url(), "other", owner="stranger", passwords={"stranger": "x"})
        with pytest.raises(psycopg.OperationalError, match="does not have CONNECT"):
            _run(shared.url("breakglass", user="stranger", password="x"), "SELECT 1")


class TestRedis:
    @pytest.fixture
    def server(self) -> Iterator[Redis]:
        account = embedded.account_for(Path(tempfile.gettempdir()))
        server = Redis(port=free_port(), password="open-sesame", account=account)
        server.start()
        server.wait()
        yield server
        server.stop()

    def test_asks_for_a_password(self, server: Redis) -> None:
        with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
            client.ping()

    def test_tells_nobody_the_password_in_its_arguments(self, server: Redis) -> None:
        assert server.process
        arguments = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        assert b"sesame" not in arguments

    def test_says_what_to_do_where_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr("sys.prefix", "/nowhere")
        with pytest.raises(EmbeddedError, match="apt-get install redis-server"):
            embedded.redis_program()


def _run(url: str, query: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(query.encode())
