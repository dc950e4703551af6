"""How words of people are kept: encrypted, each person's and each case's with a key of its own.

Only the compartment "p" is, as the others hold no words of people; commitments are over what it
says in clear. The keys stand beside it, wrapped by a key of LEDGER_DATA_KEYS: without that
setting words are kept in clear. What was entered before stays as it was, and is read all the same.
"""

import functools
import logging
import secrets
from collections.abc import Collection, Iterator
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from core import keyring

logger = logging.getLogger(__name__)

PERSONAL = "p"
_NONCE = 12
_MAKE = """INSERT INTO audit_data_key (owner, wrapped) SELECT * FROM unnest(%s::text[], %s::bytea[])
    ON CONFLICT (owner) DO NOTHING"""
_TAKE = "SELECT owner, id, wrapped FROM audit_data_key WHERE owner = ANY(%s)"


class DataKey(models.Model):
    """The key under which words of one case or one person are kept, wrapped by another."""

    owner = models.CharField(max_length=80, unique=True)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "audit_data_key"

    def __str__(self) -> str:
        return f"key of {self.owner}"


class CannotOpen(Exception):
    """Words cannot be read with the keys that there are; its text says why."""


def owner_of(actor: str, subject: str, case: str, at: datetime) -> str:
    """Return whose words an event brings: the case's, else the person's, else the month's."""
    if case:
        return case
    people = (name for name in (subject, actor) if name.startswith("user:"))
    return next(people, f"month:{at:%Y-%m}")


def keys_of(owners: Collection[str]) -> dict[str, tuple[int, bytes]]:
    """Return the key of each owner, made where there is none: its number, and itself.

    Without LEDGER_DATA_KEYS there is none; nor where one cannot be read, as the record must go on.
    One that is erased meanwhile makes the transaction fail at its end, and it is tried anew.
    """
    masters = _masters(tuple(settings.LEDGER_DATA_KEYS))
    if not masters or not owners:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [[*owners]])
        found = cursor.fetchall()
        if missing := sorted({*owners} - {owner for owner, *_ in found}):
            made = [
                keyring.wrap(secrets.token_bytes(keyring.KEY), masters, each) for each in missing
            ]
            cursor.execute(_MAKE, [missing, made])
            cursor.execute(_TAKE, [[*owners]])
            found = cursor.fetchall()
    return dict(_readable(found))


def _readable(found: list[tuple[str, int, bytes]]) -> Iterator[tuple[str, tuple[int, bytes]]]:
    for owner, number, wrapped in found:
        try:
            yield owner, (number, _unwrapped(owner, bytes(wrapped)))
        except CannotOpen as error:
            logger.error("Words of %s are kept in clear: %s.", owner, error)  # noqa: TRY400


def lock(key: bytes, seq: int, part: str, body: bytes) -> bytes:
    """Return a body encrypted for its place on the record."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(key).encrypt(nonce, body, b"%d.%s" % (seq, part.encode()))


def unlock(owner: str | None, wrapped: bytes | None, seq: int, part: str, body: bytes) -> bytes:
    """Return what a body says; one that stands there without a key is in clear.

    Raises CannotOpen.
    """
    if owner is None or wrapped is None:
        return body
    key = _unwrapped(owner, wrapped)
    try:
        return _cipher(key).decrypt(body[:_NONCE], body[_NONCE:], b"%d.%s" % (seq, part.encode()))
    except InvalidTag:
        raise CannotOpen("it was altered, or belongs to another entry") from None


def rewrap(owner: str, wrapped: bytes) -> bytes:
    """Return the key of an owner, wrapped by the newest of LEDGER_DATA_KEYS."""
    masters = _masters(tuple(settings.LEDGER_DATA_KEYS))
    return keyring.wrap(_unwrapped(owner, wrapped), masters, owner)


def _unwrapped(owner: str, wrapped: bytes) -> bytes:
    return _unwrap(tuple(settings.LEDGER_DATA_KEYS), owner, wrapped)


@functools.lru_cache(maxsize=4096)
def _unwrap(words: tuple[str, ...], owner: str, wrapped: bytes) -> bytes:
    try:
        return keyring.unwrap(wrapped, _masters(words), owner)[0]
    except KeyError as error:
        raise CannotOpen(f"LEDGER_DATA_KEYS lacks the key {error}; put it back") from None
    except ValueError as error:
        raise CannotOpen(f"its key was exchanged or altered ({error})") from None


@functools.lru_cache(maxsize=4096)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


@functools.lru_cache(maxsize=8)
def _masters(words: tuple[str, ...]) -> dict[str, bytes]:
    try:
        return keyring.parse(words)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"LEDGER_DATA_KEYS: the key {str(error)!r} is not of the form id:base64 with 32 bytes;"
            " make one with `openssl rand -base64 32`."
        ) from error
