"""Tries a target from end to end, before an emergency does."""

import secrets
from uuid import uuid4

from core.errors import DomainError
from targets import drivers
from targets.drivers.base import Driver, Opening
from targets.models import Installation, Target, handle_of

_SECONDS = 30  # what a trial leaves behind when it is killed is of no use after this time


def complaints(target: Target) -> list[str]:
    """Make a role for each template role, knock, and take it away; say what is wrong.

    Nothing is recorded and no door is made. Empty when an emergency may come.
    """
    roles = [role for role in (target.template_role, target.read_only_role) if role]
    try:
        with drivers.reach(target) as driver:
            if found := driver.complaints(roles):
                return found
            return [words for role in roles for words in _try_role(target, driver, role)]
    except DomainError as error:
        return [str(error)]


def _try_role(target: Target, driver: Driver, role: str) -> list[str]:
    key = uuid4()
    handle, mark = handle_of(key), f"breakglass:{Installation.mark()}:door:{key.hex}"
    opening = Opening(
        handle=handle,
        mark=mark,
        role=role,
        read_only=role == target.read_only_role,
        seconds=_SECONDS,
    )
    found = []
    try:
        driver.open(opening)
        driver.set_password(handle, secrets.token_urlsafe(24))
        if not driver.refuses(handle):
            found.append(
                f"{target.name} lets {handle} in with a wrong password, so it would not end an "
                "access by itself: have its pg_hba.conf ask everybody for scram-sha-256."
            )
    finally:
        driver.cut(handle)
        driver.remove(handle, heir=role)
    return found
