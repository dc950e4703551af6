"""Secrets at rest: each record has a key of its own, wrapped by a key from the environment.

A sealed record is `1 | length of key id | key id | nonce | wrapped key | nonce | ciphertext`, both
layers AES-256-GCM. The table, row and field a record belongs to are authenticated with it, so a
ciphertext copied to another row does not open. Rotation wraps the record's key anew and leaves
the payload as it stands.
"""

import secrets

from django.conf import settings

from core import keyring
from core.errors import WrongState
from core.speech import phrase


class VaultError(WrongState):
    """A secret cannot be sealed or opened; the sentence says what to put right."""


def seal(secret: str, *, place: str) -> bytes:
    """Return `secret` encrypted for `place`, a name like `targets_target/<id>/admin_secret`."""
    own = secrets.token_bytes(keyring.KEY)
    return keyring.wrap(own, _keys(), place) + keyring.encrypt(own, secret.encode(), place)


def unseal(sealed: bytes | memoryview, *, place: str) -> str:
    """Return the secret that was sealed for `place`.

    Raises VaultError when its key is not in TARGET_KEYS, or when the record was altered or
    belongs to another place.
    """
    own, payload = _unwrap(bytes(sealed), place)
    try:
        return keyring.decrypt(own, payload, place).decode()
    except ValueError as error:
        raise _altered(place) from error


def rewrap(sealed: bytes | memoryview, *, place: str) -> bytes:
    """Return the record with its key wrapped by the newest key; the payload is untouched."""
    own, payload = _unwrap(bytes(sealed), place)
    return keyring.wrap(own, _keys(), place) + payload


def key_id(sealed: bytes | memoryview) -> str:
    """Return the id of the key that the record's own key is wrapped by."""
    return keyring.key_id(bytes(sealed))


def _keys() -> dict[str, bytes]:
    """Return the keys of TARGET_KEYS by id, newest first."""
    try:
        keys = keyring.parse(settings.TARGET_KEYS)
    except ValueError as error:
        raise VaultError(
            f"TARGET_KEYS: the key {str(error)!r} is not of the form id:base64 with 32 bytes; "
            "make one with `openssl rand -base64 32`."
        ) from error
    if not keys:
        raise VaultError(
            phrase(
                "TARGET_KEYS is not set, so no target's secret can be read or kept. Set it to"
                " 1:<base64 of 32 random bytes>."
            )
        )
    return keys


def _unwrap(sealed: bytes, place: str) -> tuple[bytes, bytes]:
    if not keyring.is_wrapped(sealed):
        raise VaultError(
            phrase("There is no readable secret at %(place)s; enter it again.", place=place)
        )
    try:
        return keyring.unwrap(sealed, _keys(), place)
    except KeyError:
        raise VaultError(
            phrase(
                "The secret at %(place)s is sealed with key '%(key)s', which TARGET_KEYS lacks. Put"
                " that key back behind the newest one and run `manage.py rotate_target_keys`.",
                place=place,
                key=keyring.key_id(sealed),
            )
        ) from None
    except ValueError as error:
        raise _altered(place) from error


def _altered(place: str) -> VaultError:
    return VaultError(
        phrase(
            "The secret at %(place)s was altered, belongs to another row, or its key in"
            " TARGET_KEYS has changed; enter it again.",
            place=place,
        )
    )
