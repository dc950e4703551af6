"""Let `transaction=True` tests flush a database whose record refuses to be emptied.

The root conftest imports the fixture `flushable_record`; nothing else is needed. Flushing is one
transaction, so the triggers are lifted nowhere else and for no longer than the TRUNCATE takes.
"""

from collections.abc import Iterator
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


def lifted() -> list[str]:
    """Return the statements that lift the protection; only the tables' owner may run them."""
    return [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in _TABLES]


def restored() -> list[str]:
    """Return the statements that put the protection back."""
    tables = {name: sql.split(" ON ")[1].split()[0] for name, sql in _TRIGGERS.items()}
    return [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name, table in tables.items()]


@pytest.fixture(autouse=True, scope="session")
def flushable_record() -> Iterator[None]:
    """Make Django's flush lift the triggers, and leave an empty record with its head behind."""
    flush = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *args: Any, **options: Any) -> list[str]:
        statements = flush(self, *args, **options)
        return [*lifted(), *statements, _FIRST, *restored()] if statements else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield
