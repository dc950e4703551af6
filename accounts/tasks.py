"""What this room does by itself."""

from celery import shared_task
from django.utils import timezone

from accounts import erasing
from accounts.models import Erasure
from core.errors import WrongState


@shared_task(ignore_result=True, expires=60)
def tidy_erasures() -> None:
    """Carry on what was confirmed, and close what nobody confirmed in time."""
    now = timezone.now()
    for verb, rows in (
        (erasing.carry_on, Erasure.objects.under_way()),
        (erasing.lapse, Erasure.objects.lapsed_by(now)),
    ):
        for erasure in rows:
            try:
                verb(erasure, at=now)
            except WrongState:
                continue  # somebody was faster
