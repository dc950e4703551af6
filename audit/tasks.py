"""What the record does by itself."""

import logging

from celery import shared_task
from django.utils import timezone

from audit.models import Verification
from audit.verify import verify

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True, expires=60)
def verify_new() -> None:
    """Verify what was entered since the last good entry, and that this one is still the same.

    Beat runs this every minute. While something is wrong the last good place stays where it is.
    """
    last = Verification.objects.first() or Verification()
    verdict = verify(after=last.tree)
    if verdict.why:
        logger.error("The record is not whole: %s", verdict.why)
    else:
        last.seq, last.frontier = verdict.seq, bytes(verdict.tree)
    last.at, last.why = timezone.now(), verdict.why
    last.save()
