"""The tables of the record. Bytes are what is proved; other columns are only an index over them."""

from __future__ import annotations

import uuid

from django.db import models


class Pending(models.Model):
    """An event of a committed business transaction that has no place in the order yet."""

    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    envelope = models.BinaryField()  # canonical JSON without `seq` and `at`
    payload = models.BinaryField()  # canonical JSON: {part: {"salt": hex, "body": {...}}}
    critical = models.BooleanField(default=False)
    producer = models.CharField(max_length=40)
    mac = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "audit_pending"

    def __str__(self) -> str:
        return f"pending {self.event_id}"


class Subject(models.Model):
    """How many events an object has had: the next one's `ov` is one more."""

    ref = models.CharField(max_length=80, primary_key=True)
    versions = models.PositiveBigIntegerField()

    class Meta:
        db_table = "audit_subject"

    def __str__(self) -> str:
        return self.ref


class EntryQuerySet(models.QuerySet["Entry"]):
    def of_case(self, case: str) -> EntryQuerySet:
        """The entries of one case, oldest first."""
        return self.filter(case=case).order_by("seq")

    def after(self, seq: int) -> EntryQuerySet:
        """The entries behind `seq`, oldest first; -1 is before the first."""
        return self.filter(seq__gt=seq).order_by("seq")


class Entry(models.Model):
    """One row of the record. `leaf` is what is hashed; the columns behind `link` index it."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=60)
    actor = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    case = models.CharField(max_length=80, blank=True)
    version = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    objects = models.Manager.from_queryset(EntryQuerySet)()

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["case", "seq"], name="entry_of_case", condition=~models.Q(case="")),
            models.Index(fields=["subject", "seq"], name="entry_of_subject"),
            models.Index(fields=["kind", "seq"], name="entry_of_kind"),
            models.Index(fields=["actor", "seq"], name="entry_of_actor"),
        ]

    def __str__(self) -> str:
        return f"entry {self.seq} {self.kind}"


class Payload(models.Model):
    """One erasable compartment of an entry: "p" personal words, "d" other details."""

    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="payloads")
    part = models.CharField(max_length=1)
    salt = models.BinaryField(max_length=32)
    body = models.BinaryField()

    class Meta:
        db_table = "audit_payload"
        constraints = [models.UniqueConstraint(fields=["entry", "part"], name="payload_part_once")]

    def __str__(self) -> str:
        return f"payload {self.entry_id}.{self.part}"


class Cursor(models.Model):
    """How far a reader of the record has come: every entry up to `seq` is done."""

    name = models.CharField(max_length=60, primary_key=True)
    seq = models.BigIntegerField(default=-1)

    class Meta:
        db_table = "audit_cursor"

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"
