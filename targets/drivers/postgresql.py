"""Doors of PostgreSQL 15 and later: a login role per door, which the server itself ends.

The administration role is no superuser: `postgresql_setup` says what it needs. What a door may do
is what its template role may do; the door's own role owns nothing and inherits nothing, so
`SET ROLE NONE` leaves it bare.
"""

import functools
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar

import psycopg
from django.utils.translation import gettext_noop
from psycopg import sql
from psycopg.rows import TupleRow

from core.speech import phrase
from targets.drivers.base import Address, LogFile, Opening, State, TargetError, Unreachable
from targets.drivers.postgresql_setup import LOGGED, complaints
from targets.events import MEMBER_OF

CONNECTIONS = 10
CONNECT_SECONDS = 3
CUT_SECONDS = 5.0
# These the holder may change; they limit accidents, not intentions.
LIMITS = {
    "client_connection_check_interval": "1s",  # a client that vanished takes its statement along
    "idle_session_timeout": "15min",
    "idle_in_transaction_session_timeout": "5min",
}
_OWNED = """
    SELECT current_database() || ': ' || pg_describe_object(classid, objid, 0) FROM pg_shdepend
    WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o'
      AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = %s)
      AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 50"""
_TOLERANCE = 5.0  # seconds by which an end may seem to be off while machines are busy
_TURN = 0x6272_6561_6B02  # "break" and the second of its locks
_POWERS = ("superuser", "createrole", "createdb", "replication", "bypassrls")
_REFUSALS = ("28P01", "28000")

Connection = psycopg.Connection[TupleRow]
P = ParamSpec("P")
R = TypeVar("R")
Spoken = Callable[Concatenate["PostgreSQL", P], R]


def _in_words(method: Spoken[P, R]) -> Spoken[P, R]:
    """Turn what the server says into a sentence: every verb of a driver raises TargetError."""

    @functools.wraps(method)
    def speaking(self: "PostgreSQL", /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except psycopg.Error as error:
            raise self._sentence(error) from error

    return speaking


@contextmanager
def connected(address: Address) -> Iterator["PostgreSQL"]:
    """Connect to the server as its administration role, for as long as the block lasts."""
    with _connect(address) as connection:
        yield PostgreSQL(address, connection)


class PostgreSQL:
    """See `base.Driver`. All times are the server's own, all changes of a role one transaction."""

    kind = "postgresql"
    self_expiring = True

    def __init__(self, address: Address, connection: Connection) -> None:
        self._address = address
        self._connection = connection

    @_in_words
    def open(self, opening: Opening) -> None:
        # One transaction: whoever kills us leaves either nothing or a whole role with its mark.
        handle = sql.Identifier(opening.handle)
        with self._connection.transaction():
            _take_turn(self._connection)
            mark = self._mark(opening.handle)
            if mark is None:
                self._run("CREATE ROLE {} NOLOGIN NOINHERIT", handle)
            elif mark != opening.mark:
                raise TargetError(
                    phrase(
                        "%(target)s has a role %(role)s that is not ours; rename or drop it there.",
                        target=self._address.name,
                        role=opening.handle,
                    )
                )
            self._run("COMMENT ON ROLE {} IS {}", handle, sql.Literal(opening.mark))
            self._grant(opening)
            for name, value in _settings(opening).items():
                setting = sql.Identifier(name)
                self._run("ALTER ROLE {} SET {} = {}", handle, setting, sql.Literal(value))
            if not opening.read_only:
                self._run("ALTER ROLE {} RESET default_transaction_read_only", handle)
            self._run("ALTER ROLE {} LOGIN CONNECTION LIMIT {}", handle, sql.Literal(CONNECTIONS))
            self.prolong(opening.handle, opening.seconds)

    @_in_words
    def set_password(self, handle: str, password: str) -> None:
        # The verifier is made here: a plaintext password would stand in the log of a server
        # whose log_statement is "ddl".
        verifier = self._connection.pgconn.encrypt_password(
            password.encode(), handle.encode(), b"scram-sha-256"
        )
        secret = sql.Literal(verifier.decode())
        self._run("ALTER ROLE {} PASSWORD {}", sql.Identifier(handle), secret)

    @_in_words
    def prolong(self, handle: str, seconds: float) -> None:
        end = self._one("SELECT clock_timestamp() + make_interval(secs => %s)", seconds)[0]
        moment = sql.Literal(end.isoformat())
        self._run("ALTER ROLE {} VALID UNTIL {}", sql.Identifier(handle), moment)

    @_in_words
    def cut(self, handle: str) -> int:
        # Committed before anybody is sent away: who comes back finds the door shut. A login that
        # had passed the check just before is seen by one of the next rounds.
        if self._mark(handle) is not None:
            shut = "ALTER ROLE {} NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '-infinity'"
            self._run(shut, sql.Identifier(handle))
        ended, quiet, deadline = 0, 0, time.monotonic() + CUT_SECONDS
        while quiet < 2:
            going = self._one(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = %s AND pid <> pg_backend_pid()",
                handle,
            )[0]
            ended, quiet = ended + going, 0 if going else quiet + 1
            if time.monotonic() > deadline:
                raise TargetError(
                    phrase(
                        "%(target)s: sessions of %(role)s do not end.",
                        target=self._address.name,
                        role=handle,
                    )
                )
            time.sleep(0.01)
        return ended

    @_in_words
    def remove(self, handle: str, *, heir: str) -> list[str]:
        if self._mark(handle) is None:
            return []
        left: list[str] = []
        for database in self._databases_of(handle):
            if database == self._address.database:
                left += _hand_over(self._connection, handle, heir)
            else:
                with _connect(self._address, database) as connection:
                    left += _hand_over(connection, handle, heir)
        self._run("DROP ROLE IF EXISTS {}", sql.Identifier(handle))
        return left

    @_in_words
    def verify(self, opening: Opening) -> State:
        row = self._connection.execute(
            "SELECT rolcanlogin, rolconnlimit, rolconfig, oid, rolsuper, rolcreaterole,"
            " rolcreatedb, rolreplication, rolbypassrls,"
            " extract(epoch FROM rolvaliduntil)::float8"
            " - extract(epoch FROM clock_timestamp())::float8 FROM pg_roles WHERE rolname = %s",
            [opening.handle],
        ).fetchone()
        if row is None:
            return State(exists=False)
        login, limit, config, oid, *powers, seconds = row
        roles = self._roles_of(oid)
        danger = [name for name, has in zip(_POWERS, powers, strict=True) if has]
        danger += [f"{MEMBER_OF}{role}" for role in roles if role != opening.role]
        wanted = {f"{name}={value}" for name, value in _settings(opening).items()}
        checks = {
            gettext_noop("login"): not login,
            gettext_noop("connection limit"): limit != CONNECTIONS,
            gettext_noop("settings"): not wanted <= set(config or []),
            gettext_noop("template role"): opening.role not in roles,
            gettext_noop("end"): seconds is None or abs(seconds - opening.seconds) > _TOLERANCE,
        }
        return State(
            exists=True,
            sessions=self.sessions(opening.handle),
            drift=tuple(name for name, wrong in checks.items() if wrong),
            danger=tuple(danger),
        )

    @_in_words
    def refuses(self, handle: str) -> bool:
        # libpq does not tell the SQLSTATE of a refused login, so its words are read; a server
        # that asked for the password and said no has refused in any language.
        try:
            _login(self._address, handle, secrets.token_urlsafe(24)).close()
        except psycopg.OperationalError as error:
            asked = error.pgconn is not None and error.pgconn.used_password
            if asked or error.sqlstate in _REFUSALS or "FATAL" in str(error):
                return True
            raise _unreachable(self._address, error) from error
        return False

    @_in_words
    def sessions(self, handle: str) -> int:
        question = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"
        return int(self._one(question, handle)[0])

    @_in_words
    def ours(self, prefix: str) -> dict[str, str]:
        rows = self._connection.execute(
            "SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles"
            " WHERE starts_with(shobj_description(oid, 'pg_authid'), %s)",
            [prefix],
        )
        return dict(rows.fetchall())

    @_in_words
    def complaints(self, roles: Sequence[str]) -> list[str]:
        return complaints(self._connection, roles)

    @_in_words
    def log_files(self) -> list[LogFile]:
        rows = self._connection.execute(
            "SELECT name, size, modification FROM pg_ls_logdir()"
            " WHERE name LIKE '%.json' ORDER BY modification, name"
        )
        return [LogFile(name=name, size=size, modified_at=when) for name, size, when in rows]

    @_in_words
    def read_log(self, name: str, offset: int, length: int) -> bytes:
        row = self._one("SELECT breakglass.read_log(%s, %s, %s)", name, offset, length)
        return bytes(row[0] or b"")

    @_in_words
    def log_zone(self) -> str:
        return str(self._one("SELECT current_setting('log_timezone')")[0])

    def _sentence(self, error: psycopg.Error) -> TargetError:
        """Return what the server said as a sentence that tells what to do."""
        if self._connection.broken:
            return _unreachable(self._address, error)
        said = [error.diag.message_primary or str(error), error.diag.message_detail]
        words = ": ".join(part for part in said if part)
        return TargetError(
            phrase(
                "%(target)s refused (%(code)s): %(words)s. The action “Test the door” on the"
                " target's page says what it needs.",
                target=self._address.name,
                code=error.sqlstate,
                words=words,
            )
        )

    def _grant(self, opening: Opening) -> None:
        database, handle = self._address.database, sql.Identifier(opening.handle)
        # Where not everybody may connect, the role must by itself: it inherits nothing.
        may = "SELECT has_database_privilege(%s, %s, 'CONNECT')"
        if not self._one(may, opening.handle, database)[0]:
            self._run("GRANT CONNECT ON DATABASE {} TO {}", sql.Identifier(database), handle)
        # Before 16 the role's NOINHERIT says it; from 16 on the membership itself does.
        modern = self._connection.info.server_version >= 160000
        how = "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE" if modern else "GRANT {} TO {}"
        self._run(how, sql.Identifier(opening.role), handle)

    def _mark(self, handle: str) -> str | None:
        """Return the comment on a role, empty without one, None when there is no such role."""
        row = self._connection.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_roles"
            " WHERE rolname = %s",
            [handle],
        ).fetchone()
        return None if row is None else str(row[0])

    def _roles_of(self, oid: int) -> list[str]:
        rows = self._connection.execute(
            "SELECT DISTINCT rolname FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid"
            " WHERE member = %s",
            [oid],
        )
        return [role for (role,) in rows]

    def _databases_of(self, handle: str) -> list[str]:
        rows = self._connection.execute(
            "SELECT DISTINCT datname FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid"
            " WHERE refclassid = 'pg_authid'::regclass"
            " AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = %s)",
            [handle],
        )
        # Our own database always: it also drops what the role was granted on shared things.
        return sorted({self._address.database, *(name for (name,) in rows)})

    def _run(self, statement: LiteralString, *parts: sql.Composable) -> None:
        self._connection.execute(sql.SQL(statement).format(*parts))

    def _one(self, question: LiteralString, *values: Any) -> TupleRow:
        row = self._connection.execute(question, values).fetchone()
        if row is None:
            raise TargetError(
                phrase("%(target)s gave no answer; try again.", target=self._address.name)
            )
        return row


def _settings(opening: Opening) -> dict[str, str]:
    """Return what is set on a door's role, `role` first: what it makes belongs to the template."""
    looking = {"default_transaction_read_only": "on"} if opening.read_only else {}
    return {"role": opening.role, **LOGGED, **LIMITS, **looking}


def _hand_over(connection: Connection, handle: str, heir: str) -> list[str]:
    """Give what `handle` owns in this database to `heir`, drop its rights, and name the things.

    The administration role takes the rights of both for this one transaction alone: it needs the
    heir's also to withdraw what that one granted. Before 16 it has them anyway, and a REVOKE would
    take its ADMIN OPTION along.
    """
    mine, heirs = sql.Identifier(handle), sql.Identifier(heir)
    modern = connection.info.server_version >= 160000
    with connection.transaction():
        _take_turn(connection)
        grant = sql.SQL("GRANT {} TO CURRENT_USER" + (" WITH INHERIT TRUE" if modern else ""))
        connection.execute(grant.format(mine))
        if modern:
            connection.execute(grant.format(heirs))
        things = [name for (name,) in connection.execute(_OWNED, [handle])]
        if things:
            connection.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(mine, heirs))
        connection.execute(sql.SQL("DROP OWNED BY {}").format(mine))
        if modern:
            back = sql.SQL("REVOKE {} FROM CURRENT_USER GRANTED BY CURRENT_USER")
            connection.execute(back.format(heirs))
    return things


def _take_turn(connection: Connection) -> None:
    """Wait for other doors of the same database: the server fails GRANTs that meet on one row."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


@contextmanager
def _connect(address: Address, database: str = "") -> Iterator[Connection]:
    try:
        connection = _login(address, address.user, address.password, database)
    except psycopg.OperationalError as error:
        raise _unreachable(address, error) from error
    with connection:
        yield connection


def _login(address: Address, user: str, password: str, database: str = "") -> Connection:
    return psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=database or address.database,
        user=user,
        password=password,
        sslmode=address.sslmode,
        connect_timeout=CONNECT_SECONDS,
        # A server that falls silent in the middle is given up after this many milliseconds.
        tcp_user_timeout=5000,
        options="-c statement_timeout=5s -c lock_timeout=2s -c search_path=pg_catalog",
        application_name="breakglass",
        autocommit=True,
        prepare_threshold=None,
    )


def _unreachable(address: Address, error: psycopg.Error) -> Unreachable:
    said = str(error).strip().splitlines()
    words = said[-1].strip().rstrip(".?!") if said else phrase("no answer")
    return Unreachable(
        phrase(
            "%(target)s cannot be reached at %(place)s: %(words)s. Check that it runs, and its"
            " address and administration password.",
            target=address.name,
            place=f"{address.host}:{address.port}",
            words=words,
        )
    )
