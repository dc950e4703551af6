"""Keys of their own for what is kept, each wrapped by a key from the environment (AES-256-GCM).

A wrapped key is `1 | length of key id | key id | nonce | wrapped key`. Where it belongs is
authenticated with it, so what was copied elsewhere does not open. Rooms say in their own words
what is wrong: everything here raises ValueError or KeyError.
"""

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE = 12
KEY = 32
_WRAPPED = KEY + 16


def parse(words: Iterable[str]) -> dict[str, bytes]:
    """Return keys by id, in their order, of words `id:base64` with 32 bytes each.

    Raises ValueError with the id of one that is not of that form.
    """
    keys: dict[str, bytes] = {}
    for word in words:
        name, _, text = word.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(name) > 40 or len(key) != KEY:
            raise ValueError(name)
        keys[name] = key
    return keys


def wrap(own: bytes, keys: Mapping[str, bytes], place: str) -> bytes:
    """Return the key `own` wrapped by the first of `keys`."""
    name, master = next(iter(keys.items()))
    head = bytes([_VERSION, len(name.encode())]) + name.encode()
    return head + encrypt(master, own, f"{place}#key")


def unwrap(sealed: bytes, keys: Mapping[str, bytes], place: str) -> tuple[bytes, bytes]:
    """Return the key that was wrapped, and what stands behind it.

    Raises ValueError when there is none or it was altered, KeyError when its key is not there.
    """
    if not is_wrapped(sealed):
        raise ValueError("no wrapped key")
    start = 2 + sealed[1]
    end = start + _NONCE + _WRAPPED
    return decrypt(keys[key_id(sealed)], sealed[start:end], f"{place}#key"), sealed[end:]


def is_wrapped(sealed: bytes) -> bool:
    """Whether these bytes begin as a wrapped key does."""
    return len(sealed) >= 2 and sealed[0] == _VERSION


def key_id(sealed: bytes) -> str:
    """Return the id of the key that a key is wrapped by."""
    return sealed[2 : 2 + sealed[1]].decode()


def encrypt(key: bytes, text: bytes, place: str) -> bytes:
    """Return a nonce, and `text` encrypted for `place`."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, place.encode())


def decrypt(key: bytes, sealed: bytes, place: str) -> bytes:
    """Return what was encrypted for `place`; raise ValueError when it was not, or not by this."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except InvalidTag:
        raise ValueError("altered, of another place, or of another key") from None
