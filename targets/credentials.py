"""Hands out what opens a door: a password that was made a moment ago and is kept nowhere."""

import dataclasses
import secrets
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import quote

from accounts.models import User
from core.errors import WrongState
from core.speech import phrase
from targets import drivers, engine, transitions
from targets.drivers.base import TargetError
from targets.models import Door, Target
from targets.stopwatch import Stopwatch
from targets.vault import VaultError

_PATIENCE = 5.0  # seconds to wait for a worker that is opening the door just now


@dataclasses.dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a person needs to go in; shown once. `command` asks for the password by itself.

    `sslmode` is empty where the target wants no TLS: clients then use what the server offers.
    """

    kind: str
    host: str
    port: int
    user: str
    password: str = dataclasses.field(repr=False)
    database: str
    expires_at: datetime
    command: str
    sslmode: str = "prefer"

    @property
    def address(self) -> str:
        """Everything in one line, as programs take it; the password is in it."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        host = f"[{self.host}]" if ":" in self.host else self.host
        place = f"{host}:{self.port}/{quote(self.database, safe='')}"
        tls = f"?sslmode={self.sslmode}" if self.sslmode else ""
        return f"postgresql://{user}:{password}@{place}{tls}"

    @property
    def environment(self) -> str:
        """The lines for a shell that let psql, pg_dump and libpq find their way in."""
        values = {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGDATABASE": self.database,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGSSLMODE": self.sslmode,
        }
        lines = {name: shlex.quote(value) for name, value in values.items() if value}
        return "\n".join(f"export {name}={value}" for name, value in lines.items())


def issue(door: Door, *, by: User, renew: bool, at: datetime) -> Credentials:
    """Give `door` a fresh password and return it; who may ask is the caller's to decide.

    Opens the door in this process when no worker has yet. With `renew` a password that was
    issued before stops working for new sessions.

    Raises WrongState when the access is over, when credentials were issued before and `renew` is
    not set, or (as TargetError) when the target does not do it.
    """
    watch = Stopwatch(at)
    with _sole(door):
        door = Door.objects.select_related("target").get(pk=door.pk)
        if why := why_not_issue(door, renew=renew, at=at):
            raise WrongState(why)
        password = secrets.token_urlsafe(24)
        try:
            with drivers.reach(door.target) as driver:
                if door.state in Door.TO_OPEN:
                    door = engine.put_up(door, driver, watch)
                if door.state == Door.State.OPEN:
                    driver.set_password(door.handle, password)
        except (TargetError, VaultError) as error:
            if door.state in Door.TO_OPEN:
                transitions.open_failed(door, error=str(error), at=watch.now())
            raise
        renewed = door.credentials_issued_at is not None
        door = transitions.credentials_issued(door, renewed=renewed, actor=by.ref, at=watch.now())
    return _credentials(door, password)


def why_not_issue(door: Door, *, renew: bool, at: datetime) -> str | None:
    """Say why this door has no credentials to hand out at `at`, or None."""
    if door.closing_at or door.until <= at:
        return phrase(
            "This access to %(target)s is over; ask for a new one.", target=door.target.name
        )
    if door.starts_at > at:
        return phrase("This access to %(target)s has not begun yet.", target=door.target.name)
    if door.credentials_issued_at and not renew:
        return phrase(
            "The password for %(target)s was shown already and is kept nowhere; ask for a new one,"
            " which ends the old one.",
            target=door.target.name,
        )
    return None


@contextmanager
def _sole(door: Door) -> Iterator[None]:
    """Hold the door's lease, waiting a little for a worker that is just opening it."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with engine.leased(door) as lease:
            if lease:
                yield
                return
        if time.monotonic() > deadline:
            raise WrongState(
                phrase(
                    "%(target)s is being opened; try again in a moment.", target=door.target.name
                )
            )
        time.sleep(0.01)


def _credentials(door: Door, password: str) -> Credentials:
    target = door.target
    place = f"host={target.host} port={target.port} user={door.handle} dbname={target.database}"
    # Nobody is told to switch TLS off: what a target does not want, it does not offer.
    tls = "" if target.sslmode == Target.Tls.DISABLE else target.sslmode
    return Credentials(
        kind=target.kind,
        host=target.host,
        port=target.port,
        user=door.handle,
        password=password,
        database=target.database,
        expires_at=door.until,
        command=f'psql "{place} sslmode={tls}"' if tls else f'psql "{place}"',
        sslmode=tls,
    )
