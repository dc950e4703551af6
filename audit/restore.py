"""Notice, before anything is entered or signed, that an older copy of the database was put back.

Whoever remembers more of the record than the database has is asked first: the sealer's memory, the
witnesses, the copies. Who does not answer within moments stops nothing; who knows of more entries
does, since to go on would make a second history of the same log.
"""

from collections.abc import Callable
from concurrent import futures
from functools import partial
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from audit import pruned, tiles, tree
from audit.anchors import stores, witnesses
from audit.anchors.copies import HEAD
from audit.anchors.courier import size_seen
from audit.anchors.failures import Failed
from audit.anchors.stores import Store
from audit.anchors.witnesses import Witness
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Tampered
from audit.models import Checkpoint, Key, State
from audit.sealer import MemoryFile, Refused

_PATIENCE = 3.0  # seconds with all places together
_WHAT_TO_DO = (
    " Nothing is entered or signed. Stop all processes and put the newer copy back; or bring the"
    " missing entries back from a copy of the record, or go on as a new log: `manage.py"
    " audit_recover --help` and docs/proof.md say how."
)


class Known(NamedTuple):
    """How much of the record a place has seen, and its root as far as the place tells it."""

    place: str
    size: int
    root: bytes = b""


def why_not_go_on() -> str:
    """Return why this database must not be gone on with, or nothing."""
    state = State.objects.get()
    for known in known_outside():
        if known.size > state.size:
            return (
                f"{known.place} has seen {known.size:,} entries, but the database has"
                f" {state.size:,}: an older copy of it was put back.{_WHAT_TO_DO}"
            )
        if known.size and known.root and not _begins_with(known):
            return (
                f"{known.place} has seen other entries among the first {known.size:,} than the"
                f" database has.{_WHAT_TO_DO}"
            )
    return ""


def check() -> None:
    """Raise Refused when this database must not be gone on with."""
    if why := why_not_go_on():
        raise Refused(why)


def _begins_with(known: Known) -> bool:
    if known.size < pruned.low():
        return True  # that far back nothing is left to compare it with
    try:
        return tree.frontier_at(known.size, tiles.read).root == known.root
    except tree.TileTooShort:
        return False


def known_outside() -> list[Known]:
    """Ask everybody at once; return what those said who answered in time."""
    key = Key.objects.order_by("pk").last()
    origin = key.vkey.partition("+")[0] if key else ""
    heads = Checkpoint.objects.filter(note__startswith=f"{origin}\n")
    head = heads.order_by("-size").first()
    asked: list[Callable[[], Known | None]] = [_memory]
    asked += [partial(_copy, store, origin) for store in stores.configured()]
    asked += [partial(_witness, each, head) for each in witnesses.configured() if head]
    pool = futures.ThreadPoolExecutor(len(asked), "outside")
    answers, _ = futures.wait([pool.submit(ask) for ask in asked], timeout=_PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    return [known for answer in answers if (known := answer.result())]


def _memory() -> Known | None:
    """What the sealer remembers, where that lies on this machine and may be read."""
    try:
        memory = MemoryFile(Path(settings.LEDGER_MEMORY_PATH), origin="").read()
    except (OSError, Refused):
        return None
    return Known("The sealer", memory.tree.size, memory.tree.root) if memory else None


def _copy(store: Store, origin: str) -> Known | None:
    try:
        name, size, root, _ = read_checkpoint(store.read(HEAD) or b"")
    except (Failed, Tampered):
        return None
    same = not origin or name == origin
    return Known(f"The copy in {store.name}", size, root) if same else None


def _witness(witness: Witness, head: Checkpoint) -> Known | None:
    try:
        return Known(witness.name, size_seen(witness, head, patience=_PATIENCE))
    except Failed:
        return None
