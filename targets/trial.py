"""Tries a target from end to end, before an emergency does."""

import dataclasses
import secrets
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from core.errors import DomainError
from core.speech import phrase
from targets import drivers, transitions
from targets.drivers.base import Driver, Opening
from targets.models import Installation, Target, handle_of

_SECONDS = 30  # what a trial leaves behind when it is killed is of no use after this time


@dataclasses.dataclass(frozen=True)
class Tried:
    """One thing that was tried; `wrong` says what to put right, and is empty when it went well."""

    what: str
    wrong: list[str]


def trial(target: Target) -> list[Tried]:
    """Come in, look at our rights, then for each role open a door, knock, and take it away.

    Ends at the first thing without which the next cannot go well. No door of ours is made.
    """
    name = f"{target.host}:{target.port}/{target.database}"
    came_in = phrase("Sign in at %(place)s as %(role)s", place=name, role=target.admin_user)
    found: list[Tried] = []
    try:
        with drivers.reach(target) as driver:
            found.append(Tried(came_in, []))
            found.extend(_inside(target, driver))
    except DomainError as error:
        where = phrase("Open and close a door") if found else came_in
        found.append(Tried(where, [error.args[0]]))
    return found


def complaints(target: Target) -> list[str]:
    """Say what is wrong with a target; empty when an emergency may come."""
    return [words for tried in trial(target) for words in tried.wrong]


def note(target: Target, found: list[Tried], *, at: datetime) -> None:
    """Write down when a target was tried, and the first thing that was wrong."""
    wrong = [words for tried in found for words in tried.wrong]
    transitions.tried(target, error=wrong[0] if wrong else "", at=at)


def _inside(target: Target, driver: Driver) -> Iterator[Tried]:
    roles = [role for role in (target.template_role, target.read_only_role) if role]
    rights = driver.complaints(roles)
    yield Tried(phrase("The rights of %(role)s, and the log", role=target.admin_user), rights)
    for role in roles if not rights else []:
        what = phrase("Open a door with the rights of %(role)s, knock, close it", role=role)
        yield Tried(what, _try_role(target, driver, role))


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
    found: list[str] = []
    try:
        driver.open(opening)
        driver.set_password(handle, secrets.token_urlsafe(24))
        if not driver.refuses(handle):
            found.append(
                phrase(
                    "%(target)s lets %(handle)s in with a wrong password, so it would not end an"
                    " access by itself: have its pg_hba.conf ask everybody for scram-sha-256.",
                    target=target.name,
                    handle=handle,
                )
            )
    finally:
        driver.cut(handle)
        driver.remove(handle, heir=role)
    return found
