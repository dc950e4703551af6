"""Signed heads: which there are, whether their signatures are good, and receipts under them."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit import cosignatures, notes, sql, tiles, tree
from audit.anchors import witnesses
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Finding
from audit.core.note import Key as PublicKey
from audit.core.note import read_key
from audit.models import Checkpoint, Key, Sealing
from audit.outside import Anchor
from audit.sealer import CHANNEL
from audit.tree import Frontier

ALIVE = timedelta(seconds=15)  # the sealer says every five seconds that it is
RECENT = timedelta(minutes=5)  # a head that witnesses signed may be so much older than the newest
# The newest such entry, and how far is signed: one question, as everybody who waits asks at once.
_HOW_FAR = """SELECT (SELECT seq FROM audit_entry WHERE subject = %s AND kind = ANY(%s)
    ORDER BY seq DESC LIMIT 1), (SELECT max(size) FROM audit_checkpoint)"""
_LOOK = 0.1  # seconds between two looks for a head where no bell is heard, as behind a pooler
_LOOK_FOR_WITNESSES = 0.01  # who ring no bell


def public_keys() -> list[PublicKey]:
    """Return the keys that signed heads of this record, the oldest first."""
    return [read_key(key.vkey, notes.LOG) for key in Key.objects.all()]


def why_not_signed(
    head: Checkpoint, grown: Frontier | None, known: Iterable[PublicKey]
) -> str | None:
    """Why a head is not the signature of one of these keys under this tree, or None.

    What witnesses signed under it has to be theirs as well. Without a tree, as where it was
    pruned, only signatures are looked at.

    The library's Ed25519 is used, not the auditors' own: it is fast enough for every head of years.
    """
    try:
        origin, size, root, note = read_checkpoint(head.note.encode())
    except Finding as finding:
        return str(finding)
    if grown and (size, root) != (grown.size, grown.root):
        return f"The head that was signed at {head.size:,} entries is that of other entries."
    signatures = [
        (key, line)
        for key in known
        for name, line in note.lines
        if (name, key.name, line[:4]) == (key.name, origin, key.id)
    ]
    if any(_is_good(key, line[4:], note.text) for key, line in signatures):
        return cosignatures.why_false(head)
    return f"The head of {head.size:,} entries has no good signature of the record's key."


def _is_good(key: PublicKey, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def over(seq: int, *, witnessed: bool = False) -> Checkpoint | None:
    """Return the first signed head that the entry `seq` is under, or None while there is none.

    With `witnessed` only those count that enough witnesses signed as well.
    """
    if witnessed:
        return witnesses.over(seq)
    return Checkpoint.objects.filter(size__gt=seq).order_by("size").first()


def newest() -> Checkpoint | None:
    """Return the newest signed head."""
    return Checkpoint.objects.order_by("-size").first()


def best(*, covering: int = 0) -> Checkpoint | None:
    """Return the newest head to show to others: one that enough witnesses signed, if it is recent.

    It has at least `covering` entries: a witness that is down makes nobody's file older.
    """
    last, seen = newest(), witnesses.newest()
    if last and seen and seen.size >= covering and last.sealed_at - seen.sealed_at < RECENT:
        return seen
    return last


def cosigned(head: Checkpoint) -> str:
    """Return a head with the signatures of its witnesses, as it is given away.

    One whose hash stands in the record has those that it had then: these are the bytes hashed.
    """
    hashed = [anchor for anchor in head.anchors.all() if anchor.kind == Anchor.Kind.ENTRY]
    if hashed:
        return hashed[0].note
    return head.note + "".join(cosignature.line for cosignature in head.cosignatures.all())


def proving(seq: int) -> Checkpoint | None:
    """Return the head that the receipt of the entry `seq` is under; None while none is signed."""
    return over(seq, witnessed=True) or over(seq)


def receipt(seq: int) -> str | None:
    """Return the proof that an entry is in the record, as a file, or None while it is not signed.

    The form is C2SP's tlog-proof: the path to the root, and the signed head that has that root.
    Whoever holds it and the key can show for ever that the entry was in the record.
    """
    head = proving(seq)
    if head is None:
        return None
    path = tree.inclusion_proof(seq, head.size, tiles.read)
    return notes.receipt(seq, path, cosigned(head))


def is_signing(at: datetime) -> bool:
    """Whether the sealer was alive and content a moment before `at`."""
    said = Sealing.objects.first()
    return said is not None and not said.why and at - said.at < ALIVE


def wait_for(subject: str, *kinds: str, patience: float, witnessed: bool = False) -> bool:
    """Wait up to `patience` seconds until such an event of `subject` is in the record and signed.

    With `witnessed` it also waits for enough witnesses.

    Returns whether it is. Never call it inside a transaction, which would see nothing new.
    """
    until = time.monotonic() + patience
    look = _LOOK_FOR_WITNESSES if witnessed else _LOOK
    with _listening():  # before the first look, so that nothing is missed behind it
        while True:
            seq, size = sql.ask(_HOW_FAR, [subject, [*kinds]])[0]
            if _is_over(seq, size or 0) and (not witnessed or witnesses.over(seq) is not None):
                return True
            now = time.monotonic()
            if now >= until:
                return False
            _hear_of(seq, until=min(until, now + look))


def _is_over(seq: int | None, size: int) -> bool:
    """Whether a head of that size is over the entry, which may not be in the record yet."""
    return seq is not None and size > seq


def _hear_of(seq: int | None, *, until: float) -> None:
    """Wait until the sealer says that it signed a head which may be over the entry."""
    while (left := until - time.monotonic()) > 0:
        if any(seq is None or _size(said) > seq for said in sql.rings(left)):
            return


def _size(said: str) -> float:
    """Return the size that the sealer rang for; whoever rings without one has to be looked at."""
    return int(said[:18]) if said.isdecimal() else float("inf")


@contextmanager
def _listening() -> Iterator[None]:
    sql.ask(f"LISTEN {CHANNEL}")
    try:
        yield
    finally:
        sql.ask(f"UNLISTEN {CHANNEL}")
