"""What the record does by itself."""

from celery import shared_task
from django.utils import timezone

from audit import erasure, watch
from audit.anchors import copies, keeping, mails, stamps
from audit.replay import rounds
from audit.retention import carrying_out, expiring
from core import doorbell


@shared_task(ignore_result=True, expires=60)
def verify_new() -> None:
    """Verify what is new. Beat runs this every minute."""
    watch.look_at_new(timezone.now)


@shared_task(ignore_result=True, expires=60)
def verify_whole() -> None:
    """Verify the whole record when the night has come or somebody asked; go on until it is done.

    Beat runs this every few seconds. After ten it rings itself and lets others have the worker.
    """
    watch.begin_night(at=timezone.now())
    if watch.go_on(timezone.now):
        doorbell.ring(verify_whole)


@shared_task(ignore_result=True, expires=60)
def finish_erasures() -> None:
    """Delete what erasures on the record cover, once they are signed."""
    erasure.finish()


@shared_task(ignore_result=True, expires=60)
def finish_prunings() -> None:
    """Delete what prunings on the record cover, once they are signed. Beat: every 15 seconds.

    After ten it rings itself and lets others have the worker.
    """
    if carrying_out.finish(at=timezone.now()):
        doorbell.ring(finish_prunings)


@shared_task(ignore_result=True, expires=60)
def keep_to_policy() -> None:
    """Let go what the retention policy says is old enough. Beat: every quarter of an hour.

    A policy moves once a day, at midnight UTC; what is not done at once is done by the next runs.
    """
    expiring.keep_to_policy(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def look_after_anchors() -> None:
    """Anchor the record, give a sign of life, and tell of places outside that fail.

    Beat runs this every 15 seconds.
    """
    keeping.look_after(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def copy_record() -> None:
    """Bring the copies of the record up to its newest head. Beat runs this every minute."""
    copies.bring_all(timezone.now)


@shared_task(ignore_result=True, expires=60)
def mail_heads() -> None:
    """Mail the newest head to whoever is due. Beat runs this every five minutes."""
    mails.bring_all(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def stamp_heads() -> None:
    """Have the newest head stamped by whoever is due. Beat runs this every minute."""
    stamps.bring_all(at=timezone.now())


@shared_task(ignore_result=True, expires=60)
def replay() -> None:
    """Compare the tables with the record when the night has come or somebody asked.

    Beat runs this every few seconds. After ten it rings itself and lets others have the worker.
    """
    rounds.begin_night(at=timezone.now())
    if rounds.go_on(timezone.now):
        doorbell.ring(replay)
