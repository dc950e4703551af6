"""What a PostgreSQL server must grant before doors can be opened on it: the statements that do
so, for a superuser to run once, and the check that says in sentences what is missing.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.speech import phrase

# Set on every door's role; only a superuser, or who was granted SET on them, can change these.
LOGGED = {
    "log_statement": "all",
    "log_duration": "on",
    "log_min_error_statement": "error",
    "lc_messages": "C",
}
# In the server's own configuration, from its start on.
SERVER_SETTINGS = {
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "password_encryption": "scram-sha-256",
}
OLDEST = 150000  # the first that writes jsonlog and grants SET on parameters

# The administration role reads the server's log through this function and nothing else of the
# server's files: pg_read_binary_file itself would show it the password verifiers of everybody.
_READ_LOG = """
CREATE OR REPLACE FUNCTION breakglass.read_log(name text, start bigint, length bigint)
RETURNS bytea LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF name !~ '^[A-Za-z0-9_.-]+[.]json$' THEN
        RAISE EXCEPTION 'not the name of a log file: %', name;
    END IF;
    RETURN pg_read_binary_file(
        current_setting('log_directory') || '/' || name, start, least(length, 16777216), true);
END $$"""


def setup(admin: str, database: str, roles: Sequence[str]) -> list[sql.Composed]:
    """Return what a superuser runs in `database` to let `admin` open doors to it."""
    who = sql.Identifier(admin)
    names: list[LiteralString] = [
        "CREATE SCHEMA IF NOT EXISTS breakglass",
        "REVOKE ALL ON SCHEMA breakglass FROM PUBLIC",
        _READ_LOG,
        "REVOKE ALL ON FUNCTION breakglass.read_log FROM PUBLIC",
        "GRANT USAGE ON SCHEMA breakglass TO {who}",
        "GRANT EXECUTE ON FUNCTION breakglass.read_log TO {who}",
        "GRANT EXECUTE ON FUNCTION pg_ls_logdir() TO {who}",
        "GRANT pg_signal_backend TO {who}",
        "GRANT CONNECT ON DATABASE {database} TO {who} WITH GRANT OPTION",
    ]
    parts = {"who": who, "database": sql.Identifier(database)}
    statements = [sql.SQL(name).format(**parts) for name in names]
    for parameter in LOGGED:
        statement = sql.SQL("GRANT SET ON PARAMETER {} TO {}")
        statements.append(statement.format(sql.Identifier(parameter), who))
    for role in roles:
        statement = sql.SQL("GRANT {} TO {} WITH ADMIN OPTION")
        statements.append(statement.format(sql.Identifier(role), who))
    return statements


def complaints(connection: psycopg.Connection[Any], roles: Sequence[str]) -> list[str]:
    """Say what keeps doors from working on this server; empty when all is well."""
    version = connection.info.server_version
    if version < OLDEST:
        return [
            phrase(
                "PostgreSQL %(version)s is too old; doors need 15 or later.",
                version=version // 10000,
            )
        ]
    found = [*_of_admin(connection), *_of_log(connection)]
    for role in roles:
        found += _of_role(connection, role)
    return found


def missing(statement: str) -> str:
    """Say which statement has not been run."""
    return phrase("%(statement)s is missing.", statement=statement)


def _of_admin(connection: psycopg.Connection[Any]) -> list[str]:
    (superuser, createrole, signals, connects), *_ = connection.execute(
        "SELECT rolsuper, rolcreaterole, pg_has_role('pg_signal_backend', 'USAGE'),"
        " has_database_privilege('public', current_database(), 'CONNECT') OR"
        " has_database_privilege(current_database(), 'CONNECT WITH GRANT OPTION')"
        " FROM pg_roles WHERE rolname = current_user"
    )
    name = connection.info.user
    found: list[str] = []
    if not connects:
        database = connection.info.dbname
        found.append(missing(f"GRANT CONNECT ON DATABASE {database} TO {name} WITH GRANT OPTION"))
    if superuser:
        found.append(
            phrase("%(role)s is a superuser; give us a role with CREATEROLE instead.", role=name)
        )
    if not createrole:
        found.append(
            phrase("%(role)s may not make roles: ALTER ROLE %(role)s CREATEROLE.", role=name)
        )
    if not signals:
        found.append(
            phrase("%(role)s may not end sessions: GRANT pg_signal_backend TO %(role)s.", role=name)
        )
    return found


def _of_log(connection: psycopg.Connection[Any]) -> list[str]:
    (collector, destination), *_ = connection.execute(
        "SELECT current_setting('logging_collector'), current_setting('log_destination')"
    )
    found: list[str] = []
    if collector != "on" or "jsonlog" not in destination:
        found.append(
            phrase("It keeps no JSON log: set logging_collector=on, log_destination=jsonlog.")
        )
    name = connection.info.user
    (ls, read), *_ = connection.execute(
        "SELECT has_function_privilege('pg_ls_logdir()', 'EXECUTE'), coalesce("
        "has_schema_privilege(to_regnamespace('breakglass'), 'USAGE') AND has_function_privilege("
        "to_regprocedure('breakglass.read_log(text,bigint,bigint)'), 'EXECUTE'), false)"
    )
    if not ls or not read:
        found.append(
            phrase(
                "%(role)s may not read the log; `manage.py target_sql` prints what is missing.",
                role=name,
            )
        )
    for parameter in LOGGED:
        query = "SELECT has_parameter_privilege(%s, 'SET')"
        ((allowed,),) = connection.execute(query, [parameter])
        if not allowed:
            found.append(missing(f"GRANT SET ON PARAMETER {parameter} TO {name}"))
    return found


def _of_role(connection: psycopg.Connection[Any], role: str) -> list[str]:
    row = connection.execute(
        "SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls,"
        " EXISTS (SELECT FROM pg_auth_members WHERE roleid = r.oid AND admin_option"
        " AND member = (SELECT oid FROM pg_roles WHERE rolname = current_user))"
        " FROM pg_roles r WHERE rolname = %s",
        [role],
    ).fetchone()
    if row is None:
        return [phrase("There is no role %(role)s; make it, or correct the target.", role=role)]
    powerful, ours = row
    name = connection.info.user
    found: list[str] = []
    if powerful:
        found.append(
            phrase(
                "%(role)s has powers over the whole server; a door must not have those.", role=role
            )
        )
    if not ours:
        found.append(missing(f"GRANT {role} TO {name} WITH ADMIN OPTION"))
    return found
