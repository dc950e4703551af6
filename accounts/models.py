"""People, and the parts they play."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.legal import Basis, short
from core import refs, zones


class Part(models.TextChoices):
    """What a person does in the whole house. Parts in one scenario are guardian permissions."""

    RESPONDER = "respond", _("Responder")
    ADMINISTRATOR = "administer", _("Administrator")
    COMPLIANCE = "comply", _("Compliance officer")
    AUDITOR = "audit", _("Auditor")


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> UserQuerySet:
        """People who may sign in."""
        return self.filter(is_active=True)

    def in_groups(self, groups: Any, at: datetime | None) -> UserQuerySet:
        """People who are in any of `groups` at `at`, or now, each once."""
        standing = Membership.objects.standing(at).filter(group__in=groups)
        return self.filter(pk__in=standing.values("user"))

    def playing(self, part: Part, at: datetime | None = None) -> UserQuerySet:
        """Active people one of whose groups plays `part` at `at`, or now.

        Never looks at `is_superuser`.
        """
        return self.active().in_groups(groups_playing(part), at)


def groups_playing(part: Part) -> models.QuerySet[Any]:
    """Return the groups that hold the permission of `part`."""
    permission = Permission.objects.filter(content_type__app_label="accounts", codename=part.value)
    return Group.objects.filter(permissions__in=permission)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def standing(self, at: datetime | None = None) -> MembershipQuerySet:
        """Memberships that have not ended at `at`, or now."""
        return self.filter(stands(at))

    def ended(self, at: datetime | None = None) -> MembershipQuerySet:
        """Memberships that have ended at `at`, or now."""
        return self.filter(until__lte=at or Now())


def stands(at: datetime | None, through: str = "") -> Q:
    """Return the condition that a membership has not ended at `at`.

    Without `at` the clock of the database counts: for whoever asks what somebody may do now and
    is told no time. `through` is the path to the membership, with its underscores.
    """
    standing = Q(**{f"{through}until": None}) | Q(**{f"{through}until__gt": at or Now()})
    # Nobody's membership has no end either.
    return standing & Q(**{f"{through}isnull": False}) if through else standing


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


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a zone such as Europe/Berlin."""
    if name not in zones.known():
        raise ValidationError(_("Choose a time zone from the list, such as Europe/Berlin."))


class User(AbstractUser):
    """A person. Compared by id, never by mail address or name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("mail address"), unique=True)
    name = models.CharField(_("display name"), max_length=150)
    time_zone = models.CharField(max_length=50, default="UTC", validators=[validate_time_zone])
    # Empty follows the browser.
    language = models.CharField(max_length=10, blank=True, choices=settings.LANGUAGES)
    erased_at = models.DateTimeField(null=True, editable=False)
    # Says who was ever put into a group. Who is in it, only a `Membership` knows.
    groups = models.ManyToManyField(  # type: ignore[assignment]
        Group,
        through="Membership",
        blank=True,
        related_name="user_set",
        related_query_name="user",
    )

    _known_parts: list[tuple[str, datetime | None, datetime]] | None = None
    is_settled = False
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        permissions = [(part.value, f"Is a {part.label.lower()}") for part in Part]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def ref(self) -> str:
        """How the ledger names this person."""
        return refs.make("user", self.pk)

    def plays(self, part: Part, at: datetime | None = None) -> bool:
        """Whether one of this person's groups plays `part` at `at`, or now."""
        return part in self.parts(at)

    def groups_at(self, at: datetime | None) -> models.QuerySet[Group]:
        """The groups that this person is in at `at`, or now."""
        standing = Membership.objects.standing(at).filter(user=self)
        return Group.objects.filter(pk__in=standing.values("group"))

    @property
    def may_read_record(self) -> bool:
        """Whether this person may read the whole record (what `audit` asks of a reader)."""
        return not {Part.AUDITOR, Part.COMPLIANCE}.isdisjoint(self.parts())

    @property
    def may_verify_record(self) -> bool:
        """Whether this person sees to it that the record is whole, reading it or not."""
        return self.may_read_record or self.plays(Part.ADMINISTRATOR)

    @property
    def may_hold_record(self) -> bool:
        """Whether this person places and lifts legal holds."""
        return not {Part.COMPLIANCE, Part.ADMINISTRATOR}.isdisjoint(self.parts())

    def clean(self) -> None:
        """Keep addresses in lower case, so that one person has one."""
        super().clean()
        self.email = self.email.lower()

    def parts(self, at: datetime | None = None) -> list[Part]:
        """The parts that this person's groups play at `at`, or now, in the order of `Part`."""
        if not self.is_active:
            return []
        found = self._parts() if self._known_parts is None else self._known_parts
        self._known_parts = found if self.is_settled else None
        held = {part for part, until, now in found if until is None or until > (at or now)}
        return [part for part in Part if part.value in held]

    def settle(self) -> None:
        """Let `parts`, and what else this person may do, be answered from memory once asked.

        For the reader of one page, whose every corner asks; an object that lives longer would
        go on playing a part that was taken away.
        """
        self.is_settled = True

    def _parts(self) -> list[tuple[str, datetime | None, datetime]]:
        """Return the parts of all groups, with the end of each membership, and what time it is."""
        rows = Membership.objects.filter(
            user=self, group__permissions__content_type__app_label="accounts"
        )
        return list(rows.values_list("group__permissions__codename", "until", Now()))


class Membership(models.Model):
    """A person in a group, with an optional end, from which on it counts for nothing.

    The clock decides that: a row whose end has passed stays to say so.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    until = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta:
        # The table and its constraint are those of a relation without an end, as Django makes it.
        db_table = "accounts_user_groups"
        unique_together = [("user", "group")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it counts, in the zone of the installation."""
        return zones.last_day(self.until) if self.until else None

    def stands(self, at: datetime) -> bool:
        """Whether it has not ended at `at`, of a row that is fetched already."""
        return self.until is None or self.until > at


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def standing(self, at: datetime) -> ApiTokenQuerySet:
        """Tokens that open the API at `at`."""
        return self.filter(revoked_at=None, expires_at__gt=at)

    def of_secret(self, secret: str) -> ApiTokenQuerySet:
        """The token whose secret this is, if any."""
        return self.filter(digest=ApiToken.digest_of(secret))


class ApiToken(models.Model):
    """Lets a program act as one person. Only the hash of its secret is kept.

    A secret has 256 random bits, so a plain hash cannot be searched.
    """

    class Scope(models.TextChoices):
        READ = "read", _("Look")
        WRITE = "write", _("Look and act")

    PREFIX = "bgp_"  # lets secret scanners recognise one

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32, unique=True)
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="token_scope_known", condition=Q(scope__in=["read", "write"])
            ),
            models.CheckConstraint(
                name="token_times_in_order",
                condition=Q(expires_at__gt=F("created_at"))
                & (Q(revoked_at=None) | Q(revoked_at__gte=F("created_at")))
                & (Q(last_used_at=None) | Q(last_used_at__gte=F("created_at"))),
            ),
            models.UniqueConstraint(
                fields=["user", "name"],
                name="token_name_once_per_person",
                condition=Q(revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @property
    def ref(self) -> str:
        """How the ledger names this token."""
        return refs.make("token", self.pk)

    @staticmethod
    def digest_of(secret: str) -> bytes:
        """Return what is stored of a secret."""
        return hashlib.sha256(secret.encode()).digest()


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def waiting(self) -> ErasureQuerySet:
        """Erasures that nobody has decided on."""
        return self.filter(state=Erasure.State.WAITING)

    def under_way(self) -> ErasureQuerySet:
        """Erasures that are decided, and not carried out to the end."""
        return self.filter(state=Erasure.State.ACCEPTED)

    def lapsed_by(self, at: datetime) -> ErasureQuerySet:
        """Waiting erasures whose time is over at `at`."""
        return self.waiting().filter(lapse_at__lte=at)

    def told(self) -> ErasureQuerySet:
        """Erasures with the people that a page names."""
        return self.select_related("person", "proposed_by", "decided_by")


class Erasure(models.Model):
    """One person is to be forgotten: one administrator asks for it, another confirms it.

    `also` are further words to look for, `words` everything that was looked for; both go when it
    is over. It goes on behind the event `after`. `proposed_by` is None for the operator of the
    server.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Under way")
        DONE = "done", _("Erased")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    basis = models.CharField(max_length=20, choices=Basis)
    reference = models.CharField(max_length=60, blank=True)
    also = models.JSONField(default=list, blank=True)
    words = models.JSONField(default=list, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    lapse_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    answer = models.TextField(blank=True)
    after = models.UUIDField(null=True)
    entries = models.PositiveIntegerField(default=0)  # whose words are gone from the record
    done_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(ErasureQuerySet)()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                name="erasure_state_known",
                condition=Q(
                    state__in=["waiting", "accepted", "done", "declined", "withdrawn", "lapsed"]
                ),
            ),
            models.CheckConstraint(
                name="erasure_decided_at_set_exactly_when_decided",
                condition=Q(state="waiting", decided_at=None, decided_by=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="erasure_confirmed_by_another",
                condition=~Q(state__in=["accepted", "done", "declined"])
                | Q(decided_by__isnull=False)
                & ~Q(decided_by=F("person"))
                & (Q(proposed_by=None) | ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="erasure_done_at_set_exactly_when_done",
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at=None)),
            ),
            models.CheckConstraint(
                name="erasure_keeps_words_only_while_it_needs_them",
                condition=Q(state__in=["waiting", "accepted"]) | Q(also=[], words=[]),
            ),
            models.UniqueConstraint(
                fields=["person"],
                name="erasure_one_at_a_time",
                condition=Q(state__in=["waiting", "accepted"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("erasure", args=[self.pk])

    @property
    def ref(self) -> str:
        """How the ledger names this erasure."""
        return refs.make("erasure", self.pk)

    @property
    def under(self) -> str:
        """The short name of the legal basis."""
        return short(self.basis)
