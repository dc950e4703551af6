"""Which changes of targets django-auditlog keeps (and `audit` mirrors).

The secret itself stays out of it; that it was replaced shows as a new `secret_set_at`.
"""

from auditlog.registry import auditlog

from targets.models import Target

auditlog.register(
    Target, exclude_fields=["admin_secret", "last_tried_at", "last_ok_at", "last_error"]
)
