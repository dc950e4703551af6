"""How each kind of target is opened and closed; one module per kind."""

from collections.abc import Iterator
from contextlib import contextmanager

from targets.drivers import postgresql
from targets.drivers.base import Address, Driver
from targets.models import Target

_KINDS = {Target.Kind.POSTGRESQL.value: postgresql.connected}


@contextmanager
def reach(target: Target) -> Iterator[Driver]:
    """Connect to a target's administration for as long as the block lasts.

    Raises TargetError when nobody answers within 3 s, VaultError when the secret cannot be read.
    """
    address = Address(
        name=target.name,
        host=target.host,
        port=target.port,
        database=target.database,
        sslmode=target.sslmode,
        user=target.admin_user,
        password=target.secret(),
    )
    with _KINDS[target.kind](address) as driver:
        yield driver
