"""Questions to PostgreSQL and its bells, without what Django does around each of them.

For those who ask many short ones: a question costs them half the processor time. Values come and
go as bytes and not as text, and a failure is Django's, as everywhere else.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection


def ask(
    statement: str, values: Sequence[Any] | Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Run one statement; return its rows, none where it gives none."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, binary=True)
        return cursor.fetchall() if cursor.description else []


def copy(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows of these columns, which are given with their types."""
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(statement) as copying,
    ):
        copying.set_types([*columns.values()])
        for row in rows:
            copying.write_row(row)


def rings(seconds: float) -> list[str]:
    """Wait so long at most until somebody rings; return what was said with every ring so far."""
    with connection.wrap_database_errors:
        heard = connection.connection.notifies(timeout=seconds, stop_after=1)
        return [ring.payload for ring in heard]
