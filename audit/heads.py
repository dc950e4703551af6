"""Signed heads: which there are, whether their signatures are good, and receipts under them."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit import notes, tiles, tree
from audit.core.checkpoint import read_checkpoint
from audit.core.findings import Finding
from audit.core.note import Key as PublicKey
from audit.core.note import read_key
from audit.models import Checkpoint, Entry, Key, Sealing
from audit.tree import Frontier

ALIVE = timedelta(seconds=15)  # the sealer says every five seconds that it is
_LOOK = 0.01  # seconds between two looks for a head that is on its way


def public_keys() -> list[PublicKey]:
    """Return the keys that signed heads of this record, the oldest first."""
    return [read_key(key.vkey, notes.LOG) for key in Key.objects.all()]


def why_not_signed(head: Checkpoint, grown: Frontier, known: Iterable[PublicKey]) -> str | None:
    """Why a head is not the signature of one of these keys under this tree, or None.

    The library's Ed25519 is used, not the auditors' own: it is fast enough for every head of years.
    """
    try:
        origin, size, root, note = read_checkpoint(head.note.encode())
    except Finding as finding:
        return str(finding)
    if (size, root) != (grown.size, grown.root):
        return f"The head that was signed at {head.size:,} entries is that of other entries."
    signatures = [
        (key, line)
        for key in known
        for name, line in note.lines
        if (name, key.name, line[:4]) == (key.name, origin, key.id)
    ]
    if any(_is_good(key, line[4:], note.text) for key, line in signatures):
        return None
    return f"The head of {head.size:,} entries has no good signature of the record's key."


def _is_good(key: PublicKey, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def over(seq: int) -> Checkpoint | None:
    """Return the first signed head that the entry `seq` is under, or None while there is none."""
    return Checkpoint.objects.filter(size__gt=seq).order_by("size").first()


def newest() -> Checkpoint | None:
    """Return the newest signed head."""
    return Checkpoint.objects.order_by("-size").first()


def receipt(seq: int) -> str | None:
    """Return the proof that an entry is in the record, as a file, or None while it is not signed.

    The form is C2SP's tlog-proof: the path to the root, and the signed head that has that root.
    Whoever holds it and the key can show for ever that the entry was in the record.
    """
    head = over(seq)
    if head is None:
        return None
    return notes.receipt(seq, tree.inclusion_proof(seq, head.size, tiles.read), head.note)


def is_signing(at: datetime) -> bool:
    """Whether the sealer was alive and content a moment before `at`."""
    said = Sealing.objects.first()
    return said is not None and not said.why and at - said.at < ALIVE


def wait_for(subject: str, *kinds: str, patience: float) -> bool:
    """Wait up to `patience` seconds until such an event of `subject` is in the record and signed.

    Returns whether it is. Never call it inside a transaction, which would see nothing new.
    """
    until = time.monotonic() + patience
    while True:
        found = Entry.objects.filter(subject=subject, kind__in=kinds).order_by("-seq").first()
        if found and over(found.seq):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK)
