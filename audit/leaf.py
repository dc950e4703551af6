"""The bytes that are proved: canonical JSON, commitments, the hash of a leaf.

Nothing here knows Django or the database. `audit.tree` binds the hashes of leaves to each other.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

VERSION = 1
_END = b'"v":%d}' % VERSION  # of every envelope
_BIGGEST = 2**53 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SALT, _LENGTH = 32, 4  # bytes, before each body of a pending payload
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value in UTF-8.

    Keys must be ASCII and numbers whole and below 2**53: in that domain Python's encoder and the
    RFC agree byte for byte, and no reader can disagree about the order of keys or a rounding.

    Raises TypeError or ValueError for anything outside it.
    """
    _check(value)
    return _encode(value).encode()


def placed(envelope: bytes, *, seq: int, at: int) -> bytes:
    """Return the leaf that a canonical envelope becomes at its place, `at` microseconds after 1970.

    It is not parsed: quotes inside of strings are escaped, so the first `,"case":` is that key.
    """
    cut = envelope.index(b',"case":') + 1
    behind = envelope[cut : -len(_END)]
    return b'%b"at":%d,%b"seq":%d,%b' % (envelope[:cut], at, behind, seq, _END)


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for key in value:
            if not (isinstance(key, str) and key.isascii()):
                raise TypeError(f"The key {key!r} is not an ASCII string.")
        value = [*value.values()]
    if isinstance(value, list | tuple):
        for inner in value:
            if type(inner) is not str:  # most are, and always fit: a call would cost the most
                _check(inner)
    else:
        _check_single(value)


def _check_single(value: Any) -> None:
    if not (value is None or isinstance(value, str | int)):
        raise TypeError(f"{type(value).__name__} has no canonical form; use a string or an int.")
    if isinstance(value, int) and abs(value) > _BIGGEST:
        raise ValueError(f"{value} has no exact form in JSON; write it as a string.")


def microseconds(at: datetime) -> int:
    """Return the microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MICROSECOND


def moment(since_1970: int) -> datetime:
    """Return the UTC time that lies `since_1970` microseconds after 1970.

    Raises OverflowError beyond the year 9999.
    """
    return _EPOCH + timedelta(microseconds=since_1970)


def commitment(salt: bytes, body: bytes) -> bytes:
    """Return the 32-byte hash that binds a compartment without telling what is in it."""
    return hashlib.sha256(b"bg.payload.v1\0" + salt + body).digest()


def commitments(parts: Mapping[str, tuple[bytes, bytes]]) -> str:
    """Return what an envelope says of its compartments, in canonical JSON."""
    said = [f'"{part}":"{commitment(*parts[part]).hex()}"' for part in sorted(parts)]
    return f"{{{','.join(said)}}}"


def packed(parts: Mapping[str, tuple[bytes, bytes]]) -> bytes:
    """Return compartments as a pending row holds them: name (one letter), salt, length, body."""
    return b"".join(
        part.encode() + salt + len(body).to_bytes(_LENGTH) + body
        for part, (salt, body) in parts.items()
    )


def unpacked(data: bytes) -> dict[str, tuple[bytes, bytes]]:
    """Return the compartments that `packed` wrote: for each its salt and its body.

    Raises ValueError when it wrote no such bytes.
    """
    parts, place = {}, 0
    while place < len(data):
        start = place + 1 + _SALT + _LENGTH
        end = start + int.from_bytes(data[start - _LENGTH : start])
        if end > len(data):
            raise ValueError("its payload is cut off")
        name, salt = data[place : place + 1].decode(), data[place + 1 : place + 1 + _SALT]
        parts[name] = (salt, data[start:end])
        place = end
    return parts


def leaf_hash(leaf: bytes) -> bytes:
    """Return the RFC 6962 hash of a leaf: the prefix keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\0" + leaf).digest()
