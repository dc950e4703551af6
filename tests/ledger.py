"""Let `transaction=True` tests flush a database whose record refuses to be emptied.

The root conftest imports the fixture `flushable_record`; nothing else is needed. Flushing is one
transaction, so the triggers are lifted nowhere else and for no longer than that takes.
"""

from collections.abc import Collection, Iterable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

_TABLES = (
    "audit_entry", "audit_payload", "audit_state", "audit_tile", "audit_checkpoint", "audit_key",
    "audit_erased", "audit_data_key", "audit_cosignature", "audit_anchor", "audit_pruned",
    "audit_last_version", "audit_hold",
)  # fmt: skip
_TREE = import_module("audit.migrations.0003_tree")
_TRIGGERS: dict[str, str] = (
    import_module("audit.migrations.0002_append_only").TRIGGERS
    | _TREE.TRIGGERS
    | import_module("audit.migrations.0004_checkpoints").TRIGGERS
    | import_module("audit.migrations.0006_erasures").TRIGGERS
    | import_module("audit.migrations.0007_outside").TRIGGERS
    | import_module("audit.migrations.0008_data_keys").TRIGGERS
    | import_module("audit.migrations.0010_pruning").TRIGGERS
    | import_module("audit.migrations.0011_legal_holds").TRIGGERS
    | import_module("audit.migrations.0013_payloads_come_with_entries").TRIGGERS
)
_FIRST: str = _TREE.FIRST


# Which triggers stand on which tables; the last refuses to change what was published.
_GUARDS = {name: sql.split(" ON ")[1].split()[0] for name, sql in _TRIGGERS.items()}
_GUARDS |= {"breakglass_version_no_change": "breakglass_scenarioversion"}


def lifted(tables: Collection[str] = _TABLES) -> list[str]:
    """Return the statements that lift the protection; only the tables' owner may run them."""
    return [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]


def restored(tables: Collection[str] = _TABLES) -> list[str]:
    """Return the statements that put the protection back."""
    return [
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
        for name, table in _GUARDS.items()
        if table in tables
    ]


# What migrations leave there and no test changes.
_STAYS = {"django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def flushable_record() -> Iterator[None]:
    """Make Django's flush empty what has rows, and leave an empty record with its head behind.

    To truncate all tables, and to fill anew what stays, took most of a second after each test.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _sql_flush)
        yield


def _sql_flush(
    operations: DatabaseOperations, _style: Any, tables: Iterable[str], **_options: Any
) -> list[str]:
    filled = _filled(operations.connection, [table for table in tables if table not in _STAYS])
    guarded = {*_GUARDS.values()}.intersection(filled)
    return [
        "SET LOCAL session_replication_role = replica",  # nobody looks after keys: all goes
        *lifted(guarded),
        *(f"DELETE FROM {table}" for table in filled),  # noqa: S608
        _FIRST,
        *restored(guarded),
    ]


def _filled(connection: Any, tables: list[str]) -> list[str]:
    """Return those of the tables that have rows."""
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]
