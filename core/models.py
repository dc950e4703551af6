"""What repeated creations were answered, and which views of lists people keep."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse


class StoredAnswer(models.Model):
    """The answer that one person's idempotency key has had. Kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)  # of the method, the address and the body
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "core_stored_answer"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], name="answer_once_per_person_and_key"
            ),
            models.CheckConstraint(
                name="answer_status_set_exactly_when_answered",
                condition=Q(status=None, body=None)
                | Q(status__isnull=False, status__gte=200, body__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"answer to {self.key}"


class KeptView(models.Model):
    """Filters of a list that one person keeps under a name."""

    PAGES = ("cases", "reviews", "findings", "ledger")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.UUIDField()
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)

    class Meta:
        db_table = "core_kept_view"
        constraints = [
            models.UniqueConstraint(fields=["person", "page", "name"], name="view_once_per_name"),
            models.CheckConstraint(
                name="view_of_a_list",
                condition=Q(page__in=["cases", "reviews", "findings", "ledger"]),
            ),
            models.CheckConstraint(name="view_has_filters", condition=~Q(query="") & ~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(self.page)}?{self.query}"
