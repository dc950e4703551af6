"""Fixtures of the tests of the record."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Part, User
from audit import key_file, rights, sealer
from audit.key_file import SigningKey
from tests.audit.make import NOON, ORIGIN, sql
from tests.make import make_group, make_user


@pytest.fixture
def auditor() -> User:
    """Elif, who may read the record."""
    user = make_user("elif")
    make_group("auditors", user, part=Part.AUDITOR)
    return user


@pytest.fixture
def signed_in(client: Client, auditor: User) -> Client:
    """A browser in which Elif is signed in; nothing of how she came is pending."""
    client.force_login(auditor)
    return client


@pytest.fixture
def seal(tmp_path: Path) -> Callable[[], None]:
    """Sign the head of the record."""
    key: SigningKey = key_file.make(tmp_path / "key", ORIGIN)
    file = sealer.MemoryFile(tmp_path / "memory", ORIGIN)

    def run() -> None:
        sealer.seal(key, file, sealer.remembered(file), at=NOON)

    return run


@pytest.fixture
def roles() -> None:
    """Both roles, with their rights, until this test's transaction is undone."""
    for role in (rights.APPLICATION, rights.SEQUENCER):
        sql(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN"
            f" CREATE ROLE {role}; END IF; END $$"
        )
    rights.grant()


@pytest.fixture
def as_role(roles: None) -> Iterator[Callable[[str], None]]:
    """Become another role; come back at the end."""
    yield lambda role: sql(f"SET LOCAL ROLE {role}")
    sql("RESET ROLE")
