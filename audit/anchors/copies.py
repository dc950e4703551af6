"""Copies of the record outside: its tree and its entries, without anybody's words.

A copy is a log in files (C2SP tlog-tiles) up to a signed head. Files are only ever added: one that
is there and says something else is a contradiction, and stays as it is. The head is written last,
so that a copy which was interrupted is a good one of the head before.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from audit import evidence, heads, locks, pruned, tiles, tree
from audit.anchors import places, stores
from audit.anchors.failures import Contradicted, Failed
from audit.anchors.stores import Store
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Tampered
from audit.core.tiles import WIDTH, path
from audit.models import Checkpoint
from audit.outside import Anchor, Place

HEAD = "checkpoint"
_LOCK = 0x6272_6561_6B06
_BELOW = 8  # anchored heads below that of the copy, which may have been anchored since


def bring_all(clock: Callable[[], datetime]) -> None:
    """Bring all copies up to the newest head, and note how that went."""
    with locks.alone(_LOCK) as alone:
        for store in stores.configured(clock) if alone else ():
            _bring_to(store, at=clock())


def _bring_to(store: Store, *, at: datetime) -> None:
    try:
        size, keeps_pruned = bring(store), keeps_what_was_pruned(store)
    except Failed as failure:
        contradicts = isinstance(failure, Contradicted)
        places.failed(Place.Kind.COPY, store.name, why=str(failure), at=at, contradicts=contradicts)
    else:
        places.went_well(Place.Kind.COPY, store.name, size=size, at=at, keeps_pruned=keeps_pruned)


def bring(store: Store) -> int:
    """Bring a copy up to the newest head; return how many entries it has.

    Raises Failed with a sentence when it cannot be done, Contradicted when the copy is not one of
    this record.
    """
    head = heads.best()
    if head is None:
        return 0
    old = _held(store, head)
    if old >= head.size:
        return old
    for place, data in _files(old, head):
        there = store.read(place)
        if there is None:
            store.write(place, data)
        elif there != data:
            raise Contradicted(
                f"{place} there is not ours: it was changed there, or the record was rewritten"
                " here."
            )
    store.write(HEAD, heads.cosigned(head).encode())
    return head.size


def keeps_what_was_pruned(store: Store) -> bool:
    """Whether a copy was begun before the record was pruned, and has what is gone here.

    It stays as it is, since nobody here may delete in it: its owner replaces it by a new one.
    """
    low = pruned.low()
    return bool(low) and store.read(path(0, low // WIDTH - 1)) is not None


def _files(old: int, head: Checkpoint) -> Iterator[tuple[str, bytes]]:
    origin, size = head.note.partition("\n")[0], head.size
    yield from evidence.tree_files(old, size)
    yield from evidence.telling_files(old, size)
    if not old:  # one that has the first entries needs nothing in their place
        yield from pruned.carried_files()
    anchored = Anchor.objects.filter(kind=Anchor.Kind.ENTRY, note__startswith=f"{origin}\n")
    below = anchored.filter(checkpoint__lte=old).order_by("-checkpoint")[:_BELOW]
    above = anchored.filter(checkpoint__gt=old, checkpoint__lte=size)
    for anchor in (*below, *above):
        yield f"checkpoints/{anchor.checkpoint_id}", anchor.note.encode()


def _held(store: Store, head: Checkpoint) -> int:
    """Return how many entries a copy has, after comparing its head with this record."""
    data = store.read(HEAD)
    if data is None:
        return 0
    try:
        origin, size, root, _ = read_checkpoint(data)
    except Tampered as finding:
        raise Contradicted(f"Its head cannot be read: {finding}") from None
    if origin != head.note.partition("\n")[0]:
        raise Failed(f"It is a copy of {origin}; name another place for this record.")
    if size < pruned.low():
        raise Failed(
            f"It has {size:,} entries, and those that follow were pruned here before it had them."
            " Name a new place; this one stays good as it is."
        )
    newest = heads.newest()
    if newest is None or size > newest.size:
        raise Contradicted(
            f"It has {size:,} entries, and this record has no signed head beyond"
            f" {newest.size if newest else 0:,}: an older copy was put back."
        )
    try:
        same = tree.frontier_at(size, tiles.read).root == root
    except tree.TileTooShort:
        same = False
    if not same:
        raise Contradicted(f"Its {size:,} entries are not the first ones of this record.")
    return size
