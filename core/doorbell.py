"""Ring a background task after commit. A doorbell carries no facts and may be lost."""

import logging
import time
from typing import Any

from celery import Task, current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_REST = 5.0  # seconds without a try after the transport did not answer: each would cost a second
_silent_until = 0.0


def ring(task: "Task[Any, Any] | str") -> None:
    """Ask a worker to run `task` (or the one of that name) once the transaction has committed.

    Without Redis nothing is lost: the task looks into the database for what is due, and beat
    rings it again. So a broken transport is logged, and never stops what a person is doing:
    what has been committed is not to end in an error page.
    """
    transaction.on_commit(lambda: _ring_now(task), robust=True)


def _ring_now(task: "Task[Any, Any] | str") -> None:
    global _silent_until  # noqa: PLW0603 - one transport for the whole process
    if time.monotonic() < _silent_until:
        return
    name = task if isinstance(task, str) else task.name
    try:
        current_app.send_task(name, retry=False, ignore_result=True, expires=60)
    except (OperationalError, RedisError, OSError):
        _silent_until = time.monotonic() + _REST
        logger.warning("No transport for %s; beat will run it later.", name)
