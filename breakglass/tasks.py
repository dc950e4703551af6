"""Sweeps. The clock has decided already; they write it down and tell people."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from celery import shared_task
from django.utils import timezone

from breakglass import policy, transitions
from breakglass.models import Grant, ProposedChange, Request
from breakglass.transitions import changes
from core.errors import WrongState

logger = logging.getLogger(__name__)
T = TypeVar("T")
_AT_A_TIME = 500


@shared_task(ignore_result=True, expires=60)
def tidy_grants() -> None:
    """Start scheduled grants and close what the clock has ended. Running twice is harmless."""
    now = timezone.now()
    _each(Grant.objects.due_to_start(now)[:_AT_A_TIME], lambda g: transitions.activate(g, at=now))
    _each(Grant.objects.overdue(now)[:_AT_A_TIME], lambda g: transitions.expire(g, at=now))


@shared_task(ignore_result=True, expires=60)
def tidy_requests() -> None:
    """Escalate silence, let what nobody answered lapse, close what nobody ratified."""
    now = timezone.now()
    _each(Request.objects.lapsed_by(now)[:_AT_A_TIME], lambda r: transitions.lapse(r, at=now))
    _each(Request.objects.unratified_by(now)[:_AT_A_TIME], lambda r: transitions.overdue(r, at=now))
    for request in Request.objects.open().filter(state=Request.State.PENDING)[:_AT_A_TIME]:
        if any(
            each.asked(now) and each.step.position > request.escalated_to
            for each in policy.standing(request)
        ):
            _each([request], lambda r: transitions.escalate(r, at=now))


@shared_task(ignore_result=True, expires=600)
def tidy_changes() -> None:
    """Let proposed changes lapse that nobody decided on. Running twice is harmless."""
    now = timezone.now()
    rows = ProposedChange.objects.lapsed_by(now)[:_AT_A_TIME]
    _each(rows, lambda change: changes.lapse(change, at=now))


def _each(rows: Iterable[T], verb: Callable[[T], object]) -> None:
    """Apply a verb to each row; one that fails does not keep the others waiting."""
    for row in rows:
        try:
            verb(row)
        except WrongState:
            continue  # somebody ended it between our read and our lock
        except Exception:
            logger.exception("%r could not be tidied; the next sweep tries again.", row)
