"""Approve links: one person's way to one decision."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from breakglass.models.request import Request
from core import refs


class DecisionLink(models.Model):
    """A link in a message. It opens a page; only that person, signed in, can decide on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="links")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decision_links")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="link_expires_later", condition=Q(expires_at__gt=F("made_at"))
            ),
            models.UniqueConstraint(
                fields=["request", "person"],
                name="link_one_open_per_person",
                condition=Q(used_at=None, revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Link of {self.person} to case {self.request.case}"

    @property
    def ref(self) -> str:
        """How the ledger names this link."""
        return refs.make("link", self.pk)
