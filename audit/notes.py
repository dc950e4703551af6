"""Writing what is signed: checkpoints as notes, cosignatures of witnesses, receipts.

The forms are those of C2SP: signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof. Keys are
Ed25519. Nothing here verifies: `audit.core` does, with code of its own.
"""

import base64
import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG = 1  # the kind of signature that a log makes on its notes
WITNESS = 4  # a cosignature, which says when it was made
_SECRET = "PRIVATE+KEY"  # noqa: S105  how a line begins that holds a key


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Return the text that is signed: whose tree, how many leaves, its root.

    Raises ValueError when one of them cannot stand in a checkpoint.
    """
    _check_name(origin)
    if size < 0 or len(root) != 32:
        raise ValueError("A checkpoint has a size from 0 on and a root of 32 bytes.")
    return f"{origin}\n{size}\n{base64_of(root)}\n"


def sign(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """Return the signature line of the log `name` under `text`."""
    signature = key.sign(text.encode())
    return signature_line(name, key_id(name, key.public_key(), kind=LOG) + signature)


def cosign(text: str, *, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """Return the signature line of the witness `name`: it saw `text` at the second `at`."""
    signature = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    stamp = at.to_bytes(8, "big")
    return signature_line(name, key_id(name, key.public_key(), kind=WITNESS) + stamp + signature)


def note(text: str, lines: Iterable[str]) -> str:
    """Return the signed note: a text and its signature lines."""
    return f"{text}\n{''.join(lines)}"


def receipt(index: int, path: Iterable[bytes], checkpoint: str, *, extra: bytes = b"") -> str:
    """Return the `.tlog-proof` that entry `index` is under `checkpoint`, a whole note."""
    lines = ["c2sp.org/tlog-proof@v1"]
    if extra:
        lines.append(f"extra {base64_of(extra)}")
    lines += [f"index {index}", *map(base64_of, path), "", checkpoint]
    return "\n".join(lines)


def key_id(name: str, key: Ed25519PublicKey, *, kind: int = LOG) -> bytes:
    """Return the four bytes that tell the keys of one name apart."""
    return _key_id(name, bytes([kind]) + key.public_bytes_raw())


def vkey(name: str, key: Ed25519PublicKey, *, kind: int = LOG) -> str:
    """Return the line by which others know the key: `name+id+key`."""
    _check_name(name)
    return _key_line(name, bytes([kind]) + key.public_bytes_raw(), key_id(name, key, kind=kind))


def secret(name: str, key: Ed25519PrivateKey, *, kind: int = LOG) -> str:
    """Return the line that holds a signing key, in the form of Go's `note` package."""
    _check_name(name)
    id_ = key_id(name, key.public_key(), kind=kind)
    return f"{_SECRET}+{_key_line(name, bytes([kind]) + key.private_bytes_raw(), id_)}"


def read_secret(line: str) -> tuple[str, Ed25519PrivateKey, int]:
    """Return name, key and kind of a line that `secret` wrote.

    Raises ValueError when it is none, without repeating it.
    """
    begin, _, rest = line.strip().partition(f"{_SECRET}+")
    name, _, rest = rest.partition("+")
    encoded = rest.partition("+")[2]
    try:
        raw = base64.b64decode(encoded, validate=True)
        key = Ed25519PrivateKey.from_private_bytes(raw[1:])
        sound = not begin and secret(name, key, kind=raw[0]) == line.strip()
    except (ValueError, IndexError):
        sound = False
    if not sound:
        raise ValueError("This is no signing key: it is written PRIVATE+KEY+name+id+key.")
    return name, key, raw[0]


def _key_id(name: str, typed_key: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + typed_key).digest()[:4]


def _key_line(name: str, typed_key: bytes, id_: bytes) -> str:
    return f"{name}+{id_.hex()}+{base64_of(typed_key)}"


def signature_line(name: str, signature: bytes) -> str:
    """Return a line of a note: who signed, and the four bytes of the key with the signature."""
    _check_name(name)
    return f"— {name} {base64_of(signature)}\n"


def _check_name(name: str) -> None:
    if not name.isprintable() or not name or set(name) & {" ", "+"}:
        raise ValueError(f"{name!r} cannot name a key: no space, no plus sign, not empty.")


def base64_of(data: bytes) -> str:
    """Return bytes as notes and proofs write them."""
    return base64.b64encode(data).decode()
