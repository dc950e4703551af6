"""Writing checkpoints, cosignatures and receipts in the forms of C2SP."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import notes
from tests.audit import rfc6962

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
# What Go's package golang.org/x/mod/sumdb/note documents as its example.
GOPHER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GOPHERS_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GOPHERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)


def test_a_note_is_signed_as_go_signs_it() -> None:
    name, key, _ = notes.read_secret(GOPHER)
    text = GOPHERS_NOTE.partition("\n\n")[0] + "\n"

    assert notes.note(text, [notes.sign(text, name=name, key=key)]) == GOPHERS_NOTE
    assert notes.vkey(name, key.public_key()) == GOPHERS_KEY
    assert notes.secret(name, key) == GOPHER


def test_a_checkpoint_has_three_lines() -> None:
    text = notes.checkpoint_text("example.org/log", 0, bytes.fromhex(rfc6962.ROOTS[0]))

    assert text == "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def test_a_cosignature_holds_its_time_and_signs_it() -> None:
    line = notes.cosign("text\n", name="witness.example", key=KEY, at=1679315147)
    dash, name, encoded = line.rstrip("\n").split(" ")
    signature = base64.b64decode(encoded)

    assert (dash, name) == ("—", "witness.example")
    assert signature[:4] == notes.key_id(name, KEY.public_key(), kind=notes.WITNESS)
    assert signature[4:12] == (1679315147).to_bytes(8, "big")
    KEY.public_key().verify(signature[12:], b"cosignature/v1\ntime 1679315147\ntext\n")


def test_a_receipt_holds_index_path_and_checkpoint() -> None:
    checkpoint = "origin\n2\nroot\n\n— origin sig\n"

    assert notes.receipt(1, [b"\0" * 32], checkpoint) == (
        f"c2sp.org/tlog-proof@v1\nindex 1\n{'A' * 43}=\n\n{checkpoint}"
    )
    assert notes.receipt(0, [], checkpoint, extra=b"why") == (
        f"c2sp.org/tlog-proof@v1\nextra d2h5\nindex 0\n\n{checkpoint}"
    )


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.sampled_from([notes.LOG, notes.WITNESS]))
def test_a_signing_key_comes_back_from_its_line(raw: bytes, kind: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(raw)
    name, read, found = notes.read_secret(notes.secret("example.org/log", key, kind=kind))

    assert (name, read.private_bytes_raw(), found) == ("example.org/log", raw, kind)


@pytest.mark.parametrize(
    "line", ["", "PRIVATE+KEY+", GOPHERS_KEY, f"x{GOPHER}", GOPHER[:-1], GOPHER.replace("3+", "4+")]
)
def test_a_broken_signing_key_is_refused_without_repeating_it(line: str) -> None:
    with pytest.raises(ValueError, match="no signing key") as refusal:
        notes.read_secret(line)
    assert GOPHER[-20:] not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a "])
def test_a_name_that_would_break_a_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a key"):
        notes.checkpoint_text(name, 1, bytes(32))
    with pytest.raises(ValueError, match="cannot name a key"):
        notes.sign("text\n", name=name, key=KEY)


@pytest.mark.parametrize(("size", "root"), [(-1, bytes(32)), (1, bytes(31))])
def test_what_is_no_tree_head_is_never_signed(size: int, root: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        notes.checkpoint_text("example.org/log", size, root)
