"""Looking at what witnesses signed under our heads: good signatures, and as many as are asked for.

The library's Ed25519 is used, not the auditors' own: it is fast enough for every head of years.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit import leaf
from audit.core.findings import Finding
from audit.core.note import WITNESS, Key, Note, read_key, read_note
from audit.models import Checkpoint
from audit.outside import Cosignature


def good(note: Note, key: Key) -> bytes | None:
    """Return the key's id, time and signature from the lines of a note, if it is good."""
    for name, raw in note.lines:
        if (name, raw[:4], len(raw)) != (key.name, key.id, 76):
            continue
        time = int.from_bytes(raw[4:12], "big")
        text = f"cosignature/v1\ntime {time}\n{note.text}".encode()
        if time >> 37:  # some thousand years
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[12:], text)
        except (InvalidSignature, ValueError):
            continue
        return raw
    return None


def why_false(head: Checkpoint) -> str | None:
    """Return which signature of a witness under a head is none, in a sentence, or None.

    Each is compared with the key by which it was kept, also of one who is no witness any more.
    """
    for each in head.cosignatures.all():
        if not is_good(head, each):
            return (
                f"The signature of the witness {each.name} under the head of {head.size:,} entries"
                " is not one of its key."
            )
    return None


def is_good(head: Checkpoint, kept: Cosignature) -> bool:
    """Whether what was kept is a signature of its witness under the head, of the time it says."""
    try:
        raw = good(read_note((head.note + kept.line).encode()), read_key(kept.witness, WITNESS))
    except Finding:
        return False
    return raw is not None and leaf.moment(int.from_bytes(raw[4:12]) * 1_000_000) == kept.at
