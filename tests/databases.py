"""One process of a run migrates a database, and the others begin with a copy of it.

The root conftest imports the fixture `django_db_modify_db_settings`; nothing else is needed. To
migrate takes some seconds of each process, to copy does not.
"""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

_TURN = 0x6272_6561_6B74  # the number of the lock: one migrates, the others wait for that


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Have this process's database made from one that is migrated.

    Not where the server is yours: what lies there may be of an older state of the migrations.
    """
    if not (template := os.environ.get("MIGRATED_DATABASE")):
        return
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_TURN])
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not there.fetchone():
            with django_db_blocker.unblock():
                _migrate(f"{template}_new")
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(f"{template}_new"), sql.Identifier(template)
                )
            )
    connection.settings_dict["TEST"]["TEMPLATE"] = template


def _migrate(name: str) -> None:
    """Make a migrated database of this name."""
    test, own = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    wanted, test["NAME"] = test["NAME"], name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connection.close()
        test["NAME"], connection.settings_dict["NAME"] = wanted, own
