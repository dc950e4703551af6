"""Acts on targets so that they become what the doors say.

Two phases: a transition commits the intent, then we act, then a transition commits the outcome.
Whoever dies in between leaves an intent that the next sweep takes up; every act may be repeated.
A lease keeps two processes from acting on one door at once. Nothing here runs in a transaction.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.utils.translation import gettext_noop

from audit.log import SYSTEM
from core.errors import DomainError, WrongState
from core.speech import phrase
from targets import collect, drivers, transitions
from targets.drivers.base import Driver, Opening, TargetError
from targets.models import Door, Target
from targets.stopwatch import Stopwatch
from targets.vault import VaultError

logger = logging.getLogger(__name__)

# Longer than what is done between two renewals (a connect of 3 s, a statement of 5 s): when the
# holder of a lease dies, the next one may act after this many seconds.
LEASE_SECONDS = 8.0
_AT_ONCE = 8
_OVER = gettext_noop("its time was over")
Failure = (TargetError, VaultError)


@contextmanager
def leased(door: Door) -> Iterator[UUID | None]:
    """Hold the sole right to act on a door's target; None when somebody else has it."""
    lease = Door.objects.take_lease(door, seconds=LEASE_SECONDS)
    try:
        yield lease
    finally:
        if lease:
            Door.objects.drop_lease(lease)


def open_door(door: Door, *, at: datetime) -> Door:
    """Open a door at its target, or write down why not; return it as it is then.

    Does nothing when another process is at it, or when it is not to be opened (any more).
    """
    watch = Stopwatch(at)
    with leased(door) as lease:
        door = _current(door)
        if not lease or door.state not in Door.TO_OPEN:
            return door
        try:
            with drivers.reach(door.target) as driver:
                return put_up(door, driver, watch)
        except Failure as error:
            return transitions.open_failed(door, error=str(error), at=watch.now())


def put_up(door: Door, driver: Driver, watch: Stopwatch) -> Door:
    """Make the principal of a door whose lease we hold.

    Raises TargetError, and WrongState when the door was shut meanwhile.
    """
    until = door.until
    if watch.left(until) <= 0:
        return transitions.shut(door, why=_OVER, actor=SYSTEM, at=watch.now())
    collect.start_reading(door, driver)  # first: nobody may act before we know where to read
    driver.open(opening_of(door, watch))
    try:
        spent = round(watch.elapsed() * 1000)
        return transitions.opened(door, until=until, milliseconds=spent, at=watch.now())
    except WrongState:
        # Shut between intent and outcome: who closes it now may have been here before us.
        driver.cut(door.handle)
        driver.remove(door.handle, heir=_heir(door))
        return _current(door)


def tell_end(door: Door, *, at: datetime) -> Door:
    """Let the target know of the new end of an open door."""
    watch = Stopwatch(at)
    with leased(door) as lease:
        door = _current(door)
        if not lease or door.state != Door.State.OPEN:
            return door
        until = door.until
        try:
            with drivers.reach(door.target) as driver:
                driver.prolong(door.handle, watch.left(until))
        except Failure as error:
            return transitions.postponed(door, error=str(error), at=watch.now())
        return transitions.prolonged(door, until=until)


def close_door(door: Door, *, at: datetime) -> Door:
    """Close a door that was shut, and prove it; return it as it is then.

    Never gives up: what fails is written down, and the sweeps come back until it is closed.
    """
    watch = Stopwatch(at)
    with leased(door) as lease:
        door = _current(door)
        if not lease or door.state not in Door.TO_CLOSE:
            return door
        try:
            with drivers.reach(door.target) as driver:
                left_behind = _take_down(door, driver, lease, watch)
        except Failure as error:
            return transitions.close_failed(door, error=str(error), at=watch.now())
        return transitions.closed(door, left_behind=left_behind, at=watch.now())


def _take_down(door: Door, driver: Driver, lease: UUID, watch: Stopwatch) -> list[str]:
    """Cut, read what was done, remove, and knock. Raises TargetError unless we are refused."""
    driver.cut(door.handle)
    _renew(lease)
    collect.read_quietly(door.target, driver, at=watch.now())
    _renew(lease)
    left_behind = driver.remove(door.handle, heir=_heir(door))
    if not driver.refuses(door.handle) or driver.sessions(door.handle):
        raise TargetError(
            phrase(
                "%(target)s still lets %(role)s in; look at its pg_hba.conf.",
                target=door.target.name,
                role=door.handle,
            )
        )
    return left_behind


def settle(door: Door, *, at: datetime) -> Door:
    """Do what a door needs next so that its target becomes what it says."""
    if door.state == Door.State.OPEN:
        return tell_end(door, at=at)
    act = close_door if door.state in Door.TO_CLOSE else open_door
    return act(door, at=at)


def shut_due(at: datetime) -> None:
    """Write down of every door whose time is over that it is to be closed."""
    for door in Door.objects.due(at).filter(closing_at=None):
        transitions.shut(door, why=_OVER, actor=SYSTEM, at=at)


def settle_all(doors: Iterable[Door], *, at: datetime) -> None:
    """Settle many doors, each target apart from the others."""
    watch = Stopwatch(at)
    by_target: dict[Target, list[Door]] = {}
    for door in doors:
        by_target.setdefault(door.target, []).append(door)

    def settle_target(target: Target) -> None:
        for door in by_target[target]:
            settle(door, at=watch.now())

    apart(settle_target, list(by_target))


def apart(work: Callable[[Target], None], targets: list[Target]) -> None:
    """Do `work` for each target in a thread of its own, so that none waits for a silent one.

    What goes wrong at one is logged and stops nobody else; it is tried again by the next sweep.
    """

    def safely(target: Target) -> None:
        try:
            work(target)
        except DomainError as error:
            logger.warning("%s: %s", target.slug, error)
        except Exception:  # the edge of a process: one target must not stop the others
            logger.exception("%s: unexpected failure", target.slug)

    def in_thread(target: Target) -> None:
        try:
            safely(target)
        finally:
            connections.close_all()

    if len(targets) == 1:
        safely(targets[0])
    elif targets:
        with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(targets))) as pool:
            list(pool.map(in_thread, targets))


def opening_of(door: Door, watch: Stopwatch) -> Opening:
    """Return how the door's principal should be by now."""
    return Opening(
        handle=door.handle,
        mark=door.mark,
        role=door.target.role_for(read_only=door.read_only),
        read_only=door.read_only,
        seconds=watch.left(door.until),
    )


def _heir(door: Door) -> str:
    return door.target.role_for(read_only=door.read_only)


def _renew(lease: UUID) -> None:
    if not Door.objects.renew_lease(lease, seconds=LEASE_SECONDS):
        raise TargetError(phrase("It took so long that another process has taken over."))


def _current(door: Door) -> Door:
    return Door.objects.select_related("target").get(pk=door.pk)
