"""Fixtures of the tests of the record."""

import pytest
from django.test import Client

from accounts.models import Part, User
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
