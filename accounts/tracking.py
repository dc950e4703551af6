"""Which changes of people and groups django-auditlog keeps (and `audit` mirrors)."""

from django.contrib.auth.models import Group

from accounts.models import User
from audit.config import track

# Passwords and sign-ins have events of their own.
track(User, exclude_fields=["password", "last_login"], m2m_fields={"groups", "user_permissions"})
track(Group, m2m_fields={"permissions"})
