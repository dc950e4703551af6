"""The housekeeping of the floor."""

from celery import shared_task
from django.utils import timezone

from core.idempotency import KEPT
from core.models import StoredAnswer


@shared_task(ignore_result=True, expires=60)
def forget_answers() -> None:
    """Remove the answers whose idempotency keys are a day old. Running twice is harmless."""
    StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
