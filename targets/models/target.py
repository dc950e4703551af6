"""Systems that can be opened, and how they are reached."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from core import refs
from targets import vault


class Installation(models.Model):
    """Which installation of the product this is: what we make on a target is marked with it."""

    singleton = models.BooleanField(primary_key=True, default=True, editable=False)
    id = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="installation_only_one", condition=Q(singleton=True))
        ]

    def __str__(self) -> str:
        return self.id.hex

    @classmethod
    def mark(cls) -> str:
        """Return the id of this installation as 32 hex digits, made at first use."""
        return cls.objects.get_or_create(singleton=True)[0].id.hex


class TargetQuerySet(models.QuerySet["Target"]):
    def enabled(self) -> TargetQuerySet:
        """Targets on which doors may be opened."""
        return self.filter(enabled=True)

    def with_log_to_read(self) -> TargetQuerySet:
        """Targets whose log may hold actions under a door that are not in the record yet."""
        uncollected = {"doors__opened_at__isnull": False, "doors__collected_at": None}
        return self.filter(**uncollected).distinct()

    def reached(self) -> dict[str, int]:
        """How many enabled targets do not answer (`silent`), and of how many the log cannot be
        read (`unread`).
        """
        return self.aggregate(
            silent=Count("pk", filter=Q(enabled=True, last_error__gt="")),
            unread=Count("pk", filter=Q(log_position__last_error__gt="")),
        )


class Target(models.Model):
    """A system with a door, and how its administration account is reached."""

    class Kind(models.TextChoices):
        POSTGRESQL = "postgresql", "PostgreSQL"

    class Tls(models.TextChoices):
        DISABLE = "disable", _("Never (only on this machine)")
        PREFER = "prefer", _("When the server offers it")
        REQUIRE = "require", _("Always")
        VERIFY_FULL = "verify-full", _("Always, and check the server's name")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.POSTGRESQL)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(
        default=5432, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    database = models.CharField(max_length=63)
    sslmode = models.CharField("TLS", max_length=12, choices=Tls, default=Tls.REQUIRE)
    admin_user = models.CharField(_("administration role"), max_length=63)
    admin_secret = models.BinaryField(editable=False, blank=True, default=b"")
    secret_set_at = models.DateTimeField(null=True, editable=False)
    template_role = models.CharField(
        max_length=63, help_text=_("What a door may do: its role becomes a member of this one.")
    )
    read_only_role = models.CharField(
        max_length=63,
        blank=True,
        help_text=_("The same for doors that may only look; may be empty."),
    )
    enabled = models.BooleanField(default=True)
    last_tried_at = models.DateTimeField(null=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    objects = models.Manager.from_queryset(TargetQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="target_kind_known", condition=Q(kind__in=["postgresql"])),
            models.CheckConstraint(
                name="target_port_valid", condition=Q(port__gte=1, port__lte=65535)
            ),
            models.CheckConstraint(
                name="target_sslmode_known",
                condition=Q(sslmode__in=["disable", "prefer", "require", "verify-full"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """How the ledger names this target."""
        return refs.make("target", self.pk)

    @property
    def secret_place(self) -> str:
        """What the administration password is sealed for."""
        return f"targets_target/{self.pk.hex}/admin_secret"

    def seal_secret(self, secret: str, *, at: datetime) -> None:
        """Put the administration password into this object, encrypted; the caller saves."""
        self.admin_secret = vault.seal(secret, place=self.secret_place)
        self.secret_set_at = at

    def secret(self) -> str:
        """Return the administration password. Raises VaultError when it cannot be opened."""
        return vault.unseal(self.admin_secret, place=self.secret_place)

    def role_for(self, *, read_only: bool) -> str:
        """Return the template role that a door takes its rights from."""
        return self.read_only_role if read_only else self.template_role
