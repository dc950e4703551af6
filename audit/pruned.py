"""What was pruned: how far, by which entry, and the last version of every object before it.

`audit.models` imports this module, so that Django finds its tables. The verifiers do not believe
`audit_pruned`: they go by the entries alone, which hold the hash of the last versions.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, models

from audit.tree import WIDTH
from core.speech import Sentence, phrase

PART = 16_000_000  # bytes in a file of last versions
PARTS = 4  # such files, which is what the verifier reads
PREFIX = "carried"


class Pruned(models.Model):
    """Entries `below` are gone, as the entry `seq` says."""

    below = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_pruned"
        ordering = ["-below"]

    def __str__(self) -> str:
        return f"entries below {self.below}, pruned by entry {self.seq}"


class LastVersion(models.Model):
    """How many events an object had had when the last of them was pruned."""

    ref = models.CharField(max_length=80, primary_key=True)
    version = models.PositiveBigIntegerField()

    class Meta:
        db_table = "audit_last_version"

    def __str__(self) -> str:
        return f"{self.ref} at {self.version}"


def low() -> int:
    """Return the first entry that was not pruned: 0 where none was."""
    newest = Pruned.objects.first()
    return newest.below if newest else 0


def by() -> int:
    """Return the entry that says how far the record was pruned; -1 where it was not."""
    newest = Pruned.objects.first()
    return newest.seq if newest else -1


def why_gone(seq: int) -> Sentence | None:
    """Return why the entry `seq` is not there any more, or None where it was not pruned."""
    newest = Pruned.objects.first()
    if newest is None or not 0 <= seq < newest.below:
        return None
    return phrase(
        "Entry %(seq)s was removed when its time was over, with all below %(below)s: entry"
        " %(by)s says so. Receipts of it stay good.",
        seq=seq, below=newest.below, by=newest.seq,
    )  # fmt: skip


def why_no_tree(size: int) -> Sentence | None:
    """Return why the tree of the first `size` entries cannot be made any more, or None.

    That of a whole number of full tiles can: their roots stay.
    """
    newest = Pruned.objects.first()
    if newest is None or size >= newest.below or size % WIDTH == 0:
        return None
    return phrase(
        "With the entries below %(below)s, which were pruned (entry %(by)s says so), went what"
        " the first %(size)s are compared with. Their signed head stays good.",
        below=newest.below, by=newest.seq, size=size,
    )  # fmt: skip


def why_case_gone(case: str) -> Sentence | None:
    """Return why a case is not on the record any more, or not from its beginning; else None."""
    if not case or not LastVersion.objects.filter(ref=case).exists():
        return None
    return phrase(
        "The record of this case, or its beginning, was removed when its time was over: entry"
        " %(by)s says so.",
        by=by(),
    )


def carried(cut: int) -> bytes:
    """Return the last version of every object below `cut`, as JSON, as verifiers read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_carried(%s)", [cut])
        return str(cursor.fetchone()[0]).encode()


def carried_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files that say what is kept of pruned entries; none where none were."""
    if cut := low():
        data = carried(cut)
        for number, start in enumerate(range(0, len(data), PART)):
            yield f"{PREFIX}/{cut}.{number}", data[start : start + PART]
