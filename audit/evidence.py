"""Evidence: a case in one file, or the whole record in many, for who verifies it without us."""

import functools
import io
import zipfile
from collections.abc import Iterator

from django.db.models import Q

from audit import heads, notes, pruned, tiles, tree
from audit.bgverify import stored
from audit.core.tiles import path
from audit.models import Checkpoint, Entry, Erased, Payload, Tile
from audit.outside import Anchor
from audit.policy import TELLING
from audit.tree import HASH, WIDTH

_README = """\
This is what the record of Breakglass says about {case}: {count} entries, and for each of them the
proof that it stands in the record, in the order it has here, since it was signed.

To verify it you need the verifier, bgverify.pyz (any Python from 3.9 on runs it, nothing is to be
installed), and the key of the record. Take both from somebody other than who gave you this file:

    python3 bgverify.pyz bundle THIS-FILE.zip --vkey 'KEY'

It says GOOD, or what is wrong, or what is missing. Nothing in here is believed but what the key
signed. For comparison only, this is the key as those see it who made the file:

{keys}

    entries/    what is signed: who did what to what, when; no names, no words
    payloads/   names, words and details, each with the salt of the hash that stands in its entry
    proofs/     a receipt for each entry, in the form c2sp.org/tlog-proof
    checkpoint  the signed head of the record that all receipts are under, c2sp.org/tlog-checkpoint

A payload that is missing was erased by law; the entry audit.erased that says so is here as well.
"""


def case_file(case: str) -> bytes | None:
    """Return a case as `bgverify bundle` takes it, or None while nothing of it is signed.

    What came after the newest head is left out: it follows with the next one. Of a case that was
    pruned, wholly or in part, there is none: see `pruned.why_case_gone`.
    """
    last = heads.newest()
    of_case = Entry.objects.filter(case=case, seq__lt=last.size) if last else Entry.objects.none()
    newest = of_case.order_by("-seq").first()
    head = heads.best(covering=newest.seq + 1) if newest else None
    if head is None:
        return None
    signed = Entry.objects.filter(seq__lt=head.size).order_by("seq")
    # Erasures belong to no case: those come along that took something out of this one.
    erasures = Erased.objects.filter(entry__case=case).values("by")
    entries = [*signed.filter(Q(case=case) | Q(seq__in=erasures))]
    keys = "\n".join(f"    {key}" for key in heads.public_keys())
    count = sum(entry.case == case for entry in entries)
    readme = _README.format(case=case, count=count, keys=keys)
    return stored({"README.txt": readme.encode(), **_files(entries, head)})


def entries_in(file: bytes) -> int:
    """Return how many entries a case file holds."""
    with zipfile.ZipFile(io.BytesIO(file)) as bundle:
        return sum(name.startswith("entries/") for name in bundle.namelist())


def record_files() -> Iterator[tuple[str, bytes]]:
    """Yield all files of the record up to its newest signed head, by their paths.

    In a folder of their own they are a log of C2SP tlog-tiles, as `bgverify log` takes it.
    """
    head = heads.best()
    if head is None:
        return
    yield "checkpoint", heads.cosigned(head).encode()
    origin = head.note.partition("\n")[0]  # those of a log that this one goes on are not its own
    older = Checkpoint.objects.filter(size__lt=head.size, note__startswith=f"{origin}\n")
    older = older.order_by("size").prefetch_related("anchors", "cosignatures")
    for each in older.iterator(chunk_size=1000):
        yield f"checkpoints/{each.size}", heads.cosigned(each).encode()
    yield from _stamps(head)
    yield from tree_files(0, head.size)
    yield from pruned.carried_files()
    there = Payload.objects.filter(entry__seq__gte=pruned.low(), entry__seq__lt=head.size)
    for payload in there.iterator():
        yield from _of_payload(payload)


def _stamps(head: Checkpoint) -> Iterator[tuple[str, bytes]]:
    """Yield the time stamps, each with what was stamped."""
    stamps = Anchor.objects.filter(kind=Anchor.Kind.STAMP, checkpoint__lte=head.size)
    for stamp in stamps.iterator():
        place = f"anchors/{stamp.checkpoint_id}-{stamp.pk}"
        yield f"{place}.note", stamp.note.encode()
        yield f"{place}.tsr", bytes(stamp.token)


def tree_files(old: int, size: int) -> Iterator[tuple[str, bytes]]:
    """Yield the tiles and bundles of `size` entries that a copy of the first `old` lacks.

    What was pruned is left out.
    """
    for level in range(1, 8):
        first = (old >> 8 * level) // WIDTH
        rows = Tile.objects.filter(level=level, index__gte=first).order_by("index")
        for tile in rows.iterator():
            width = min(WIDTH, (size >> 8 * level) - tile.index * WIDTH)
            if width > 0:
                yield path(level, tile.index, width), bytes(tile.data)[: width * HASH]
    old = max(old, pruned.low())
    for start in range(old - old % WIDTH, size, WIDTH):
        entries = Entry.objects.filter(seq__gte=start, seq__lt=min(start + WIDTH, size))
        pairs = [*entries.order_by("seq").values_list("leaf", "leaf_hash")]
        index, width = start // WIDTH, len(pairs)
        yield path(0, index, width), b"".join(bytes(hashed) for _, hashed in pairs)
        leaves = (bytes(leaf) for leaf, _ in pairs)
        bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)
        yield path("entries", index, width), bundle


def telling_files(old: int, size: int) -> Iterator[tuple[str, bytes]]:
    """Yield the payloads that the verifier needs, of the entries from `old` on."""
    old = max(old, pruned.low())
    found = Payload.objects.filter(part="d", entry__kind__in=TELLING)
    for payload in found.filter(entry__seq__gte=old, entry__seq__lt=size).iterator():
        yield from _of_payload(payload)


def _of_payload(payload: Payload) -> Iterator[tuple[str, bytes]]:
    place = f"payloads/{payload.entry_id}.{payload.part}"
    yield f"{place}.json", payload.said
    yield f"{place}.salt", bytes(payload.salt)


def _files(entries: list[Entry], head: Checkpoint) -> dict[str, bytes]:
    read = _reader({entry.seq // WIDTH for entry in entries})
    note = heads.cosigned(head)
    files = {"checkpoint": note.encode()}
    for entry in entries:
        steps = tree.inclusion_proof(entry.seq, head.size, read)
        files[f"entries/{entry.seq}.json"] = bytes(entry.leaf)
        receipt = notes.receipt(entry.seq, steps, note)
        files[f"proofs/{entry.seq}.tlog-proof"] = receipt.encode()
    for payload in Payload.objects.filter(entry__in=entries):
        files.update(_of_payload(payload))
    return files


def _reader(lowest: set[int]) -> tree.ReadTile:
    """Return what reads tiles, each once, and those of the entries in one go."""
    found = Tile.objects.filter(level=0, index__in=lowest).values_list("index", "data")
    known = {index: bytes(data) for index, data in found}

    @functools.cache
    def read(level: int, index: int) -> bytes:
        return known[index] if level == 0 and index in known else tiles.read(level, index)

    return read
