"""A shop to open doors on."""

import pytest

from accounts.models import User
from targets import demo
from targets.models import Target
from tests.doors.make import Shop, make_target


@pytest.fixture(scope="session")
def shop(pg_cluster: str) -> Shop:
    """Return the shop of a target server, prepared once."""
    return Shop(pg_cluster, demo.prepare(pg_cluster))


@pytest.fixture
def target(db: None, shop: Shop) -> Target:
    """Return a target that leads to the shop."""
    return make_target(shop)


@pytest.fixture
def ada(db: None) -> User:
    """Return somebody who goes through doors."""
    return User.objects.create_user("ada@example.com", name="Ada")
