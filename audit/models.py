"""The tables of the record. Bytes are what is proved; other columns are only an index over them."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

# Django looks for tables here, and finds those of the others as well.
from audit import datakeys, differences, holds, leaf, outside, pruned  # noqa: F401
from audit.tree import Frontier
from core.words import duration_words, seconds_words

EMPTY = bytes(Frontier())  # of a tree without leaves


class Pending(models.Model):
    """An event of a committed business transaction that has no place in the order yet.

    `parked_at` is when its predecessor was first missed; `set_aside_at` when it was found altered:
    such a row stays here as evidence and never becomes an entry.
    """

    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    envelope = models.BinaryField()  # canonical JSON without `seq` and `at`
    payload = models.BinaryField()  # the compartments, as `audit.leaf.packed` writes them
    critical = models.BooleanField(default=False)
    producer = models.CharField(max_length=40)
    mac = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())  # when it was inserted, not `occ`
    parked_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)

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

    def matching(
        self, *, since: datetime | None = None, until: datetime | None = None, **columns: str
    ) -> EntryQuerySet:
        """The entries with these values in their columns, that happened from `since` to `until`.

        Empty values do not narrow anything.
        """
        wanted: dict[str, Any] = {"occurred_at__gte": since, "occurred_at__lt": until, **columns}
        return self.filter(**{column: value for column, value in wanted.items() if value})


class Entry(models.Model):
    """One row of the record: a leaf of its tree. The columns behind `leaf_hash` index `leaf`."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
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
            models.Index(fields=["case", "seq"], name="entry_of_case", condition=~Q(case="")),
            models.Index(fields=["subject", "seq"], name="entry_of_subject"),
            models.Index(fields=["kind", "seq"], name="entry_of_kind"),
            models.Index(fields=["actor", "seq"], name="entry_of_actor"),
            models.Index(fields=["occurred_at", "seq"], name="entry_of_time"),
        ]

    def __str__(self) -> str:
        return f"entry {self.seq} {self.kind}"

    @property
    def envelope(self) -> dict[str, Any]:
        """The leaf, read."""
        fields: dict[str, Any] = json.loads(bytes(self.leaf))
        return fields


class PayloadManager(models.Manager["Payload"]):
    """Brings the key of each payload along, so that reading many asks no more than reading one."""

    def get_queryset(self) -> models.QuerySet[Payload]:
        return super().get_queryset().select_related("key")


class Payload(models.Model):
    """One erasable compartment of an entry: "p" personal words, "d" other details."""

    # The key finds it; one index more would be written with every entry. A trigger sees to it
    # that it comes with its entry: a foreign key would ask, and lock, row by row.
    pk = models.CompositePrimaryKey("entry_id", "part")
    entry = models.ForeignKey(
        Entry, models.DO_NOTHING, related_name="payloads", db_constraint=False, db_index=False
    )
    part = models.CharField(max_length=1)
    salt = models.BinaryField(max_length=32)
    body = models.BinaryField()  # encrypted where there is a key
    key = models.ForeignKey(
        datakeys.DataKey, models.DO_NOTHING, related_name="payloads", null=True, db_index=False
    )
    objects = PayloadManager()

    class Meta:
        db_table = "audit_payload"
        indexes = [models.Index(fields=["key"], name="payload_of_key", condition=~Q(key=None))]

    def __str__(self) -> str:
        return f"payload {self.entry_id}.{self.part}"

    @property
    def said(self) -> bytes:
        """What it says, in canonical JSON. Raises CannotOpen where its key is not there."""
        owner, wrapped = (self.key.owner, bytes(self.key.wrapped)) if self.key else (None, None)
        return datakeys.unlock(owner, wrapped, self.entry_id, self.part, bytes(self.body))


class Erased(models.Model):
    """A compartment that is gone, and the entry `audit.erased` that took it."""

    pk = models.CompositePrimaryKey("entry_id", "part")
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="gone")
    part = models.CharField(max_length=1)
    by = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        db_table = "audit_erased"

    def __str__(self) -> str:
        return f"payload {self.entry_id}.{self.part}, erased by entry {self.by_id}"


class State(models.Model):
    """The head of the record: one row, which only the sequencer moves on."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=EMPTY)  # of the tree, as `tree.Frontier` writes it
    last_at = models.DateTimeField(default=leaf.moment(0))
    clock_regressed = models.BooleanField(default=False)

    class Meta:
        db_table = "audit_state"
        constraints = [models.CheckConstraint(name="state_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.size} entries"

    @property
    def tree(self) -> Frontier:
        """The tree of the record, as far as one needs to know it to make it grow."""
        return Frontier.from_bytes(bytes(self.frontier))


class Tile(models.Model):
    """256 hashes of the tree, or those that there are yet.

    Of level 0 only full ones stand here: the others are made of the entries' own hashes.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    data = models.BinaryField(max_length=8192)

    class Meta:
        db_table = "audit_tile"

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"


class Key(models.Model):
    """A key that signed heads of this record, and from which size on."""

    vkey = models.CharField(max_length=300, unique=True)
    from_size = models.BigIntegerField()

    class Meta:
        db_table = "audit_key"
        ordering = ["from_size"]

    def __str__(self) -> str:
        return self.vkey


class Checkpoint(models.Model):
    """A signed head: how many entries there are, and their root (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return f"head of {self.size} entries"


class Sealing(models.Model):
    """What the sealer last said of itself; `why` is empty while it signs."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    why = models.TextField(blank=True)

    class Meta:
        db_table = "audit_sealing"
        constraints = [models.CheckConstraint(name="sealing_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.why or f"signs at {self.at}"


class Cursor(models.Model):
    """How far a reader of the record has come: every entry up to `seq` is done."""

    name = models.CharField(max_length=60, primary_key=True)
    seq = models.BigIntegerField(default=-1)

    class Meta:
        db_table = "audit_cursor"

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"


class SetAsideQuerySet(models.QuerySet["SetAside"]):
    def open(self) -> SetAsideQuerySet:
        """What still waits for another attempt."""
        return self.filter(resolved_at=None)


class SetAside(models.Model):
    """An entry that a reader could not handle and passed over, so that the others go on."""

    cursor = models.ForeignKey(Cursor, on_delete=models.PROTECT, related_name="set_aside")
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="+")
    error = models.TextField()
    attempts = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(SetAsideQuerySet)()

    class Meta:
        db_table = "audit_set_aside"
        constraints = [
            models.UniqueConstraint(fields=["cursor", "entry"], name="set_aside_once"),
            models.CheckConstraint(
                name="set_aside_resolved_after_it_failed",
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cursor_id} could not handle entry {self.entry_id}"


class Verification(models.Model):
    """What the last verification found: every entry up to `seq` is good.

    `frontier` is that of the tree which they make: with it the next one goes on, and notices when
    they do not make that tree any more.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=-1)
    frontier = models.BinaryField(default=EMPTY)
    at = models.DateTimeField()
    why = models.TextField(blank=True)  # empty while the record is whole
    bad = models.BigIntegerField(null=True)  # the first entry that is wrong

    class Meta:
        db_table = "audit_verification"
        constraints = [models.CheckConstraint(name="verification_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.why or f"whole up to entry {self.seq}"

    @property
    def tree(self) -> Frontier:
        """The tree of what was verified."""
        return Frontier.from_bytes(bytes(self.frontier))


class RunQuerySet(models.QuerySet["Run"]):
    def open(self) -> RunQuerySet:
        """The run that is not over; there is one at most."""
        return self.filter(ended_at=None)

    def over(self) -> RunQuerySet:
        """Runs that came to an end, the newest first."""
        return self.exclude(ended_at=None).order_by("-ended_at")


class Run(models.Model):
    """One verification of the whole record: that of a night, or one that `by` asked for.

    It goes on from `frontier` after whatever stopped it; `size` is where it has to get to.
    """

    by = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=EMPTY)
    moved_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)  # of work, without what it waited
    ended_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)  # empty while nothing is wrong
    bad = models.BigIntegerField(null=True)  # the first entry that is
    objects = models.Manager.from_queryset(RunQuerySet)()

    class Meta:
        db_table = "audit_verification_run"
        indexes = [models.Index(fields=["-ended_at"], name="run_newest")]
        constraints = [
            models.UniqueConstraint(
                models.ExpressionWrapper(Q(ended_at=None), models.BooleanField()),
                name="run_one_is_open",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="run_says_why_when_it_is_over",
                condition=Q(why="", bad=None)
                | (~Q(why="") & Q(ended_at__isnull=False, bad__isnull=False)),
            ),
            models.CheckConstraint(
                name="run_ends_after_it_was_asked_for",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("asked_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.why or f"{self.done:,} of {self.size:,} entries verified"

    @property
    def tree(self) -> Frontier:
        """The tree of what it has verified."""
        return Frontier.from_bytes(bytes(self.frontier))

    @property
    def done(self) -> int:
        """How many entries it has verified."""
        return self.tree.size

    @property
    def took(self) -> str:
        """How long it worked, in words."""
        if self.seconds < 10:
            return seconds_words(self.seconds)
        return duration_words(timedelta(seconds=self.seconds))


class Reading(models.Model):
    """When a person's look at the record was last recorded, so that paging is not noise."""

    reader = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_reading"

    def __str__(self) -> str:
        return f"{self.reader} read at {self.at}"
