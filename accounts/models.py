"""People, and the parts they play."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import models
from django.db.models.functions import Lower

from core import refs


class Part(models.TextChoices):
    """What a person does in the whole house. Parts in one scenario are guardian permissions."""

    RESPONDER = "respond", "Responder"
    ADMINISTRATOR = "administer", "Administrator"
    COMPLIANCE = "comply", "Compliance officer"
    AUDITOR = "audit", "Auditor"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> UserQuerySet:
        """People who may sign in."""
        return self.filter(is_active=True)

    def playing(self, part: Part) -> UserQuerySet:
        """Active people one of whose groups plays `part`. Never looks at `is_superuser`."""
        return self.active().filter(groups__in=groups_playing(part)).distinct()


def groups_playing(part: Part) -> models.QuerySet[Any]:
    """Return the groups that hold the permission of `part`."""
    permission = Permission.objects.filter(
        content_type__app_label="accounts", codename=part.value
    )
    return Group.objects.filter(permissions__in=permission)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes people by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who signs in with `email`; without a password they cannot yet."""
        user: User = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make the first administrator of an installation (for `createsuperuser`)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person. Compared by id, never by mail address or name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("mail address", unique=True)
    name = models.CharField("display name", max_length=150)
    time_zone = models.CharField(max_length=50, default="UTC")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        permissions = [(part.value, f"Is a {part.label.lower()}") for part in Part]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def ref(self) -> str:
        """How the ledger names this person."""
        return refs.make("user", self.pk)

    def plays(self, part: Part) -> bool:
        """Whether one of this person's groups plays `part` now."""
        return self.is_active and User.objects.playing(part).filter(pk=self.pk).exists()
