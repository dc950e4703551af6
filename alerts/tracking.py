"""Which changes of what alerts are configured by django-auditlog keeps (and `audit` mirrors).

Secrets stay out of it; that one was replaced shows as a new `secret_set_at`. So does where a
person is: that is theirs, and `added_at` says that it was changed.
"""

from alerts.models import Channel, Contact, Cover, Route, Schedule
from audit.config import track

track(
    Channel,
    exclude_fields=[
        "secret", "failures", "rests_until", "last_ok_at", "last_failed_at", "last_error",
        "contacts", "deliveries", "stands_in_for",
    ],
)  # fmt: skip
track(Contact, exclude_fields=["address"])
# Who takes turns is noted by the form, as one list.
track(
    Schedule,
    exclude_fields=[
        "secret", "calendar", "read_at", "tried_at", "last_error", "turns", "covers", "shifts",
    ],
)  # fmt: skip
track(Cover)
# What happens where nobody reads is noted by the form, in words.
track(
    Route,
    exclude_fields=["set_aside_at", "last_error", "steps"],
    m2m_fields={"scenarios", "teams", "schedules", "places"},
)
