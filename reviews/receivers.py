"""What must happen in the transaction that ends a grant: a review becomes due."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from breakglass.models import Grant
from breakglass.signals import grant_ended
from reviews import transitions


@receiver(grant_ended, sender=Grant, dispatch_uid="reviews.owe")
def owe_review(sender: type[Grant], *, grant: Grant, at: datetime, **_: Any) -> None:
    """Owe a review of every use; access that never started was none."""
    if grant.activated_at is not None:
        transitions.owe(grant, at=at)
