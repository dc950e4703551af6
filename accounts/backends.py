"""Sign-in by mail and password, and the permissions that Django's admin asks for."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Gives the permissions of the groups that a person is in now: a membership may have ended."""

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission, Any]:
        return Permission.objects.filter(group__in=user_obj.groups_at(None))
