"""What API and forms remember so that a repeated creation does not create twice."""

import uuid

from django.db import models
from django.db.models import Q


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
