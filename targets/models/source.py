"""Sources: other systems that send in what was done, and which of it has come already."""

from __future__ import annotations

import hashlib
import uuid
from fnmatch import fnmatchcase

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import refs
from judgement.facts import Kind
from targets.models.target import Target


class SourceQuerySet(models.QuerySet["Source"]):
    def of_secret(self, secret: str) -> SourceQuerySet:
        """The source whose token this is, if any."""
        return self.filter(digest=Source.digest_of(secret))

    def taken_in(self) -> SourceQuerySet:
        """Sources of which something is taken in."""
        return self.filter(enabled=True)


class Source(models.Model):
    """A system that sends in actions: a log shipper, a cloud's trail, a cluster's audit log.

    It signs in with a token of its own, of which only the hash is kept.
    """

    class Language(models.TextChoices):
        SQL = Kind.SQL.value, _("SQL statements")
        SHELL = Kind.SHELL.value, _("Shell commands")
        CLOUDTRAIL = Kind.CLOUDTRAIL.value, _("AWS CloudTrail events")
        KUBERNETES = Kind.KUBERNETES.value, _("Kubernetes audit events")
        HTTP = Kind.HTTP.value, _("HTTP requests")

    PREFIX = "bgs_"  # lets secret scanners recognise one

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    language = models.CharField(max_length=12, choices=Language, default=Language.SHELL)
    target = models.ForeignKey(
        Target, on_delete=models.PROTECT, related_name="sources", null=True, blank=True
    )
    privileged = models.TextField(blank=True)  # identities for emergencies, one pattern a line
    enabled = models.BooleanField(default=True)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_event_at = models.DateTimeField(null=True, editable=False)  # the newest `occurred_at`
    last_heard_at = models.DateTimeField(null=True, editable=False)
    usual_pause = models.FloatField(null=True, editable=False)  # seconds, the longest usual one
    silent_since = models.DateTimeField(null=True, editable=False)  # for longer than usual
    accepted = models.PositiveBigIntegerField(default=0, editable=False)
    refused = models.PositiveBigIntegerField(default=0, editable=False)
    last_refusal = models.TextField(blank=True, editable=False)
    objects = models.Manager.from_queryset(SourceQuerySet)()

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("source"), _("sources")
        constraints = [
            models.CheckConstraint(
                name="source_language_known",
                condition=Q(language__in=["sql", "shell", "cloudtrail", "kubernetes", "http"]),
            ),
            models.CheckConstraint(
                name="source_heard_after_it_was_made",
                condition=Q(last_heard_at=None) | Q(last_heard_at__gte=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """How the ledger names this source."""
        return refs.make("source", self.pk)

    def is_privileged(self, identity: str) -> bool:
        """Whether nobody should act under this identity without an access that explains it."""
        patterns = (line.strip().lower() for line in self.privileged.splitlines())
        return any(fnmatchcase(identity.lower(), each) for each in patterns if each)

    @staticmethod
    def digest_of(secret: str) -> bytes:
        """Return what is stored of a token."""
        return hashlib.sha256(secret.encode()).digest()


class Received(models.Model):
    """An event of a source that is on the record: the same one is not taken in again.

    Kept for some weeks, by the hash of the event's id, which may hold words.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="received")
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="received_once", fields=["source", "digest"]),
        ]

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]
