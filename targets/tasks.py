"""The sweeps over doors. Each asks the database what is due; running twice is harmless."""

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from core.errors import DomainError
from targets import collect as collector
from targets import drivers, engine, ingest, silence, transitions
from targets import reconcile as reconciler
from targets.models import Door, Target


@shared_task(ignore_result=True, expires=60)
def close_due() -> None:
    """Close the doors whose time is over. The target itself refuses new sessions since then."""
    now = timezone.now()
    engine.shut_due(now)
    doors = Door.objects.unsettled(now).filter(state__in=Door.TO_CLOSE)
    engine.settle_all(doors.select_related("target")[:500], at=now)


@shared_task(ignore_result=True, expires=60)
def settle() -> None:
    """Make targets what their doors say: open, prolong, close, and try again what failed."""
    now = timezone.now()
    engine.settle_all(Door.objects.unsettled(now).select_related("target")[:500], at=now)


@shared_task(ignore_result=True, expires=60)
def reconcile() -> None:
    """Look whether targets are as the doors say, and put them right."""
    reconciler.run(timezone.now())


@shared_task(ignore_result=True, expires=60)
def collect() -> None:
    """Bring what was done behind doors into the record."""
    now = timezone.now()
    ready = Q(log_position__next_attempt_at=None) | Q(log_position__next_attempt_at__lte=now)

    def read(target: Target) -> None:
        try:
            with drivers.reach(target) as driver:
                collector.read(target, driver, at=now)
        except DomainError as error:
            collector.postpone(target, error=str(error), at=now)

    engine.apart(read, list(Target.objects.with_log_to_read().filter(ready)))


@shared_task(ignore_result=True, expires=60)
def try_targets() -> None:
    """Knock at every target, so that a broken one is known before it is needed."""
    now = timezone.now()

    def knock(target: Target) -> None:
        try:
            with drivers.reach(target):
                transitions.tried(target, error="", at=now)
        except DomainError as error:
            transitions.tried(target, error=str(error), at=now)

    engine.apart(knock, list(Target.objects.enabled()))


@shared_task(ignore_result=True, expires=60)
def forget_received() -> None:
    """Forget which events sources have sent long ago."""
    ingest.forget_received(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def notice_silence() -> None:
    """Put on the record which sources are silent for longer than usual."""
    silence.notice(at=timezone.now())
