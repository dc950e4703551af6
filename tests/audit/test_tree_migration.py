"""The tree of a record that was begun before there was one."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from audit import rights
from audit.models import State, Tile
from audit.verify import verify
from tests.audit.make import NOON, happen, sequence, sql, unprotected

migration = import_module("audit.migrations.0003_tree")


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [65_536, 100])
def test_is_built_over_the_entries_that_there_are(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "_BATCH", batch)
    for number in range(600):
        happen(f"thing:{number}")
    sequence(NOON)
    grown = State.objects.get().frontier
    with unprotected():
        Tile.objects.all()._raw_delete("default")  # noqa: SLF001
        sql("UPDATE audit_state SET frontier = ''")

    with connection.schema_editor() as editor:
        migration.build(apps, editor)

    assert State.objects.get().frontier == grown
    assert verify().why == ""
    assert rights.protection()[0] == []
