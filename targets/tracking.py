"""Which changes of targets django-auditlog keeps (and `audit` mirrors).

The secret itself stays out of it; that it was replaced shows as a new `secret_set_at`.
"""

from audit.config import track
from targets.models import Source, Target

track(Target, exclude_fields=["admin_secret", "last_tried_at", "last_ok_at", "last_error"])
track(
    Source,
    exclude_fields=[
        "digest", "last_event_at", "last_heard_at", "accepted", "refused", "last_refusal",
    ],
)  # fmt: skip
