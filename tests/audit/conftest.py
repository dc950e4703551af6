"""Fixtures of the tests of the record."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Part, User
from audit import rights
from tests.audit.go import go
from tests.audit.make import make_sealer, sql
from tests.audit.office import office
from tests.make import make_group, make_user

__all__ = ["go", "office"]


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
    return make_sealer(tmp_path)


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
