"""Brings doors and targets together again after a crash, a restore, or somebody's own hands."""

import logging
from datetime import datetime

from django.utils.translation import gettext_noop

from audit.log import SYSTEM
from targets import drivers, engine, transitions
from targets.drivers.base import Driver
from targets.events import GIVEN_POWER
from targets.models import Door, Installation, Target
from targets.stopwatch import Stopwatch

_MISSING = gettext_noop("its role was missing")

logger = logging.getLogger(__name__)


def run(at: datetime) -> None:
    """Close what is due, settle what is unsettled, mend what is open, remove what is nobody's.

    Each target apart from the others; one that does not answer holds up none.
    """
    watch = Stopwatch(at)
    engine.shut_due(at)
    engine.settle_all(Door.objects.unsettled(at).select_related("target"), at=at)
    engine.apart(lambda target: _look_over(target, watch), list(Target.objects.enabled()))


def _look_over(target: Target, watch: Stopwatch) -> None:
    with drivers.reach(target) as driver:
        for door in Door.objects.filter(target=target, state=Door.State.OPEN):
            _mend(door, driver, watch)
        _remove_orphans(target, driver, watch)


def _mend(door: Door, driver: Driver, watch: Stopwatch) -> None:
    """Make an open door at the target what it should be; close it when it has become more."""
    with engine.leased(door) as lease:
        door = Door.objects.select_related("target").get(pk=door.pk)
        if not lease or door.state != Door.State.OPEN or watch.left(door.until) <= 0:
            return
        until = door.until
        opening = engine.opening_of(door, watch)
        state = driver.verify(opening)
        if state.danger:
            why = f"{GIVEN_POWER}{', '.join(state.danger)}"
            transitions.shut(door, why=why, actor=SYSTEM, at=watch.now())
        elif not state.exists or state.drift:
            driver.open(opening)
            what = list(state.drift) if state.exists else [_MISSING]
            transitions.repaired(door, what=what, until=until, at=watch.now())


def _remove_orphans(target: Target, driver: Driver, watch: Stopwatch) -> None:
    """Take away the principals of this installation that no door explains.

    Those of other installations on the same server bear another mark and are left alone.
    """
    # The target is asked first: whatever it has by then was written down as a door before.
    found = driver.ours(f"breakglass:{Installation.mark()}:")
    explained = set(
        Door.objects.live().filter(target=target, handle__in=found).values_list("handle", flat=True)
    )
    for handle in sorted(set(found) - explained):
        driver.cut(handle)
        driver.remove(handle, heir=target.template_role)
        transitions.orphan_removed(target, handle=handle, at=watch.now())
