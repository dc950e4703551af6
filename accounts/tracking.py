"""Which changes of people and groups django-auditlog keeps (and `audit` mirrors)."""

from auditlog.registry import auditlog
from django.contrib.auth.models import Group

from accounts.models import User

auditlog.register(
    User,
    exclude_fields=["password", "last_login"],
    m2m_fields={"groups", "user_permissions"},
)
auditlog.register(Group, m2m_fields={"permissions"})
