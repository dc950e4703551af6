"""Secrets at rest: each record has a key of its own, wrapped by a key from the environment.

A sealed record is `1 | length of key id | key id | nonce | wrapped key | nonce | ciphertext`, both
layers AES-256-GCM. The table, row and field a record belongs to are authenticated with it, so a
ciphertext copied to another row does not open. Rotation wraps the record's key anew and leaves
the payload as it stands.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from core.errors import WrongState
from core.speech import phrase

_VERSION = 1
_NONCE = 12
_KEY = 32
_WRAPPED = _KEY + 16


class VaultError(WrongState):
    """A secret cannot be sealed or opened; the sentence says what to put right."""


def seal(secret: str, *, place: str) -> bytes:
    """Return `secret` encrypted for `place`, a name like `targets_target/<id>/admin_secret`."""
    name, master = next(iter(_keys().items()))
    own = secrets.token_bytes(_KEY)
    return _wrap(own, name, master, place) + _encrypt(own, secret.encode(), place)


def unseal(sealed: bytes | memoryview, *, place: str) -> str:
    """Return the secret that was sealed for `place`.

    Raises VaultError when its key is not in TARGET_KEYS, or when the record was altered or
    belongs to another place.
    """
    own, payload = _unwrap(bytes(sealed), place)
    return _decrypt(own, payload, place).decode()


def rewrap(sealed: bytes | memoryview, *, place: str) -> bytes:
    """Return the record with its key wrapped by the newest key; the payload is untouched."""
    own, payload = _unwrap(bytes(sealed), place)
    name, master = next(iter(_keys().items()))
    return _wrap(own, name, master, place) + payload


def key_id(sealed: bytes | memoryview) -> str:
    """Return the id of the key that the record's own key is wrapped by."""
    return bytes(sealed)[2 : 2 + bytes(sealed)[1]].decode()


def _keys() -> dict[str, bytes]:
    """Return the keys of TARGET_KEYS by id, newest first."""
    keys: dict[str, bytes] = {}
    for word in settings.TARGET_KEYS:
        name, _, text = word.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(name) > 40 or len(key) != _KEY:
            raise VaultError(
                f"TARGET_KEYS: the key {name!r} is not of the form id:base64 with 32 bytes; "
                "make one with `openssl rand -base64 32`."
            )
        keys[name] = key
    if not keys:
        raise VaultError(
            phrase(
                "TARGET_KEYS is not set, so no target's secret can be read or kept. Set it to"
                " 1:<base64 of 32 random bytes>."
            )
        )
    return keys


def _wrap(own: bytes, name: str, master: bytes, place: str) -> bytes:
    head = bytes([_VERSION, len(name.encode())]) + name.encode()
    return head + _encrypt(master, own, f"{place}#key")


def _unwrap(sealed: bytes, place: str) -> tuple[bytes, bytes]:
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise VaultError(
            phrase("There is no readable secret at %(place)s; enter it again.", place=place)
        )
    name, start = key_id(sealed), 2 + sealed[1]
    if (master := _keys().get(name)) is None:
        raise VaultError(
            phrase(
                "The secret at %(place)s is sealed with key '%(key)s', which TARGET_KEYS lacks. Put"
                " that key back behind the newest one and run `manage.py rotate_target_keys`.",
                place=place,
                key=name,
            )
        )
    end = start + _NONCE + _WRAPPED
    return _decrypt(master, sealed[start:end], f"{place}#key"), sealed[end:]


def _encrypt(key: bytes, text: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, place.encode())


def _decrypt(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise VaultError(
            phrase(
                "The secret at %(place)s was altered, belongs to another row, or its key in"
                " TARGET_KEYS has changed; enter it again.",
                place=place.removesuffix("#key"),
            )
        ) from error
