"""The tables of what stands outside: witnesses' signatures, anchors, and how each place does.

`audit.models` imports this module, so that Django finds it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Cosignature(models.Model):
    """What a witness signed under a head: that it saw it then, and nothing that contradicts it."""

    checkpoint = models.ForeignKey(
        "audit.Checkpoint", on_delete=models.DO_NOTHING, related_name="cosignatures"
    )
    witness = models.CharField(max_length=300)  # its key, as others know it: name+id+key
    line = models.TextField()  # of the signed note
    at = models.DateTimeField()  # by the witness's own clock

    class Meta:
        db_table = "audit_cosignature"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} saw {self.checkpoint_id} entries"

    @property
    def name(self) -> str:
        """What the witness is called."""
        return self.witness.partition("+")[0]


class Anchor(models.Model):
    """A head that was put where we cannot change it any more, byte for byte as it was then."""

    class Kind(models.TextChoices):
        ENTRY = "entry"  # its hash stands in a later entry, which is therefore younger
        MAIL = "mail"
        STAMP = "stamp"  # a time stamp by RFC 3161

    checkpoint = models.ForeignKey(
        "audit.Checkpoint", on_delete=models.DO_NOTHING, related_name="anchors"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    target = models.CharField(max_length=300, blank=True)  # whose stamp, to which address
    note = models.TextField()  # the head with the cosignatures that it had
    token = models.BinaryField(default=b"")  # what came back
    at = models.DateTimeField()  # of a time stamp by its own clock, else by ours

    class Meta:
        db_table = "audit_anchor"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "kind", "target"], name="anchored_once"),
            models.CheckConstraint(
                name="anchor_of_known_kind", condition=Q(kind__in=["entry", "mail", "stamp"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.checkpoint_id} entries"


class Place(models.Model):
    """Somewhere outside where heads are brought to, and how that goes; `why` is empty while well.

    `told_at` is when its failing was put on the record; a place that works again loses it.
    """

    class Kind(models.TextChoices):
        WITNESS = "witness"
        COPY = "copy"  # the record's files, in a folder or a bucket
        MAIL = "mail"
        STAMP = "stamp"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=300)
    size = models.BigIntegerField(default=0)  # entries under the last head that it has
    at = models.DateTimeField(null=True)  # when it last took one
    failing_since = models.DateTimeField(null=True)
    why = models.TextField(blank=True)
    contradicts = models.BooleanField(default=False)  # it knows another record than ours
    keeps_pruned = models.BooleanField(default=False)  # a copy that has what was pruned here
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "audit_place"
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="place_once"),
            models.CheckConstraint(
                name="place_of_known_kind",
                condition=Q(kind__in=["witness", "copy", "mail", "stamp"]),
            ),
            models.CheckConstraint(
                name="place_fails_with_a_reason",
                condition=Q(failing_since=None, why="", contradicts=False)
                | Q(failing_since__isnull=False) & ~Q(why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
