"""A sealed secret opens with the right key, in its own place, and nowhere else."""

import base64

import pytest
from pytest_django import Settings

from targets import vault
from targets.vault import VaultError

PLACE = "targets_target/1/admin_secret"


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(name.encode().ljust(32, b'.')).decode()}"


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.TARGET_KEYS = [key("1")]


def test_opens_what_was_sealed() -> None:
    assert vault.unseal(vault.seal("päßword", place=PLACE), place=PLACE) == "päßword"


def test_never_seals_the_same_way_twice() -> None:
    assert vault.seal("secret", place=PLACE) != vault.seal("secret", place=PLACE)


def test_refuses_another_row() -> None:
    sealed = vault.seal("secret", place=PLACE)
    with pytest.raises(VaultError, match="belongs to another row"):
        vault.unseal(sealed, place="targets_target/2/admin_secret")


@pytest.mark.parametrize("position", [-1, 20, 70])
def test_refuses_what_was_altered(position: int) -> None:
    sealed = bytearray(vault.seal("secret", place=PLACE))
    sealed[position] ^= 1
    with pytest.raises(VaultError, match="was altered"):
        vault.unseal(bytes(sealed), place=PLACE)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x07\x011", b"\x01\x011short"])
def test_refuses_what_is_no_record(sealed: bytes) -> None:
    with pytest.raises(VaultError, match="enter it again"):
        vault.unseal(sealed, place=PLACE)


def test_opens_with_an_older_key_and_seals_with_the_newest(settings: Settings) -> None:
    old = vault.seal("secret", place=PLACE)
    settings.TARGET_KEYS = [key("2"), key("1")]
    assert vault.unseal(old, place=PLACE) == "secret"
    assert vault.key_id(vault.seal("secret", place=PLACE)) == "2"


def test_rewraps_without_touching_the_payload(settings: Settings) -> None:
    old = vault.seal("secret", place=PLACE)
    settings.TARGET_KEYS = [key("2"), key("1")]
    new = vault.rewrap(old, place=PLACE)
    settings.TARGET_KEYS = [key("2")]
    assert vault.unseal(new, place=PLACE) == "secret"
    assert new[-34:] == old[-34:]


def test_names_the_key_that_is_missing(settings: Settings) -> None:
    sealed = vault.seal("secret", place=PLACE)
    settings.TARGET_KEYS = [key("2")]
    with pytest.raises(VaultError, match="key '1', which TARGET_KEYS lacks"):
        vault.unseal(sealed, place=PLACE)


def test_tells_a_key_whose_bytes_were_exchanged(settings: Settings) -> None:
    sealed = vault.seal("secret", place=PLACE)
    settings.TARGET_KEYS = [key("2").replace("2:", "1:")]
    with pytest.raises(VaultError, match="its key in TARGET_KEYS has changed"):
        vault.unseal(sealed, place=PLACE)


@pytest.mark.parametrize("word", ["", "1", "1:abc", "1:%%%", ":" + "A" * 44])
def test_refuses_malformed_keys(settings: Settings, word: str) -> None:
    settings.TARGET_KEYS = [word] if word else []
    with pytest.raises(VaultError, match="TARGET_KEYS"):
        vault.seal("secret", place=PLACE)
